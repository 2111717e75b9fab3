import { ChartArea, Table2 } from 'lucide-react';
import { Button } from 'react-aria-components';
import { IconButton } from '../../components/button';
import { Card } from '../../components/card';
import { Change } from '../../components/change';
import { ErrorState, SkeletonBlock } from '../../components/states';
import { Sparkline } from '../../charts/sparkline';
import { TimeGraph } from '../../charts/time-graph';
import { compareWords } from '../../lib/dates';
import { changeOf, formatNumber } from '../../lib/numbers';
import { useQueryState } from '../../lib/query-state';
import type { Cells } from '../../lib/rows';
import { useSiteView } from '../../lib/site-view';
import { figureOf, figures, type Figure } from './figures';
import { PointsTable } from './points-table';
import { useGraph, useSparks, useTotals, type Point } from './use-overview';
import styles from './overview.module.css';

/** Over ranges and years nobody counts different people twice-visiting; then the days are added up. */
function totalOf(figure: Figure, cells: Cells | undefined, points: readonly Point[]): { value: number | undefined; summed: boolean } {
  if (!cells) return { value: undefined, summed: false };
  const value = figure.metric.of(cells);
  if (value !== undefined || figure.metric.format !== 'count') return { value, summed: false };
  return { value: points.reduce((sum, point) => sum + (figure.metric.of(point.cells) ?? 0), 0), summed: points.length > 0 };
}

interface FigureButtonProps {
  readonly figure: Figure;
  readonly chosen: boolean;
  readonly onPress: () => void;
  readonly value: number | undefined;
  readonly summed: boolean;
  readonly change: number | undefined;
  readonly sparks: readonly (number | undefined)[];
}

function FigureButton({ figure, chosen, onPress, value, summed, change, sparks }: FigureButtonProps) {
  const { metric } = figure;
  return (
    <Button className={styles.figure ?? ''} aria-pressed={chosen} onPress={onPress}>
      <span className={styles.name}>
        {metric.label}
        {summed && <span className={styles.note} title="Nobody is recognised from one day to another here: the days are added up"> sum of days</span>}
      </span>
      <span className={styles.numbers}>
        <span className={`number ${styles.value}`}>{formatNumber(value, metric.format)}</span>
        <Change change={change} good={metric.good} />
      </span>
      <Sparkline values={sparks} />
    </Button>
  );
}

export function Overview() {
  const { view, now, scope, comparedScope } = useSiteView();
  const [chosen, choose] = useQueryState('figure', 'visits');
  const [shape, setShape] = useQueryState('graph', 'line');
  const figure = figureOf(chosen);
  const totals = useTotals(scope);
  const before = useTotals(comparedScope);
  const sparks = useSparks();
  const visitors = useGraph(figures[0] as Figure);
  const graph = useGraph(figure);
  const compared = compareWords(view, view.compare, now);

  if (totals.isError) return <ErrorState what="The figures" error={totals.error} onRetry={() => void totals.refetch()} />;
  const sumBefore = visitors.points.map((point) => ({ key: point.key, cells: { nb_uniq_visitors: point.before?.value } }));
  const sumNow = visitors.points.map((point) => ({ key: point.key, cells: { nb_uniq_visitors: point.value } }));
  const title = `${figure.metric.label} by ${graph.grain}`;

  return (
    <Card
      title={title}
      actions={
        <>
          {compared && (
            <span className={styles.legend}>
              <span className={styles.solid} aria-hidden /> now
              <span className={styles.stitched} aria-hidden /> {compared}
            </span>
          )}
          <IconButton label={shape === 'line' ? 'Show as a table (t)' : 'Show as a graph (t)'} size="small" onPress={() => setShape(shape === 'line' ? 'table' : 'line')} {...{ 'data-main-table': true }}>
            {shape === 'line' ? <Table2 size={16} aria-hidden /> : <ChartArea size={16} aria-hidden />}
          </IconButton>
        </>
      }
    >
      <div className={styles.figures}>
        {figures.map((one) => {
          const isVisitors = one === figures[0];
          const { value, summed } = totalOf(one, totals.data, isVisitors ? sumNow : []);
          const past = totalOf(one, before.data, isVisitors ? sumBefore : []).value;
          return (
            <FigureButton
              key={one.id}
              figure={one}
              chosen={one.id === figure.id}
              onPress={() => choose(one.id)}
              value={value}
              summed={summed}
              change={comparedScope && changeOf(value, past)}
              sparks={(sparks.data ?? []).map((point) => one.metric.of(point.cells))}
            />
          );
        })}
      </div>
      {graph.query.isError ? (
        <ErrorState what="The graph" error={graph.query.error} onRetry={() => void graph.query.refetch()} />
      ) : graph.query.isPending ? (
        <SkeletonBlock height_px={260} />
      ) : shape === 'line' ? (
        <TimeGraph label={title} points={graph.points} format={figure.metric.format} good={figure.metric.good} />
      ) : (
        <PointsTable label={title} points={graph.points} metric={figure.metric} />
      )}
    </Card>
  );
}
