import type { Session } from '../api/session';
import type { PeriodChoice } from './dates';
import { defaultView, writeView } from './view';

/** How the server calls all sites side by side. */
export const allSites = 'MultiSites';

interface Days extends PeriodChoice {
  readonly id: string;
  readonly text: string;
}

/** The days that pages may open with, by the names of the server. */
export const firstDays: readonly Days[] = [
  { id: 'today', text: 'Today', period: 'day', date: 'today' },
  { id: 'yesterday', text: 'Yesterday', period: 'day', date: 'yesterday' },
  { id: 'last7', text: 'Last 7 days', period: 'range', date: 'last7' },
  { id: 'previous7', text: '7 days before today', period: 'range', date: 'previous7' },
  { id: 'last30', text: 'Last 30 days', period: 'range', date: 'last30' },
  { id: 'previous30', text: '30 days before today', period: 'range', date: 'previous30' },
  { id: 'week', text: 'This week', period: 'week', date: 'today' },
  { id: 'month', text: 'This month', period: 'month', date: 'today' },
  { id: 'year', text: 'This year', period: 'year', date: 'today' },
];

/** `day` is another word for today. */
export const daysOf = (id: string): Days | undefined => firstDays.find((days) => days.id === (id === 'day' ? 'today' : id));

/** Where pages open for somebody who has a site. */
export function firstPath(session: Pick<Session, 'first_report' | 'first_days' | 'sites'>): string | undefined {
  const days = daysOf(session.first_days);
  const query = writeView({ ...defaultView, ...(days && { period: days.period, date: days.date }) });
  if (session.first_report === allSites && session.sites.length > 0) return `/sites${query}`;
  const site = session.sites.find((one) => String(one.idsite) === session.first_report) ?? session.sites[0];
  return site && `/sites/${site.idsite}${query}`;
}
