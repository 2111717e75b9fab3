import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { actionsGet, visitTimeGetVisitInformationPerServerTime, visitsSummaryGet } from '../../api/generated';
import type { GraphPoint } from '../../charts/time-graph';
import { useSiteView, type Scope } from '../../frame/site-view';
import { comparedData } from '../../lib/compared';
import { grainOf, siteClock, type PeriodName, type Span } from '../../lib/dates';
import type { Metric } from '../../lib/metrics';
import { cellsOf, pointsOf, rowsOf, type Cells } from '../../lib/rows';
import type { Figure } from './figures';

export interface Point {
  readonly key: string;
  readonly cells: Cells;
}

export const spark_days = 30;

/** The days that a graph of a period draws: a single day stands at the end of its last 30. */
export function drawnSpan(period: PeriodName, days: Span): Span {
  return period === 'day' ? { start: days.end.subtract({ days: spark_days - 1 }), end: days.end } : days;
}

/** Visits and actions of a period in one row. */
export function useTotals(scope: Scope | undefined) {
  return useQuery({
    queryKey: ['totals', scope],
    enabled: scope !== undefined,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }): Promise<Cells> => {
      const asked = scope as Scope;
      const [visits, actions] = await Promise.all([visitsSummaryGet({ ...asked }, signal), actionsGet({ ...asked }, signal)]);
      return { ...cellsOf(actions), ...cellsOf(visits) };
    },
  });
}

/** The same row for every day, week or month of a span. */
function useSeries(span: Span | undefined, grain: 'day' | 'week' | 'month') {
  const { scope } = useSiteView();
  const asked = { ...scope, period: grain, date: span ? `${span.start},${span.end}` : '' };
  return useQuery({
    queryKey: ['series', asked],
    enabled: span !== undefined,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }): Promise<Point[]> => {
      const [visits, actions] = await Promise.all([visitsSummaryGet(asked, signal), actionsGet(asked, signal)]);
      const actionCells = new Map(pointsOf(actions).map((point) => [point.key, point.cells]));
      return pointsOf(visits).map(({ key, cells }) => ({ key, cells: { ...actionCells.get(key), ...cells } }));
    },
  });
}

function useHours(scope: Scope | undefined) {
  return useQuery({
    queryKey: ['hours', scope],
    enabled: scope !== undefined,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }): Promise<Point[]> =>
      rowsOf(await visitTimeGetVisitInformationPerServerTime({ ...(scope as Scope) }, signal)).map((row) => ({ key: row.label, cells: row.cells })),
  });
}

export function useSparks() {
  const { span, now } = useSiteView();
  const end = span.end.compare(now) > 0 ? now : span.end;
  return useSeries({ start: end.subtract({ days: spark_days - 1 }), end }, 'day');
}

const dayOfKey = (key: string): string => key.split(',')[0] ?? key;

/** Is this point still to come, or not over yet? Compares the first and the last day of its key with today. */
export function ageOf(key: string, today: string): 'past' | 'open' | 'future' {
  if (dayOfKey(key) > today) return 'future';
  const last = key.split(',')[1] ?? key;
  return last.length < today.length ? (today.startsWith(last) ? 'open' : 'past') : last >= today ? 'open' : 'past';
}

function hourAge(key: string, hourNow: number | undefined): 'past' | 'open' | 'future' {
  if (hourNow === undefined || Number(key) < hourNow) return 'past';
  return Number(key) === hourNow ? 'open' : 'future';
}

function valueOf(metric: Metric, cells: Cells): number | undefined {
  return metric.of(cells) ?? (metric.format === 'count' ? 0 : undefined);
}

export function joined(points: readonly Point[], before: readonly Point[], metric: Metric, age: (key: string) => 'past' | 'open' | 'future'): GraphPoint[] {
  return points.map(({ key, cells }, at) => {
    const then = before[at];
    const state = age(key);
    return {
      key,
      value: state === 'future' ? undefined : valueOf(metric, cells),
      before: then && { key: then.key, value: valueOf(metric, then.cells) },
      open: state === 'open',
    };
  });
}

export type Grain = 'hour' | 'day' | 'week' | 'month';

/** The main graph: hours of a day, else days, weeks or months of the period, each beside its compared one. */
export function useGraph(figure: Figure) {
  const { view, span, compared, scope, comparedScope, now, site } = useSiteView();
  const byHour = view.period === 'day' && figure.hourly;
  const around = (days: Span): Span => drawnSpan(view.period, days);
  const grain = grainOf(around(span));
  const hours = useHours(byHour ? scope : undefined);
  const hoursBefore = useHours(byHour ? comparedScope : undefined);
  const series = useSeries(byHour ? undefined : around(span), grain);
  const seriesBefore = useSeries(byHour || !compared ? undefined : around(compared), grain);
  const [main, before] = byHour ? [hours, hoursBefore] : [series, seriesBefore];
  const today = now.toString();
  const hourNow = span.start.compare(now) === 0 ? siteClock(site.timezone).hour : undefined;
  const age = byHour ? (key: string) => hourAge(key, hourNow) : (key: string) => ageOf(key, today);
  const points = joined(main.data ?? [], comparedData<Point[]>(main, before) ?? [], figure.metric, age);
  return { query: main, before, points, grain: (byHour ? 'hour' : grain) as Grain };
}
