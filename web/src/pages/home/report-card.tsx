import { ArrowRight } from 'lucide-react';
import { Suspense } from 'react';
import { Link } from 'wouter';
import { BarList, type Bar } from '../../components/bar-list';
import { Boundary } from '../../components/card';
import { NotCompared } from '../../components/not-compared';
import { ErrorState, Skeleton, SkeletonBlock } from '../../components/states';
import { Tabs } from '../../components/tabs';
import { useQueryState } from '../../frame/query-state';
import { useSiteView } from '../../frame/site-view';
import { comparedData } from '../../lib/compared';
import { lazyPart } from '../../lib/lazy-part';
import { metrics } from '../../lib/metrics';
import { changeOf, formatNumber } from '../../lib/numbers';
import { byNature, type Row } from '../../lib/rows';
import { rememberName } from '../../lib/value-names';
import { lowered } from '../../lib/words';
import { reportOf, type Report } from '../../reports/catalog';
import { useTable } from '../../reports/use-table';
import { NothingHere } from '../report/nothing-here';
import styles from './report-card.module.css';

const WorldMap = lazyPart(() => import('../../charts/world-map'));

const rows_shown = 7;
/** Enough rows of the compared period to find the shown ones again. */
const rows_compared = 100;

interface CardReport {
  readonly id: string;
  readonly text: string;
}

function Rows({ report, withMap }: { readonly report: Report; readonly withMap: boolean }) {
  const { scope, comparedScope, filterBy } = useSiteView();
  const metric = metrics[report.metrics[0] ?? 'visits'];
  const sorted = { filter_sort_column: metric.sortColumn, filter_sort_order: 'desc' };
  const table = useTable(report, scope, { ...sorted, filter_limit: withMap ? -1 : rows_shown });
  const before = useTable(report, comparedScope, { ...sorted, filter_limit: rows_compared });
  if (table.isPending) return <Skeleton rows={rows_shown} />;
  if (table.isError) return <ErrorState what={report.title} error={table.error} onRetry={() => void table.refetch()} />;
  // Some reports name every value, those that nobody had too.
  const counted = table.data.filter((row) => metric.of(row.cells) !== 0);
  if (counted.length === 0) return <NothingHere report={report} />;
  const then = comparedData(table, before);
  const past = new Map(then?.map((row) => [row.label, metric.of(row.cells)]));
  // Its column is kept free until the changes are there.
  const isToCome = comparedScope !== undefined && !then && !before.isError;
  const top = Math.max(1, ...table.data.map((row) => metric.of(row.cells) ?? 0));
  const press = (row: Row) =>
    row.segment === undefined ? undefined : () => {
      rememberName(row.segment ?? '', row.label);
      filterBy(row.segment ?? '');
    };
  const shown = counted.slice(0, rows_shown);
  const bars = (report.isNatural ? shown.toSorted(byNature) : shown).map((row, at): Bar => {
    const value = metric.of(row.cells) ?? 0;
    return {
      id: `${at} ${row.label}`, label: row.label === '' ? 'Not set' : row.label, share: value / top, value: formatNumber(value, metric.format),
      change: changeOf(value, past.get(row.label)), onPress: press(row),
    };
  });
  return (
    <div className={withMap ? styles.withMap : undefined} data-stale={table.isPlaceholderData || undefined}>
      {withMap && (
        <Boundary what="The map">
          <Suspense fallback={<SkeletonBlock height_px={200} />}>
            <WorldMap
              unit={metric.label.toLowerCase()}
              places={table.data.map((row) => ({ code: String(row.cells.code), name: row.label, value: metric.of(row.cells) ?? 0, onPress: press(row) }))}
            />
          </Suspense>
        </Boundary>
      )}
      <BarList label={`${report.title} by ${metric.label.toLowerCase()}`} bars={bars} showChange={isToCome || bars.some((bar) => bar.change !== undefined)} />
      <NotCompared before={before} />
    </div>
  );
}

interface Props {
  readonly id: string;
  readonly title: string;
  readonly reports: readonly CardReport[];
  readonly map?: boolean;
}

/** A card with a tab for each report; the foot leads to the whole report. */
export function ReportCard({ id, title, reports, map = false }: Props) {
  const { href } = useSiteView();
  const [tab, setTab] = useQueryState(id, reports[0]?.id ?? '');
  const report = reportOf(reports.some((one) => one.id === tab) ? tab : (reports[0]?.id ?? ''));
  const metric = metrics[report.metrics[0] ?? 'visits'];
  return (
    <section className={styles.card} aria-label={title}>
      <div className={styles.body}>
        <Tabs
          label={title}
          tabs={reports}
          value={report.id}
          onChange={setTab}
          before={<h2 className={styles.title}>{title}</h2>}
          after={<span className={styles.unit}>{metric.label}</span>}
        >
          <Boundary key={report.id} what={report.title}>
            <Rows report={report} withMap={map && report.id === 'countries'} />
          </Boundary>
        </Tabs>
      </div>
      <footer className={styles.foot}>
        <Link href={href(`/reports/${report.id}`)} className={styles.all}>
          {report.title.startsWith('All ') ? report.title : `All ${lowered(report.title)}`} <ArrowRight size={14} aria-hidden />
        </Link>
      </footer>
    </section>
  );
}
