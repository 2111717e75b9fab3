import { describe, expect, it } from 'vitest';
import { metrics } from './metrics';
import { cellsOf, pointsOf, rowsOf, sortRows, sumOf } from './rows';
import { safeLink } from './safe-link';

const answer = [
  { label: 'Others', nb_visits: 90, is_summary: true },
  { label: 'a', nb_visits: '3', bounce_count: '1', sum_visit_length: 60, idsubdatatable: 4, segment: 'x==1' },
  { label: 'b', nb_visits: 7, bounce_count: 7, sum_visit_length: 0 },
];

describe('tables', () => {
  it('reads labels, subtables and segments', () => {
    const [others, a] = rowsOf(answer);
    expect(others?.isSummary).toBe(true);
    expect(a).toMatchObject({ label: 'a', subtableId: 4, segment: 'x==1', url: undefined });
  });
  it('takes every other answer as empty', () => {
    expect(rowsOf({ result: 'error' })).toEqual([]);
    expect(rowsOf(null)).toEqual([]);
  });
  it('sorts by a metric and keeps the rest of the table last', () => {
    expect(sortRows(rowsOf(answer), metrics.visits, 'desc').map((row) => row.label)).toEqual(['b', 'a', 'Others']);
    expect(sortRows(rowsOf(answer), metrics.bounceRate, 'asc').map((row) => row.label)).toEqual(['a', 'b', 'Others']);
    expect(sortRows(rowsOf(answer), undefined, 'desc').map((row) => row.label)).toEqual(['b', 'a', 'Others']);
  });
  it('sorts lengths and counts by what they mean', () => {
    const sorted = (...labels: readonly string[]) => sortRows(rowsOf(labels.map((label) => ({ label }))), undefined, 'asc', true).map((row) => row.label);
    expect(sorted('1-2 min', '30+ min', '0–10s', '31–60s', '10-15 min', '11–30s')).toEqual(['0–10s', '11–30s', '31–60s', '1-2 min', '10-15 min', '30+ min']);
    expect(sorted('10 days', '2 days', '365+ days', 'New visits', '0 days')).toEqual(['New visits', '0 days', '2 days', '10 days', '365+ days']);
  });
  it('adds up counts and refuses to add up rates', () => {
    expect(sumOf(rowsOf(answer), metrics.visits)).toBe(100);
    expect(sumOf(rowsOf(answer), metrics.bounceRate)).toBeUndefined();
  });
  it('adds nothing up where no row has a value', () => {
    expect(sumOf(rowsOf(answer), metrics.revenue)).toBeUndefined();
  });
  it('knows values of events only where some had one', () => {
    const cells = { sum_event_value: 0, avg_event_value: 0, nb_events_with_value: 0 };
    expect([metrics.eventValue.of(cells), metrics.meanEventValue.of(cells)]).toEqual([undefined, undefined]);
    expect(metrics.eventValue.of({ ...cells, nb_events_with_value: 2 })).toBe(0);
  });
});

describe('single rows and maps', () => {
  it('reads a row, a list of one row and an empty period', () => {
    expect(cellsOf({ nb_visits: 2 })).toEqual({ nb_visits: 2 });
    expect(cellsOf([{ visits: 1 }])).toEqual({ visits: 1 });
    expect(cellsOf([])).toEqual({});
  });
  it('keeps the order of the dates', () => {
    expect(pointsOf({ '2026-03-01': { nb_visits: 1 }, '2026-03-02': [] })).toEqual([
      { key: '2026-03-01', cells: { nb_visits: 1 } },
      { key: '2026-03-02', cells: {} },
    ]);
  });
});

describe('metrics', () => {
  it('derive what the row holds only in parts', () => {
    const cells = { nb_visits: 4, bounce_count: '1', sum_visit_length: '200', nb_actions: 10 };
    expect(metrics.bounceRate.of(cells)).toBe(0.25);
    expect(metrics.visitLength.of(cells)).toBe(50);
    expect(metrics.actionsPerVisit.of(cells)).toBe(2.5);
  });
  it('fall back to the finished number', () => {
    expect(metrics.bounceRate.of({ bounce_rate: '36%' })).toBeCloseTo(0.36);
    expect(metrics.visitors.of({ sum_daily_nb_uniq_visitors: 9 })).toBe(9);
  });
  it('divide nothing by nothing into nothing', () => {
    expect(metrics.bounceRate.of({ nb_visits: 0, bounce_count: 0 })).toBeUndefined();
  });
});

describe('safeLink', () => {
  it('lets http and https through and nothing else', () => {
    expect(safeLink('https://example.org/a')).toBe('https://example.org/a');
    expect(safeLink('javascript:alert(1)')).toBeUndefined();
    expect(safeLink(' JaVaScRiPt:alert(1)')).toBeUndefined();
    expect(safeLink('data:text/html,x')).toBeUndefined();
    expect(safeLink('example.org')).toBeUndefined();
    expect(safeLink(undefined)).toBeUndefined();
  });
});
