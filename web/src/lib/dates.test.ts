import { parseDate } from '@internationalized/date';
import { describe, expect, it } from 'vitest';
import { choiceWords, compareSpan, compareWords, grainOf, pointWords, siteClock, siteToday, spanDate, spanOf, stepChoice } from './dates';

const now = parseDate('2026-11-22');
const text = (choice: Parameters<typeof spanOf>[0]) => {
  const span = spanOf(choice, now);
  return `${span.start},${span.end}`;
};

describe('the clock of a site', () => {
  const late_ms = Date.UTC(2026, 10, 22, 20, 40);
  it.each([
    ['UTC', '2026-11-22', 20],
    ['UTC+5.5', '2026-11-23', 2],
    ['UTC+5.75', '2026-11-23', 2],
    ['UTC+3', '2026-11-22', 23],
    ['UTC+12', '2026-11-23', 8],
    ['UTC+14', '2026-11-23', 10],
    ['UTC-3', '2026-11-22', 17],
    ['UTC-9.5', '2026-11-22', 11],
    ['Asia/Tokyo', '2026-11-23', 5],
    ['America/New_York', '2026-11-22', 15],
  ])('%s', (zone, day, hour) => {
    expect(siteToday(zone, late_ms).toString()).toBe(day);
    expect(siteClock(zone, late_ms).hour).toBe(hour);
  });
  it('is still in the year before west of UTC', () => {
    expect(siteToday('UTC-3', Date.UTC(2027, 0, 1, 2, 59)).toString()).toBe('2026-12-31');
    expect(siteToday('UTC-3', Date.UTC(2027, 0, 1, 3)).toString()).toBe('2027-01-01');
  });
  it('is that of UTC for a place that the browser does not know', () => {
    expect(siteToday('Mars/Base', late_ms).toString()).toBe('2026-11-22');
    expect(siteClock('UTC+', late_ms).hour).toBe(20);
  });
});

describe('spanOf', () => {
  it('counts today in lastN and leaves it out of previousN', () => {
    expect(text({ period: 'range', date: 'last30' })).toBe('2026-10-24,2026-11-22');
    expect(text({ period: 'range', date: 'previous7' })).toBe('2026-11-15,2026-11-21');
  });
  it('begins weeks on Monday', () => {
    expect(text({ period: 'week', date: '2026-11-22' })).toBe('2026-11-16,2026-11-22');
    expect(text({ period: 'week', date: '2026-11-16' })).toBe('2026-11-16,2026-11-22');
  });
  it('takes whole months and years', () => {
    expect(text({ period: 'month', date: '2028-02-10' })).toBe('2028-02-01,2028-02-29');
    expect(text({ period: 'year', date: 'today' })).toBe('2026-01-01,2026-12-31');
  });
  it('falls back to the last 30 days for what it cannot read', () => {
    expect(text({ period: 'range', date: '2026-05-09,2026-05-01' })).toBe('2026-10-24,2026-11-22');
    expect(text({ period: 'day', date: '<script>' })).toBe('2026-10-24,2026-11-22');
  });
});

describe('steps and comparisons', () => {
  it('moves a range by its own length', () => {
    expect(stepChoice({ period: 'range', date: 'last30' }, now, -1).date).toBe('2026-09-24,2026-10-23');
  });
  it('moves months to their first day', () => {
    expect(stepChoice({ period: 'month', date: '2026-03-31' }, now, -1)).toEqual({ period: 'month', date: '2026-02-01' });
  });
  it('compares ranges with the same days of the week a year before', () => {
    const span = compareSpan({ period: 'range', date: '2026-11-16,2026-11-22' }, 'year', now);
    expect(span?.start.toString()).toBe('2025-11-17');
    expect(span?.end.toString()).toBe('2025-11-23');
  });
  it('compares with nothing when told so', () => {
    expect(compareSpan({ period: 'day', date: 'today' }, 'none', now)).toBeUndefined();
  });
});

describe('words', () => {
  it('says the choice as a person would', () => {
    const choice = { period: 'range', date: 'last30' } as const;
    expect(choiceWords(choice, now)).toBe('Last 30 days');
    expect(compareWords(choice, 'previous', now)).toBe('the 30 before');
    expect(choiceWords({ period: 'day', date: '2026-11-21' }, now)).toBe('Yesterday');
    expect(compareWords({ period: 'month', date: 'today' }, 'year', now)).toBe('a year before');
  });
  it('writes hours, months and years of graph keys', () => {
    expect(pointWords('7', 'short')).toBe('07:00');
    expect(pointWords('2026', 'full')).toBe('2026');
    expect(pointWords('2026-03', 'full')).toContain('2026');
  });
  it('asks for a range by both its days and for others by one', () => {
    const span = spanOf({ period: 'month', date: 'today' }, now);
    expect(spanDate('month', span)).toBe('2026-11-01');
    expect(spanDate('range', span)).toBe('2026-11-01,2026-11-30');
  });
  it('draws days, then weeks, then months', () => {
    expect(grainOf(spanOf({ period: 'month', date: 'today' }, now))).toBe('day');
    expect(grainOf(spanOf({ period: 'year', date: 'today' }, now))).toBe('week');
    expect(grainOf(spanOf({ period: 'range', date: '2020-01-01,2026-01-01' }, now))).toBe('month');
  });
});
