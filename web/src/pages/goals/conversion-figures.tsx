import { Card } from '../../components/card';
import { NotCompared } from '../../components/not-compared';
import { ErrorState, SkeletonBlock } from '../../components/states';
import { TimeGraph } from '../../charts/time-graph';
import { useQueryState } from '../../frame/query-state';
import { useSiteView } from '../../frame/site-view';
import { comparedData } from '../../lib/compared';
import type { Metric } from '../../lib/metrics';
import { changeOf } from '../../lib/numbers';
import { FigureButton } from '../home/figure-button';
import { useConversionGraph, useConversions, useConversionSparks, type About } from './use-goals';
import figuresStyles from '../home/key-figures.module.css';
import graphStyles from '../home/main-graph.module.css';
import styles from './goals-page.module.css';

const graph_px = 280;

interface Props {
  readonly label: string;
  readonly metrics: readonly Metric[];
  readonly about: About;
}

/** The figures of goals or of a shop, and the chosen one over time. */
export function ConversionFigures({ label, metrics, about }: Props) {
  const { view, span, now, scope, comparedScope, site } = useSiteView();
  const [chosen, choose] = useQueryState('figure', metrics[0]?.id ?? '');
  const metric = metrics.find((one) => one.id === chosen) ?? (metrics[0] as Metric);
  const totals = useConversions(scope, about);
  const before = useConversions(comparedScope, about);
  const sparks = useConversionSparks(about);
  const graph = useConversionGraph(metric, about);
  if (totals.isError) return <ErrorState what="The figures" error={totals.error} onRetry={() => void totals.refetch()} />;
  const past = comparedData(totals, before);
  const isOpen = view.period !== 'range' && span.end.compare(now) >= 0;
  const unit = metric.format === 'money' ? `, ${site.currency}` : '';
  return (
    <>
      <section className={`${figuresStyles.figures} ${styles.figures}`} aria-label={label} data-stale={totals.isPlaceholderData || undefined}>
        {metrics.map((one) => {
          const value = totals.data && one.of(totals.data);
          return (
            <FigureButton
              key={one.id}
              metric={one.format === 'money' ? { ...one, label: `${one.label}, ${site.currency}` } : one}
              chosen={one.id === metric.id}
              onPress={() => choose(one.id)}
              total={{ value, summed: false }}
              isLoading={totals.isPending}
              change={changeOf(value, past && one.of(past))}
              isOpen={isOpen}
              grain={graph.grain}
              sparksOpen={span.end.compare(now) >= 0}
              sparks={(sparks.data ?? []).map((point) => one.of(point.cells))}
            />
          );
        })}
      </section>
      <NotCompared before={before} />
      <Card title={`${metric.label}${unit} by ${graph.grain}`}>
        {graph.query.isError ? (
          <ErrorState what="The graph" error={graph.query.error} onRetry={() => void graph.query.refetch()} />
        ) : graph.query.isPending ? (
          <SkeletonBlock height_px={graph_px} />
        ) : (
          <div className={graphStyles.graph} data-stale={graph.query.isPlaceholderData || undefined}>
            <TimeGraph label={`${metric.label} by ${graph.grain}`} points={graph.points} format={metric.format} good={metric.good} height_px={graph_px} />
            <NotCompared before={graph.before} />
          </div>
        )}
      </Card>
    </>
  );
}
