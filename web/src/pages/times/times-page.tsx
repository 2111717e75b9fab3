import { useQuery } from '@tanstack/react-query';
import { ChartColumn, Table2 } from 'lucide-react';
import {
  visitTimeGetByDayOfWeek, visitTimeGetVisitInformationPerLocalTime, visitTimeGetVisitInformationPerServerTime,
} from '../../api/generated';
import { Columns } from '../../charts/columns';
import { BarList } from '../../components/bar-list';
import { IconButton } from '../../components/button';
import { Card } from '../../components/card';
import { EmptyState, ErrorState, SkeletonBlock } from '../../components/states';
import { useQueryState } from '../../frame/query-state';
import { useSiteView } from '../../frame/site-view';
import { TopLine } from '../../frame/top-line';
import { metrics } from '../../lib/metrics';
import { formatNumber } from '../../lib/numbers';
import { rowsOf, type Row } from '../../lib/rows';
import { rememberName } from '../../lib/value-names';
import styles from './times-page.module.css';

const chart_px = 200;

const charts = [
  { id: 'local', title: 'By the clock of the visitor', ask: visitTimeGetVisitInformationPerLocalTime, hours: true },
  { id: 'site', title: 'By the clock of the site', ask: visitTimeGetVisitInformationPerServerTime, hours: true },
  { id: 'week', title: 'By the day of the week', ask: visitTimeGetByDayOfWeek, hours: false },
] as const;

function words(row: Row, hours: boolean): string {
  return hours ? `${row.label}:00` : row.label;
}

function TimeCard({ chart }: { readonly chart: (typeof charts)[number] }) {
  const { scope, filterBy } = useSiteView();
  const [shape, setShape] = useQueryState(chart.id, 'chart');
  const times = useQuery({
    queryKey: ['times', chart.id, scope],
    queryFn: async ({ signal }) => rowsOf(await chart.ask({ ...scope }, signal)),
  });
  const visits = (row: Row) => metrics.visits.of(row.cells) ?? 0;
  const rows = times.data ?? [];
  const top = Math.max(1, ...rows.map(visits));
  const press = (row: Row) =>
    row.segment === undefined ? undefined : () => {
      rememberName(row.segment ?? '', words(row, chart.hours));
      filterBy(row.segment ?? '');
    };
  return (
    <Card
      title={chart.title}
      actions={
        <IconButton label={shape === 'chart' ? 'Show as a table' : 'Show as a chart'} size="small" onPress={() => setShape(shape === 'chart' ? 'table' : 'chart')}>
          {shape === 'chart' ? <Table2 size={16} aria-hidden /> : <ChartColumn size={16} aria-hidden />}
        </IconButton>
      }
    >
      {times.isPending ? (
        <SkeletonBlock height_px={chart_px} />
      ) : times.isError ? (
        <ErrorState what="These times" error={times.error} onRetry={() => void times.refetch()} />
      ) : rows.every((row) => visits(row) === 0) ? (
        <EmptyState title="No visits in this period">Choose a longer period.</EmptyState>
      ) : shape === 'chart' ? (
        <Columns
          label={`Visits ${chart.title.toLowerCase()}; the table holds the same numbers`}
          unit="visits"
          columns={rows.map((row) => ({ id: row.label, label: chart.hours ? row.label : row.label.slice(0, 3), value: visits(row) }))}
        />
      ) : (
        <BarList
          label={`Visits ${chart.title.toLowerCase()}`}
          showChange={false}
          bars={rows.map((row) => ({
            id: row.label, label: words(row, chart.hours), share: visits(row) / top, value: formatNumber(visits(row), 'count'), onPress: press(row),
          }))}
        />
      )}
    </Card>
  );
}

export default function TimesPage() {
  return (
    <>
      <TopLine title="Times" />
      <div className={styles.cards}>
        {charts.map((chart) => <TimeCard key={chart.id} chart={chart} />)}
      </div>
    </>
  );
}
