import { numberOf } from './numbers';
import type { Cells } from './rows';

export interface VisitAction {
  readonly kind: string;
  readonly title: string;
  readonly url: string | undefined;
  readonly at_s: number;
  readonly spent_s: number;
  /** What a goal, an order or a cart is worth; others have none. */
  readonly worth: number | undefined;
}

/** What a visit came to, beside what it did. */
const outcomes = new Set(['goal', 'ecommerceOrder', 'ecommerceAbandonedCart']);

export const isOutcome = (action: VisitAction): boolean => outcomes.has(action.kind);

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
  /** When it did its last thing: the log is sorted by it. */
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
  readonly currency: string;
}

const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');
const maybe = (value: unknown): string | undefined => text(value) || undefined;

/** Kinds whose title is only the name of the kind: their address says more. */
const named = new Set(['outlink', 'download']);

function productsOf(cells: Cells): string {
  const products = Array.isArray(cells.itemDetails) ? (cells.itemDetails as Cells[]) : [];
  return products.map((product) => `${text(product.quantity)} ${text(product.itemName) || text(product.itemSKU)}`).join(', ');
}

function titleOf(cells: Cells, url: string | undefined): string {
  const products = productsOf(cells);
  const what = products && `: ${products}`;
  switch (text(cells.type)) {
    case 'goal':
      return text(cells.goalName);
    case 'ecommerceOrder':
      return `Order ${text(cells.orderId)}${what}`;
    case 'ecommerceAbandonedCart':
      return `Cart left${what}`;
    case 'event':
      return [cells.eventCategory, cells.eventAction, cells.eventName].map(text).filter(Boolean).join(' · ') || 'Event';
    default:
      return text(cells.pageTitle) || text(cells.siteSearchKeyword) || (named.has(text(cells.type)) ? '' : text(cells.title)) || (url ?? 'Not set');
  }
}

function actionOf(cells: Cells): VisitAction {
  const url = maybe(cells.url);
  const kind = text(cells.type);
  return {
    kind,
    title: titleOf(cells, url),
    url,
    at_s: numberOf(cells.timestamp) ?? 0,
    spent_s: numberOf(cells.timeSpent) ?? 0,
    worth: outcomes.has(kind) ? (numberOf(cells.revenue) ?? 0) : undefined,
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
    clock: text(cells.serverTimePretty),
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
    currency: text(cells.siteCurrency),
  };
}

/** Each visit once: whoever came meanwhile has pushed those at the end of a page onto the next one. */
export const eachOnce = (visits: readonly Visit[]): Visit[] => [...new Map(visits.map((visit) => [visit.id, visit])).values()];

export function visitsOf(answer: unknown): Visit[] {
  return Array.isArray(answer) ? (answer as Cells[]).map(visitOf) : [];
}
