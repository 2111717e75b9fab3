import { Button } from 'react-aria-components';
import { Change } from '../../components/change';
import { ErrorState } from '../../components/states';
import { Sparkline } from '../../charts/sparkline';
import { changeOf, formatNumber } from '../../lib/numbers';
import { useQueryState } from '../../lib/query-state';
import type { Cells } from '../../lib/rows';
import { useSiteView } from '../../lib/site-view';
import { figureOf, figures, type Figure } from './figures';
import { useGraph, useSparks, useTotals, type Grain } from './use-overview';
import styles from './key-figures.module.css';

interface Total {
  readonly value: number | undefined;
  readonly summed: boolean;
}

/** Over ranges and years nobody is recognised from one day to the next; then the days are added up. */
function totalOf(figure: Figure, cells: Cells | undefined, days: readonly (number | undefined)[]): Total {
  if (!cells) return { value: undefined, summed: false };
  const value = figure.metric.of(cells);
  if (value !== undefined || figure.id !== 'visitors') return { value, summed: false };
  return { value: days.reduce<number>((sum, day) => sum + (day ?? 0), 0), summed: days.length > 0 };
}

interface FigureButtonProps {
  readonly figure: Figure;
  readonly chosen: boolean;
  readonly onPress: () => void;
  readonly total: Total;
  readonly isLoading: boolean;
  readonly change: number | undefined;
  readonly isOpen: boolean;
  readonly grain: Grain;
  readonly sparks: readonly (number | undefined)[];
}

function FigureButton({ figure, chosen, onPress, total, isLoading, change, isOpen, grain, sparks }: FigureButtonProps) {
  const { metric } = figure;
  return (
    <Button className={styles.figure ?? ''} aria-pressed={chosen} onPress={onPress}>
      <span className={styles.name}>
        {metric.label}
        {total.summed && <span className={styles.note} title={`Over this period nobody is recognised from one ${grain} to the next: the ${grain}s are added up`}> sum of {grain}s</span>}
      </span>
      <span className={styles.numbers}>
        {isLoading ? (
          <span className={styles.loading} />
        ) : (
          <>
            <span className={`number ${styles.value}`}>{formatNumber(total.value, metric.format)}</span>
            <Change change={change} good={isOpen ? 'neither' : metric.good} />
          </>
        )}
      </span>
      <Sparkline values={sparks} />
    </Button>
  );
}

/** The first row: each figure with its change and its last 30 days. */
export function KeyFigures() {
  const { view, span, now, scope, comparedScope } = useSiteView();
  const [chosen, choose] = useQueryState('figure', 'visits');
  const totals = useTotals(scope);
  const before = useTotals(comparedScope);
  const sparks = useSparks();
  const visitors = useGraph(figureOf('visitors'));
  if (totals.isError) return <ErrorState what="The figures" error={totals.error} onRetry={() => void totals.refetch()} />;
  // A part of a day says little beside a whole one: then the change is neither good nor bad.
  const isOpen = view.period !== 'range' && span.end.compare(now) >= 0;
  return (
    <section className={styles.figures} aria-label="Key figures" data-stale={totals.isPlaceholderData || undefined}>
      {figures.map((figure) => {
        const total = totalOf(figure, totals.data, visitors.points.map((point) => point.value));
        const past = totalOf(figure, before.data, visitors.points.map((point) => point.before?.value)).value;
        return (
          <FigureButton
            key={figure.id}
            figure={figure}
            chosen={figure.id === figureOf(chosen).id}
            onPress={() => choose(figure.id)}
            total={total}
            isLoading={totals.isPending}
            change={comparedScope && changeOf(total.value, past)}
            isOpen={isOpen}
            grain={visitors.grain}
            sparks={(sparks.data ?? []).map((point) => figure.metric.of(point.cells))}
          />
        );
      })}
    </section>
  );
}
