import { Columns3 } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { Button, IconButton } from '../../components/button';
import { Choice } from '../../components/choice';
import { SearchBox } from '../../components/field';
import { Menu } from '../../components/menu';
import { NotCompared } from '../../components/not-compared';
import { EmptyState, ErrorState, Skeleton } from '../../components/states';
import { Tabs } from '../../components/tabs';
import { useQueryState, useTypedQuery } from '../../frame/query-state';
import { useSiteView } from '../../frame/site-view';
import { TopLine } from '../../frame/top-line';
import { comparedData } from '../../lib/compared';
import { metrics, type Metric, type MetricName } from '../../lib/metrics';
import type { Row } from '../../lib/rows';
import { usePhone } from '../../lib/screen';
import { rememberName } from '../../lib/value-names';
import { findReport, pageOfReport, reportOf, type Report } from '../../reports/catalog';
import { useTable } from '../../reports/use-table';
import { NotFound } from '../not-found';
import { ExportMenu } from './export-menu';
import { NothingHere } from './nothing-here';
import { ReportTable, type Sort } from './report-table';
import { useTree } from './use-tree';
import styles from './report-page.module.css';

const limits = [
  { id: '100', text: '100 rows' },
  { id: '500', text: '500 rows' },
  { id: '-1', text: 'All rows' },
] as const;

/** The search box takes words, the server takes a pattern. */
const patternOf = (words: string): string => words.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

function useSort(report: Report): readonly [Sort, (column: string) => void] {
  const fallback = metrics[report.metrics[0] ?? 'visits'].id;
  const [text, setText] = useQueryState('sort', report.isNatural ? 'label' : `-${fallback}`);
  const sort: Sort = text.startsWith('-') ? { column: text.slice(1), order: 'desc' } : { column: text, order: 'asc' };
  const press = (column: string) => {
    const descends = column === sort.column ? sort.order === 'asc' : column !== 'label';
    setText(descends ? `-${column}` : column);
  };
  return [sort, press];
}

interface ViewProps {
  readonly report: Report;
}

/** A report with its tools: search, rows, columns, export. */
export function ReportView({ report }: ViewProps) {
  const { scope, comparedScope, filterBy } = useSiteView();
  const phone = usePhone();
  const [sort, pressSort] = useSort(report);
  const [words, setWords, settled] = useTypedQuery('q');
  const [limit, setLimit] = useQueryState('rows', phone ? '100' : '500');
  const [offset, setOffset] = useQueryState('offset', '0');
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const all: readonly Metric[] = report.metrics.map((name: MetricName) => metrics[name]);
  const shown = all.filter((metric) => !hidden.has(metric.id));
  const main = all.find((metric) => metric.id === sort.column) ?? all[0] ?? metrics.visits;
  const sortMetric = sort.column === 'label' ? undefined : main;
  const pattern = settled === '' ? {} : { filter_pattern_recursive: patternOf(settled), filter_column_recursive: 'label' };
  const order = { filter_sort_column: sortMetric ? sortMetric.sortColumn : 'label', filter_sort_order: sort.order };
  const more = { ...pattern, ...order };
  const paging = { filter_limit: Number(limit), ...(offset === '0' ? {} : { filter_offset: Number(offset) }) };
  const table = useTable(report, scope, { ...more, ...paging });
  const before = useTable(report, phone ? undefined : comparedScope, { ...more, ...paging });
  const roots = table.data ?? [];
  const then = comparedData(table, before);
  const past = useMemo(() => new Map(then?.map((row) => [row.label, main.of(row.cells)])), [then, main]);
  const { lines, toggle } = useTree(report, scope, roots, more, sortMetric, sort.order);
  const filter = (row: Row) => {
    if (row.segment === undefined) return;
    rememberName(row.segment, row.label);
    filterBy(row.segment);
  };
  const page = Number(limit);
  const first = Number(offset);
  const paged = page > 0 && (first > 0 || roots.length >= page);

  return (
    <div className={styles.view}>
      <div className={styles.tools}>
        <div className={styles.search}>
          <SearchBox label="Search the rows" value={words} onChange={setWords} main />
        </div>
        {phone && (
          <Choice label="Number shown" bare options={all.map((metric) => ({ id: metric.id, text: metric.label }))} value={main.id} onChange={pressSort} />
        )}
        <Choice
          label="Rows"
          bare
          options={limits}
          value={limit}
          onChange={setLimit}
        />
        {!phone && (
          <Menu
            label="Columns"
            mode="multiple"
            entries={all.map((metric) => ({ id: metric.id, text: metric.label }))}
            selected={new Set(shown.map((metric) => metric.id))}
            onSelect={(ids) => ids.size > 0 && setHidden(new Set(all.filter((metric) => !ids.has(metric.id)).map((metric) => metric.id)))}
            trigger={<IconButton label="Choose columns"><Columns3 size={16} aria-hidden /></IconButton>}
          />
        )}
        <ExportMenu report={report} scope={scope} more={more} />
      </div>
      {table.isPending ? (
        <Skeleton rows={12} />
      ) : table.isError ? (
        <ErrorState what={report.title} error={table.error} onRetry={() => void table.refetch()} />
      ) : roots.length === 0 ? (
        settled ? (
          <EmptyState title={`Nothing here with “${settled}”`} action={<Button onPress={() => setWords('')}>Clear the search</Button>} />
        ) : (
          <NothingHere report={report} />
        )
      ) : (
        <div data-stale={table.isPlaceholderData || undefined} className={styles.table}>
          <NotCompared before={before} />
          <ReportTable
            report={report}
            metrics={shown}
            main={main}
            lines={lines}
            roots={roots}
            isTree={roots.some((row) => row.subtableId !== undefined)}
            sort={sort}
            past={phone || !comparedScope || before.isError ? undefined : past}
            onSort={pressSort}
            onToggle={toggle}
            onFilter={filter}
          />
          {paged && (
            <div className={styles.pages}>
              <span className="number">Rows {(first + 1).toLocaleString()} to {(first + roots.length).toLocaleString()}</span>
              <Button isDisabled={first === 0} onPress={() => setOffset(String(Math.max(0, first - page)))}>Before</Button>
              <Button isDisabled={roots.length < page} onPress={() => setOffset(String(first + page))}>After</Button>
            </div>
          )}
        </div>
      )}
    </div>
  );
}

export default function ReportPage({ id }: { readonly id: string }) {
  const { href } = useSiteView();
  const [, navigate] = useLocation();
  const report = findReport(id);
  const page = pageOfReport(id);
  if (!report || !page) return <NotFound />;
  const tabs = page.reports.map((one) => ({ id: one, text: reportOf(one).title }));
  return (
    <>
      <TopLine title={page.title} />
      <section className={styles.card} aria-label={report.title}>
        {tabs.length > 1 ? (
          <Tabs label={page.title} tabs={tabs} value={id} onChange={(next) => navigate(href(`/reports/${next}`))}>
            <ReportView key={id} report={report} />
          </Tabs>
        ) : (
          <ReportView key={id} report={report} />
        )}
      </section>
    </>
  );
}
