import { numberOf } from './numbers';
import type { Cells } from './rows';

export interface VisitAction {
  readonly kind: string;
  readonly title: string;
  readonly url: string | undefined;
  readonly at_s: number;
  readonly spent_s: number;
}

/** One visit of the log. Every text in it was tracked: show it as text only. */
export interface Visit {
  readonly id: string;
  readonly visitorId: string;
  readonly userId: string | undefined;
  readonly ip: string;
  readonly isReturning: boolean;
  readonly count: number;
  readonly first_s: number;
  readonly last_s: number;
  readonly day: string;
  readonly clock: string;
  readonly length_s: number;
  readonly country: string;
  readonly city: string | undefined;
  readonly browser: string;
  readonly system: string;
  readonly device: string;
  readonly resolution: string;
  readonly channel: string;
  readonly referrer: string;
  readonly keyword: string;
  readonly referrerUrl: string | undefined;
  readonly actions: readonly VisitAction[];
}

const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');
const maybe = (value: unknown): string | undefined => text(value) || undefined;

/** Kinds whose title is only the name of the kind: their address says more. */
const named = new Set(['outlink', 'download']);

function actionOf(cells: Cells): VisitAction {
  const url = maybe(cells.url);
  return {
    kind: text(cells.type),
    title: text(cells.pageTitle) || text(cells.siteSearchKeyword) || (named.has(text(cells.type)) ? (url ?? '') : text(cells.title)) || (url ?? 'Not set'),
    url,
    at_s: numberOf(cells.timestamp) ?? 0,
    spent_s: numberOf(cells.timeSpent) ?? 0,
  };
}

function visitOf(cells: Cells): Visit {
  const actions = Array.isArray(cells.actionDetails) ? (cells.actionDetails as Cells[]) : [];
  return {
    id: text(cells.idVisit),
    visitorId: text(cells.visitorId),
    userId: maybe(cells.userId),
    ip: text(cells.visitIp),
    isReturning: text(cells.visitorType).startsWith('returning'),
    count: numberOf(cells.visitCount) ?? 1,
    first_s: numberOf(cells.firstActionTimestamp) ?? 0,
    last_s: numberOf(cells.lastActionTimestamp) ?? 0,
    day: text(cells.serverDate),
    clock: text(cells.serverTimePrettyFirstAction),
    length_s: numberOf(cells.visitDuration) ?? 0,
    country: text(cells.country) || 'Unknown',
    city: maybe(cells.city),
    browser: text(cells.browserName) || text(cells.browser) || 'Unknown',
    system: text(cells.operatingSystem) || 'Unknown',
    device: text(cells.deviceType) || 'Unknown',
    resolution: text(cells.resolution),
    channel: text(cells.referrerTypeName),
    referrer: text(cells.referrerName),
    keyword: text(cells.referrerKeyword),
    referrerUrl: maybe(cells.referrerUrl),
    actions: actions.map(actionOf),
  };
}

export function visitsOf(answer: unknown): Visit[] {
  return Array.isArray(answer) ? (answer as Cells[]).map(visitOf) : [];
}
