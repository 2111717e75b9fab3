import { parseDate } from '@internationalized/date';
import { describe, expect, it } from 'vitest';
import { choiceWords, compareSpan, compareWords, grainOf, pointWords, spanDate, spanOf, stepChoice } from './dates';

const now = parseDate('2026-11-22');
const text = (choice: Parameters<typeof spanOf>[0]) => {
  const span = spanOf(choice, now);
  return `${span.start},${span.end}`;
};

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
