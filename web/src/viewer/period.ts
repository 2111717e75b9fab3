import { parseDate, type CalendarDate } from '@internationalized/date';
import { periodNames, spanDate, spanOf, type PeriodChoice } from '../lib/dates';
import type { Info } from './source';

export function dayOf(text: string): CalendarDate | undefined {
  try {
    return parseDate(text);
  } catch {
    return undefined;
  }
}

/** The days that are open to strangers. */
export const windowOf = (info: Info, now: CalendarDate) => ({ first: dayOf(info.first) ?? now.subtract({ years: 1 }), last: dayOf(info.last) ?? now });

/** The period that is shown first: what the address or the owner says, in days that this page can read. */
export function firstChoice(period: string, date: string, now: CalendarDate): PeriodChoice {
  const name = periodNames.find((one) => one === period) ?? 'month';
  return { period: name, date: date === 'lastMonth' ? now.subtract({ months: 1 }).toString() : date };
}

/** What the address says, else the owner: a period without a date is the last that is open. */
export const beginning = (info: Info, period: string | undefined, date: string | undefined, now: CalendarDate): PeriodChoice =>
  firstChoice(period ?? info.period, date ?? (period === undefined ? info.date : info.last), now);

/** A choice that touches the open days: beyond them it is the nearest that does. */
export function clamped(choice: PeriodChoice, info: Info, now: CalendarDate): PeriodChoice {
  const { first, last } = windowOf(info, now);
  const { period } = choice;
  const span = spanOf(choice, now);
  if (period === 'range') {
    const end = span.end.compare(last) > 0 ? last : span.end.compare(first) < 0 ? first : span.end;
    const start = span.start.compare(first) < 0 ? first : span.start.compare(end) > 0 ? end : span.start;
    return { period, date: spanDate(period, { start, end }) };
  }
  const day = span.start.compare(last) > 0 ? last : span.end.compare(first) < 0 ? first : span.start;
  return { period, date: spanDate(period, spanOf({ period, date: day.toString() }, now)) };
}

/** "30 days": a range that goes along with the days. */
export function rangeWords(info: Info): string | undefined {
  if (info.period !== 'range') return undefined;
  const days = /\d+$/.exec(info.date)?.[0];
  return days === undefined ? 'Days' : `${days} days`;
}
