// Public grants as the pages speak of them: what is shown, to whom, since when and until when.
import { cellsOf, listOf, type Cells } from '../lib/rows';
import { counted, dayWords } from '../lib/words';

export const whats = ['site', 'dashboard', 'reports', 'widgets'] as const;
export type What = (typeof whats)[number];
export type Channel = 'open' | 'link' | 'password';
export type GrantState = 'pending' | 'active' | 'paused' | 'expired' | 'revoked';
export type Waits = '' | 'activation' | 'approval' | 'cool_off';

export interface NamedReport {
  readonly method: string;
  readonly name: string;
}

/** A dashboard as it was confirmed: what is put on it later is not shown. */
export interface PublicDashboard {
  readonly name: string;
  readonly login: string;
  /** Widgets on it that strangers do not see. */
  readonly leftOut: readonly NamedReport[];
}

/** What is to become visible, before anybody agreed to it. */
export interface Draft {
  readonly what: What;
  readonly reports: readonly string[];
  /** Of a dashboard: its number, 0 for the first page of the site; empty for the one that was confirmed before. */
  readonly idDashboard: string;
  readonly shows: readonly string[];
  readonly months: number;
  readonly segment: string;
  readonly visitsMin: number;
  readonly channel: Channel;
  readonly origins: readonly string[];
  /** 0 is without an end, to be confirmed again from time to time. */
  readonly expiresInDays: number;
}

export interface Grant extends Omit<Draft, 'reports' | 'expiresInDays' | 'idDashboard'> {
  readonly id: number;
  readonly idSite: number;
  readonly siteName: string;
  readonly reports: readonly NamedReport[];
  readonly dashboard: PublicDashboard | undefined;
  readonly state: GrantState;
  readonly waitsFor: Waits;
  readonly source: string;
  readonly reason: string;
  readonly requestedBy: string;
  readonly requestedAt_s: number | undefined;
  readonly activatedBy: string;
  readonly activatedAt_s: number | undefined;
  readonly approvedBy: string;
  readonly approveUntil_s: number | undefined;
  readonly startsAt_s: number | undefined;
  readonly expiresAt_s: number | undefined;
  readonly reconfirmBy_s: number | undefined;
  readonly changedBy: string;
  readonly changedAt_s: number | undefined;
  readonly views: number;
  readonly lastViewed_s: number | undefined;
  readonly lastCountry: string;
  readonly url: string;
}

/** Something of a person that would be seen. The examples are tracked text. */
export interface Finding {
  readonly idSite: number;
  readonly report: string;
  readonly name: string;
  readonly kind: string;
  readonly count: number;
  readonly examples: readonly string[];
}

export interface HistoryLine {
  readonly at_s: number;
  readonly what: string;
  readonly kind: string;
  readonly who: string;
  readonly address: string;
  readonly agent: string;
}

export const text = (value: unknown): string => (typeof value === 'string' ? value : value === undefined || value === null ? '' : String(value));
export const seconds = (value: unknown): number | undefined => (typeof value === 'number' && value > 0 ? value : undefined);
export const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
export const reportsOf = (value: unknown): NamedReport[] => listOf(value).map((cells) => ({ method: text(cells.method), name: text(cells.name) }));

export function dashboardOf(value: unknown): PublicDashboard | undefined {
  const cells = cellsOf(value);
  return cells.name === undefined ? undefined : { name: text(cells.name), login: text(cells.login), leftOut: reportsOf(cells.leftOut) };
}

export function grantOf(cells: Cells): Grant {
  return {
    id: Number(cells.idGrant), idSite: Number(cells.idsite), siteName: text(cells.siteName), what: text(cells.what) as What,
    reports: reportsOf(cells.reports), dashboard: dashboardOf(cells.dashboard), shows: textsOf(cells.shows), months: Number(cells.months), segment: text(cells.segment),
    visitsMin: Number(cells.visitsMin), channel: text(cells.channel) as Channel, origins: textsOf(cells.origins),
    state: text(cells.state) as GrantState, waitsFor: text(cells.waitsFor) as Waits, source: text(cells.source), reason: text(cells.reason),
    requestedBy: text(cells.requestedBy), requestedAt_s: seconds(cells.requestedAt), activatedBy: text(cells.activatedBy),
    activatedAt_s: seconds(cells.activatedAt), approvedBy: text(cells.approvedBy), approveUntil_s: seconds(cells.approveUntil),
    startsAt_s: seconds(cells.startsAt), expiresAt_s: seconds(cells.expiresAt), reconfirmBy_s: seconds(cells.reconfirmBy),
    changedBy: text(cells.changedBy), changedAt_s: seconds(cells.changedAt), views: Number(cells.views ?? 0),
    lastViewed_s: seconds(cells.lastViewed), lastCountry: text(cells.lastCountry), url: text(cells.url),
  };
}

export const findingOf = (cells: Cells): Finding => ({
  idSite: Number(cells.idsite), report: text(cells.report), name: text(cells.name), kind: text(cells.kind), count: Number(cells.count ?? 0), examples: textsOf(cells.examples),
});

export const historyOf = (cells: Cells): HistoryLine => ({
  at_s: Number(cells.at), what: text(cells.what), kind: text(cells.kind), who: text(cells.who), address: text(cells.address), agent: text(cells.agent),
});

export interface BannerLine {
  readonly id: number;
  readonly idSite: number;
  readonly siteName: string;
  readonly since_s: number | undefined;
  readonly by: string;
}

export const bannerOf = (cells: Cells): BannerLine => ({
  id: Number(cells.idGrant), idSite: Number(cells.idsite), siteName: text(cells.siteName), since_s: seconds(cells.since), by: text(cells.by),
});

const names_shown = 3;

/** "A", "A and B", "A, B, C and 2 more". */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, names_shown);
  const rest = names.length - shown.length;
  const last = rest > 0 ? `${rest} more` : shown.pop();
  return shown.length === 0 ? (last ?? '') : `${shown.join(', ')} and ${last}`;
}

/** The words of the banner; the earliest beginning counts. */
export function bannerWords(lines: readonly BannerLine[], now_ms: number): string {
  const sites = [...new Set(lines.map((line) => line.siteName))];
  const first = lines.reduce((old, line) => ((line.since_s ?? Infinity) < (old.since_s ?? Infinity) ? line : old), lines[0] as BannerLine);
  const since = first.since_s === undefined ? '' : ` since ${dayWords(first.since_s, now_ms)}`;
  const people = [...new Set(lines.map((line) => line.by).filter(Boolean))];
  return `Reports of ${listed(sites)} are public${since}${people.length > 0 ? `, by ${listed(people)}` : ''}.`;
}

/** "The whole site", "3 reports": what strangers see. */
export function whatWords(what: What, count: number, dashboard?: PublicDashboard): string {
  if (what === 'site') return 'The whole site';
  if (what === 'dashboard') return dashboard ? `The dashboard “${dashboard.name}”` : 'The first page of the site';
  return counted(count, what === 'widgets' ? 'widget' : 'report');
}

const channelTexts: Readonly<Record<Channel, string>> = { open: 'for everybody', link: 'for whoever has the link', password: 'by link and password' };
export const channelWords = (channel: Channel): string => channelTexts[channel] ?? channel;

const stateTexts: Readonly<Record<GrantState, string>> = { pending: 'Waiting', active: 'Public', paused: 'Paused', expired: 'Expired', revoked: 'Revoked' };

/** While public reports are off for the installation, what was granted is held back. */
export function stateWords(grant: Pick<Grant, 'state' | 'waitsFor'>, isOn = true): string {
  if (grant.state === 'active' && !isOn) return 'Held back';
  if (grant.state !== 'pending') return stateTexts[grant.state] ?? grant.state;
  if (grant.waitsFor === 'approval') return 'Waits for a second superuser';
  return grant.waitsFor === 'cool_off' ? 'About to begin' : 'Waits to be confirmed';
}

const findingTexts: Readonly<Record<string, readonly [string, string]>> = {
  email: ['looks like an e-mail address', 'look like e-mail addresses'], phone: ['looks like a telephone number', 'look like telephone numbers'],
  address: ['looks like an IP address', 'look like IP addresses'], name: ['looks like the name of a person', 'look like names of people'],
};

/** "14 rows of Page titles look like e-mail addresses". */
export function findingWords(finding: Pick<Finding, 'name' | 'kind' | 'count'>): string {
  const [one, many] = findingTexts[finding.kind] ?? [`may be personal (${finding.kind})`, `may be personal (${finding.kind})`];
  return `${counted(finding.count, 'row')} of ${finding.name} ${finding.count === 1 ? one : many}`;
}

const within = (some: readonly string[], all: readonly string[]): boolean => some.every((one) => all.includes(one));

/** Whether nothing of the draft shows more than the grant does, by the same way: then it needs no new confirmation. The server has the last word. */
export function isNarrower(draft: Draft, grant: Grant): boolean {
  const methods = grant.reports.map((report) => report.method);
  const listed = draft.what === 'reports' || draft.what === 'widgets';
  return (
    (listed ? within(draft.reports, methods) : draft.what === grant.what ? draft.what !== 'dashboard' || draft.idDashboard === '' : grant.what === 'site') && within(draft.shows, grant.shows)
    && draft.months <= grant.months && (draft.segment === grant.segment || grant.segment === '') && draft.visitsMin >= grant.visitsMin
    && draft.channel === grant.channel && within(draft.origins, grant.origins)
  );
}

function urlOf(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/** The origins of a text with one a line, each as browsers write it; `wrong` holds the lines that are none. */
export function readOrigins(lines: string): { origins: string[]; wrong: string[] } {
  const origins: string[] = [];
  const wrong: string[] = [];
  for (const line of lines.split(/[\s,]+/).filter(Boolean)) {
    const url = urlOf(/^[a-z]+:\/\//i.test(line) ? line : `https://${line}`);
    if (url?.protocol === 'https:' && url.username === '' && /^\/?$/.test(url.pathname) && url.search === '') origins.push(url.origin);
    else wrong.push(line);
  }
  return { origins: [...new Set(origins)], wrong };
}

export const draftOf = (grant: Grant): Draft => ({
  what: grant.what, reports: grant.reports.map((report) => report.method), idDashboard: grant.what === 'dashboard' ? '' : '0', shows: grant.shows, months: grant.months, segment: grant.segment,
  visitsMin: grant.visitsMin, channel: grant.channel, origins: grant.origins, expiresInDays: 0,
});
