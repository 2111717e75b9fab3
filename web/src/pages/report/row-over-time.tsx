import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { TimeGraph } from '../../charts/time-graph';
import { Choice } from '../../components/choice';
import { Dialog } from '../../components/dialog';
import { NotCompared } from '../../components/not-compared';
import { ErrorState, SkeletonBlock } from '../../components/states';
import { useSiteView } from '../../frame/site-view';
import { comparedData } from '../../lib/compared';
import { grainOf, type Span } from '../../lib/dates';
import { metrics, type Metric } from '../../lib/metrics';
import { pointsOf } from '../../lib/rows';
import type { Report } from '../../reports/catalog';
import { ageOf, drawnSpan, joined, type Point } from '../home/use-overview';

const graph_px = 280;

interface Props {
  readonly report: Report;
  readonly metric: Metric;
  /** The labels from the root of the report to the row. */
  readonly path: readonly string[];
  readonly label: string;
  readonly onClose: () => void;
}

/** The row of each day, week or month of a span. */
function useRow(report: Report, path: readonly string[], span: Span | undefined, grain: string) {
  const { scope } = useSiteView();
  const label = path.map((part) => encodeURIComponent(part)).join('>');
  const asked = { ...scope, ...report.asked, period: grain, date: span ? `${span.start},${span.end}` : '', label };
  return useQuery({
    queryKey: ['row', report.method.method, asked],
    enabled: span !== undefined,
    queryFn: async ({ signal }): Promise<Point[]> => pointsOf(await report.method(asked, signal)),
  });
}

/** One row of a report over the period, beside the compared one. A single day stands at the end of its last 30. */
export function RowOverTime({ report, metric, path, label, onClose }: Props) {
  const { view, span, compared, now } = useSiteView();
  const [chosen, choose] = useState(metric.id);
  const all: readonly Metric[] = report.metrics.map((name) => metrics[name]);
  const shown = all.find((one) => one.id === chosen) ?? metric;
  const around = (days: Span): Span => drawnSpan(view.period, days);
  const grain = grainOf(around(span));
  const rows = useRow(report, path, around(span), grain);
  const before = useRow(report, path, compared && around(compared), grain);
  const points = joined(rows.data ?? [], comparedData(rows, before) ?? [], shown, (key) => ageOf(key, now.toString()));
  return (
    <Dialog title={label} kind="wide" isOpen onClose={onClose}>
      <Choice label="Number shown" bare options={all.map((one) => ({ id: one.id, text: `${one.label} by ${grain}` }))} value={shown.id} onChange={choose} />
      {rows.isPending ? (
        <SkeletonBlock height_px={graph_px} />
      ) : rows.isError ? (
        <ErrorState what="The graph" error={rows.error} onRetry={() => void rows.refetch()} />
      ) : (
        <>
          <TimeGraph label={`${shown.label} of ${label} by ${grain}`} points={points} format={shown.format} good={shown.good} height_px={graph_px} />
          <NotCompared before={before} />
        </>
      )}
    </Dialog>
  );
}
