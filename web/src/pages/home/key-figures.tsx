import { NotCompared } from '../../components/not-compared';
import { ErrorState } from '../../components/states';
import { useQueryState } from '../../frame/query-state';
import { useSiteView } from '../../frame/site-view';
import { comparedData } from '../../lib/compared';
import { changeOf } from '../../lib/numbers';
import type { Cells } from '../../lib/rows';
import { figureOf, figures, type Figure } from './figures';
import { FigureButton, type Total } from './figure-button';
import { useGraph, useSparks, useTotals } from './use-overview';
import styles from './key-figures.module.css';

/** Over ranges and years nobody is recognised from one day to the next; then the days are added up. */
function totalOf(figure: Figure, cells: Cells | undefined, days: readonly (number | undefined)[]): Total {
  if (!cells) return { value: undefined, summed: false };
  const value = figure.metric.of(cells);
  if (value !== undefined || figure.id !== 'visitors' || days.length === 0) return { value, summed: false };
  return { value: days.reduce<number>((sum, day) => sum + (day ?? 0), 0), summed: true };
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
  const past = comparedData(totals, before);
  // A part of a day says little beside a whole one: then the change is neither good nor bad.
  const isOpen = view.period !== 'range' && span.end.compare(now) >= 0;
  return (
    <>
      <section className={styles.figures} aria-label="Key figures" data-stale={totals.isPlaceholderData || visitors.query.isPlaceholderData || undefined}>
        {figures.map((figure) => {
          const total = totalOf(figure, totals.data, visitors.points.map((point) => point.value));
          const then = totalOf(figure, past, visitors.points.map((point) => point.before?.value)).value;
          return (
            <FigureButton
              key={figure.id}
              metric={figure.metric}
              chosen={figure.id === figureOf(chosen).id}
              onPress={() => choose(figure.id)}
              total={total}
              isLoading={totals.isPending}
              change={changeOf(total.value, then)}
              isOpen={isOpen}
              grain={visitors.grain}
              sparksOpen={span.end.compare(now) >= 0}
            sparks={(sparks.data ?? []).map((point) => figure.metric.of(point.cells))}
            />
          );
        })}
      </section>
      <NotCompared before={before} />
    </>
  );
}
