import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { goalsGet, goalsGetGoals } from '../../api/generated';
import { useSiteView, type Scope } from '../../frame/site-view';
import { comparedData } from '../../lib/compared';
import { grainOf, type Span } from '../../lib/dates';
import type { Metric } from '../../lib/metrics';
import { numberOf } from '../../lib/numbers';
import { cellsOf, listOf, pointsOf, type Cells } from '../../lib/rows';
import { ageOf, drawnSpan, joined, spark_days, type Point } from '../home/use-overview';

/** What the figures are about: all goals and orders, one goal, or what a shop sold or did not. */
export type About = { readonly idGoal?: string; readonly showAllGoalSpecificMetrics?: 1 };

export interface Goal {
  readonly id: number;
  readonly name: string;
  readonly description: string;
}

export function useGoalList(idSite: number) {
  return useQuery({
    queryKey: ['goals', idSite],
    queryFn: async ({ signal }): Promise<Goal[]> =>
      listOf(await goalsGetGoals({ idSite }, signal)).map((cells) => ({
        id: numberOf(cells.idgoal) ?? 0, name: String(cells.name ?? ''), description: String(cells.description ?? ''),
      })),
  });
}

export function useConversions(scope: Scope | undefined, about: About = {}) {
  return useQuery({
    queryKey: ['conversions', scope, about],
    enabled: scope !== undefined,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }): Promise<Cells> => cellsOf(await goalsGet({ ...(scope as Scope), ...about }, signal)),
  });
}

function useSeries(span: Span | undefined, grain: 'day' | 'week' | 'month', about: About) {
  const { scope } = useSiteView();
  const asked = { ...scope, period: grain, date: span ? `${span.start},${span.end}` : '', ...about };
  return useQuery({
    queryKey: ['conversion-series', asked],
    enabled: span !== undefined,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }): Promise<Point[]> => pointsOf(await goalsGet(asked, signal)),
  });
}

export function useConversionSparks(about: About = {}) {
  const { span, now } = useSiteView();
  const end = span.end.compare(now) > 0 ? now : span.end;
  return useSeries({ start: end.subtract({ days: spark_days - 1 }), end }, 'day', about);
}

/** A figure over time beside the compared time. A single day stands at the end of its last 30. */
export function useConversionGraph(metric: Metric, about: About = {}) {
  const { view, span, compared, now } = useSiteView();
  const around = (days: Span): Span => drawnSpan(view.period, days);
  const grain = grainOf(around(span));
  const series = useSeries(around(span), grain, about);
  const before = useSeries(compared && around(compared), grain, about);
  const today = now.toString();
  const points = joined(series.data ?? [], comparedData(series, before) ?? [], metric, (key) => ageOf(key, today));
  return { query: series, before, points, grain };
}
