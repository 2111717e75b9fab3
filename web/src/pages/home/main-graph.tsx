import { ChartArea, Flag, Table2 } from 'lucide-react';
import { useState } from 'react';
import { IconButton } from '../../components/button';
import { Card } from '../../components/card';
import { NotCompared } from '../../components/not-compared';
import { ErrorState, SkeletonBlock } from '../../components/states';
import { TimeGraph } from '../../charts/time-graph';
import { useQueryState } from '../../frame/query-state';
import { useSiteView } from '../../frame/site-view';
import { compareWords } from '../../lib/dates';
import { figureOf } from './figures';
import { NotesDialog } from './notes-dialog';
import { PointsTable } from './points-table';
import { holdsDay, useNotes } from './use-notes';
import { useGraph } from './use-overview';
import styles from './main-graph.module.css';

const graph_px = 352;

/** The chosen figure over time, as a graph or as a table. */
export function MainGraph() {
  const { view, now, site } = useSiteView();
  const [chosen] = useQueryState('figure', 'visits');
  const [shape, setShape] = useQueryState('graph', 'line');
  const figure = figureOf(chosen);
  const graph = useGraph(figure);
  const notes = useNotes(site.idsite);
  const [noting, setNoting] = useState(false);
  const compared = compareWords(view, view.compare, now);
  const title = `${figure.metric.label} by ${graph.grain}`;
  const isLine = shape === 'line';
  // The line is named when it is there.
  const isCompared = graph.points.some((point) => point.before);
  const points = graph.points.map((point) => ({
    ...point,
    notes: (notes.data ?? []).filter((note) => holdsDay(point.key, note.day)).map((note) => note.text),
  }));
  return (
    <Card
      title={title}
      actions={
        <>
          {isCompared && (
            <span className={styles.legend}>
              <span className={styles.solid} aria-hidden /> now
              <span className={styles.stitched} aria-hidden /> {compared}
            </span>
          )}
          <IconButton label="Notes on days" size="small" onPress={() => setNoting(true)}>
            <Flag size={16} aria-hidden />
          </IconButton>
          <IconButton label={isLine ? 'Show as a table (t)' : 'Show as a graph (t)'} size="small" onPress={() => setShape(isLine ? 'table' : 'line')} {...{ 'data-main-table': true }}>
            {isLine ? <Table2 size={16} aria-hidden /> : <ChartArea size={16} aria-hidden />}
          </IconButton>
        </>
      }
    >
      {graph.query.isError ? (
        <ErrorState what="The graph" error={graph.query.error} onRetry={() => void graph.query.refetch()} />
      ) : graph.query.isPending ? (
        <SkeletonBlock height_px={graph_px} />
      ) : (
        <div className={styles.graph} data-stale={graph.query.isPlaceholderData || undefined}>
          {isLine ? (
            <TimeGraph label={title} points={points} format={figure.metric.format} good={figure.metric.good} height_px={graph_px} />
          ) : (
            <PointsTable label={`${title}, as a table`} points={points} metric={figure.metric} />
          )}
          <NotCompared before={graph.before} />
        </div>
      )}
      {noting && <NotesDialog onClose={() => setNoting(false)} />}
    </Card>
  );
}
