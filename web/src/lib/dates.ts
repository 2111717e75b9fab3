import { fromAbsolute, getDayOfWeek, parseDate, toCalendarDate, toCalendarDateTime, type CalendarDate, type CalendarDateTime } from '@internationalized/date';

export const periodNames = ['day', 'week', 'month', 'year', 'range'] as const;
export type PeriodName = (typeof periodNames)[number];
export const compareNames = ['none', 'previous', 'year'] as const;
export type CompareName = (typeof compareNames)[number];

/** First and last day, both included. */
export interface Span {
  readonly start: CalendarDate;
  readonly end: CalendarDate;
}

/** What the reader chose, as the address carries it. */
export interface PeriodChoice {
  readonly period: PeriodName;
  readonly date: string;
}

const locale = typeof navigator === 'undefined' ? 'en' : navigator.language;
const utc = { timeZone: 'UTC' } as const;
const dayWords = new Intl.DateTimeFormat(locale, { ...utc, weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' });
const dayShort = new Intl.DateTimeFormat(locale, { ...utc, day: 'numeric', month: 'short' });
const dayMiddle = new Intl.DateTimeFormat(locale, { ...utc, day: 'numeric', month: 'short', year: 'numeric' });
const monthWords = new Intl.DateTimeFormat(locale, { ...utc, month: 'long', year: 'numeric' });
const monthShort = new Intl.DateTimeFormat(locale, { ...utc, month: 'short', year: 'numeric' });

const asDate = (day: CalendarDate): Date => new Date(Date.UTC(day.year, day.month - 1, day.day));

const daysBetween = (from: CalendarDate, to: CalendarDate): number => to.compare(from);
const lengthOf = (span: Span): number => daysBetween(span.start, span.end) + 1;

/** A zone of Matomo that no browser knows: hours from UTC, as "UTC+5.5" or "UTC-3". */
const fixedZone = /^UTC([+-]?\d+(?:\.\d+)?)$/;
const hour_ms = 3_600_000;

/** What the clocks of a site show at a moment. */
export function siteClock(timezone: string, at_ms = Date.now()): CalendarDateTime {
  const hours = fixedZone.exec(timezone)?.[1];
  const shown = (ms: number, zone: string) => toCalendarDateTime(fromAbsolute(ms, zone));
  if (hours !== undefined) return shown(at_ms + Number(hours) * hour_ms, 'UTC');
  try {
    return shown(at_ms, timezone);
  } catch {
    // The server may know places that this browser does not.
    return shown(at_ms, 'UTC');
  }
}

export const siteToday = (timezone: string, at_ms = Date.now()): CalendarDate => toCalendarDate(siteClock(timezone, at_ms));

function monday(day: CalendarDate): CalendarDate {
  return day.subtract({ days: getDayOfWeek(day, 'en-GB', 'mon') });
}

function readDay(text: string, now: CalendarDate): CalendarDate | undefined {
  if (text === 'today') return now;
  if (text === 'yesterday') return now.subtract({ days: 1 });
  try {
    return parseDate(text);
  } catch {
    return undefined;
  }
}

const relative = /^(last|previous)(\d{1,4})$/;

/** The days of a choice; a choice that cannot be read is the last 30 days. */
export function spanOf(choice: PeriodChoice, now: CalendarDate): Span {
  const fallback = { start: now.subtract({ days: 29 }), end: now };
  if (choice.period === 'range') {
    const match = relative.exec(choice.date);
    if (match) {
      const count = Math.max(1, Number(match[2]));
      const end = match[1] === 'previous' ? now.subtract({ days: 1 }) : now;
      return { start: end.subtract({ days: count - 1 }), end };
    }
    const [from = '', to = ''] = choice.date.split(',');
    const start = readDay(from, now);
    const end = readDay(to, now);
    return start && end && start.compare(end) <= 0 ? { start, end } : fallback;
  }
  const day = readDay(choice.date, now);
  if (!day) return fallback;
  if (choice.period === 'week') return { start: monday(day), end: monday(day).add({ days: 6 }) };
  if (choice.period === 'month') {
    const start = day.set({ day: 1 });
    return { start, end: start.add({ months: 1 }).subtract({ days: 1 }) };
  }
  if (choice.period === 'year') {
    return { start: day.set({ month: 1, day: 1 }), end: day.set({ month: 12, day: 31 }) };
  }
  return { start: day, end: day };
}

/** The value of the `date` parameter that asks for a span. */
export function spanDate(period: PeriodName, span: Span): string {
  return period === 'range' ? `${span.start},${span.end}` : span.start.toString();
}

/** The choice `steps` periods later (or earlier, when negative). */
export function stepChoice(choice: PeriodChoice, now: CalendarDate, steps: number): PeriodChoice {
  const span = spanOf(choice, now);
  const { period } = choice;
  if (period === 'range') {
    const days = lengthOf(span) * steps;
    return { period, date: `${span.start.add({ days })},${span.end.add({ days })}` };
  }
  const unit = { day: 'days', week: 'weeks', month: 'months', year: 'years' } as const;
  return { period, date: span.start.add({ [unit[period]]: steps }).toString() };
}

/** The days compared with, of the same length. */
export function compareSpan(choice: PeriodChoice, compare: CompareName, now: CalendarDate): Span | undefined {
  if (compare === 'none') return undefined;
  const span = spanOf(choice, now);
  if (compare === 'previous') return spanOf(stepChoice(choice, now, -1), now);
  if (choice.period === 'range' || choice.period === 'week') {
    // 52 whole weeks: the same days of the week stand above each other.
    return { start: span.start.subtract({ days: 364 }), end: span.end.subtract({ days: 364 }) };
  }
  return { start: span.start.subtract({ years: 1 }), end: span.end.subtract({ years: 1 }) };
}

export function spanWords(period: PeriodName, span: Span): string {
  if (period === 'day') return dayWords.format(asDate(span.start));
  if (period === 'month') return monthWords.format(asDate(span.start));
  if (period === 'year') return String(span.start.year);
  return dayMiddle.formatRange(asDate(span.start), asDate(span.end));
}

/** "Last 30 days", "Today", "March 2026": what the picker says. */
export function choiceWords(choice: PeriodChoice, now: CalendarDate): string {
  const match = choice.period === 'range' ? relative.exec(choice.date) : null;
  if (match) return match[1] === 'last' ? `Last ${match[2]} days` : `Last ${match[2]} whole days`;
  const span = spanOf(choice, now);
  if (choice.period === 'day' && span.start.compare(now) === 0) return 'Today';
  if (choice.period === 'day' && daysBetween(span.start, now) === 1) return 'Yesterday';
  return spanWords(choice.period, span);
}

export function compareWords(choice: PeriodChoice, compare: CompareName, now: CalendarDate): string {
  const span = compareSpan(choice, compare, now);
  if (!span) return '';
  if (compare === 'year') return choice.period === 'range' ? 'the same days a year before' : 'a year before';
  if (choice.period === 'range') return `the ${lengthOf(span)} before`;
  return `the ${choice.period} before`;
}

/** The unit of a graph over a span: enough points to see a course, few enough to read. */
export function grainOf(span: Span): 'day' | 'week' | 'month' {
  const days = lengthOf(span);
  if (days <= 100) return 'day';
  return days <= 500 ? 'week' : 'month';
}

/** The words under a point of a graph. The key is Matomo's: 2026-03-02, "2026-03-02,2026-03-08", 2026-03, 2026 or an hour. */
export function pointWords(key: string, length: 'short' | 'full'): string {
  if (/^\d{1,2}$/.test(key)) return `${key.padStart(2, '0')}:00`;
  const [from = '', to] = key.split(',');
  const parts = from.split('-').map(Number);
  const [year = 0, month = 1, day] = parts;
  if (parts.length === 1) return from;
  if (day === undefined) return monthShort.format(new Date(Date.UTC(year, month - 1, 1)));
  const start = new Date(Date.UTC(year, month - 1, day));
  if (length === 'short') return dayShort.format(start);
  if (to) return dayMiddle.formatRange(start, asDate(parseDate(to)));
  return dayWords.format(start);
}
