import { useEffect, useRef, useState, type ReactNode } from 'react';
import { ChevronRight } from 'lucide-react';
import { EmptyState, Skeleton, SkeletonBlock } from '../components/plain-states';
import { TimeGraph, type GraphPoint } from '../charts/time-graph';
import { grainOf, spanOf, type PeriodChoice } from '../lib/dates';
import { metrics, type Metric } from '../lib/metrics';
import { formatNumber, numberOf } from '../lib/numbers';
import { cellsOf, pointsOf, rowsOf, type Row } from '../lib/rows';
import type { CalendarDate } from '@internationalized/date';
import { mainMetric, totalsIn } from './figures';
import { windowOf } from './period';
import type { Asked, Info, Source, ViewerError, ViewerReport } from './source';
import { useAnswer } from './use-answer';
import bars from '../components/bar-list.module.css';
import card from '../components/card.module.css';
import styles from './viewer.module.css';

export interface Looked {
  readonly source: Source;
  readonly info: Info;
  readonly choice: PeriodChoice;
  readonly now: CalendarDate;
}

const rows_few = 8;
const rows_many = 100;
const rows_inside = 50;
const graph_px = 220;

const asked = ({ choice }: Looked): Asked => ({ period: choice.period, date: choice.date });

const sentence = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1) + (words === '' || /[.!?]$/.test(words) ? '' : '.');

/** What went wrong, in the words of a stranger, who can do little about it. */
function Failed({ error, retry }: { readonly error: ViewerError; readonly retry: () => void }) {
  const words = error.status === 429 ? 'Many people look at this at the moment.' : error.status === 0 ? 'The server did not answer.' : error.message;
  return (
    <div className={styles.failed} role="alert">
      <p>{sentence(words) || 'This could not be loaded.'}</p>
      <button type="button" className={styles.button} onClick={retry}>Try again</button>
    </div>
  );
}

function Waiting({ wait_s, children }: { readonly wait_s: number | undefined; readonly children: ReactNode }) {
  return (
    <>
      {wait_s !== undefined && <p className={styles.note} role="status">Many people look at this at the moment: it comes in {wait_s}{'\u202f'}s.</p>}
      {children}
    </>
  );
}

interface RowsProps {
  readonly report: ViewerReport;
  readonly looked: Looked;
}

/** The rows inside a row. They come with the whole table, so one question serves all of its rows. */
function Inner({ report, looked, label, top }: RowsProps & { readonly label: string; readonly top: number }) {
  const answer = useAnswer(looked.source, report.method, { ...asked(looked), filter_limit: rows_many, expanded: 1 });
  if (answer.state === 'loading') return <Waiting wait_s={answer.wait_s}><Skeleton rows={3} /></Waiting>;
  if (answer.state === 'failed') return <Failed error={answer.error} retry={answer.retry} />;
  const rows = rowsOf(rowsOf(answer.data).find((row) => row.label === label)?.cells.subtable);
  if (rows.length === 0) return <p className={styles.note}>Nothing inside</p>;
  return <RowList report={report} looked={looked} rows={rows.slice(0, rows_inside)} top={top} opens={false} />;
}

interface TableRowProps extends RowsProps {
  readonly row: Row;
  readonly metric: Metric;
  readonly top: number;
  readonly opens: boolean;
}

/** A row, and the rows inside it once it was opened. */
function TableRow({ row, metric, top, report, looked, opens }: TableRowProps) {
  const [open, setOpen] = useState(false);
  const value = metric.of(row.cells) ?? 0;
  const label = row.label === '' ? 'Not set' : row.label;
  const inside = (
    <>
      <span className={bars.fill} style={{ '--share': `${(Math.min(1, value / top) * 100).toFixed(2)}%` } as React.CSSProperties} />
      <span className={bars.label} title={label} dir="auto">{opens && <ChevronRight size={13} aria-hidden className={open ? styles.turned : styles.chevron} />}{label}</span>
      <span className={`number ${bars.value}`}>{formatNumber(value, metric.format)}</span>
    </>
  );
  return (
    <li>
      {opens ? <button type="button" className={`${bars.row} ${styles.press}`} aria-expanded={open} onClick={() => setOpen(!open)}>{inside}</button> : <div className={bars.row}>{inside}</div>}
      {open && <div className={styles.inside}><Inner report={report} looked={looked} label={row.label} top={top} /></div>}
    </li>
  );
}

interface RowListProps extends RowsProps {
  readonly rows: readonly Row[];
  readonly opens: boolean;
  /** What the longest bar stands for; the largest of these rows when not given. */
  readonly top?: number;
}

function RowList({ report, looked, rows, opens, top: given }: RowListProps) {
  const metric = mainMetric(report.method, rows.map((row) => row.cells));
  const top = given ?? Math.max(1e-9, ...rows.map((row) => metric.of(row.cells) ?? 0));
  return (
    <ul className={bars.list} aria-label={`${report.name} by ${metric.label.toLowerCase()}`}>
      {rows.map((row, at) => <TableRow key={`${at} ${row.label}`} row={row} metric={metric} top={top} report={report} looked={looked} opens={opens && row.subtableId !== undefined} />)}
    </ul>
  );
}

function Rows({ report, looked }: RowsProps) {
  const [all, setAll] = useState(false);
  const answer = useAnswer(looked.source, report.method, { ...asked(looked), filter_limit: all ? rows_many : rows_few + 1 });
  if (answer.state === 'loading') return <Waiting wait_s={answer.wait_s}><Skeleton rows={rows_few} /></Waiting>;
  if (answer.state === 'failed') return <Failed error={answer.error} retry={answer.retry} />;
  const rows = rowsOf(answer.data);
  const metric = mainMetric(report.method, rows.map((row) => row.cells));
  const counted = rows.filter((row) => metric.of(row.cells) !== 0);
  if (counted.length === 0) return <EmptyState title="Nothing here in this period" />;
  return (
    <>
      <RowList report={report} looked={looked} rows={all ? counted : counted.slice(0, rows_few)} opens={report.opens} />
      {!all && counted.length > rows_few && <button type="button" className={styles.more} onClick={() => setAll(true)}>Show more</button>}
    </>
  );
}

/** The course of a number over the period, as far as its days are open. */
function Course({ report, looked, metric }: { readonly report: ViewerReport; readonly looked: Looked; readonly metric: Metric }) {
  const { first, last } = windowOf(looked.info, looked.now);
  const span = spanOf(looked.choice, looked.now);
  const wide = looked.choice.period === 'day' ? { start: span.end.subtract({ days: 29 }), end: span.end } : span;
  const start = wide.start.compare(first) < 0 ? first : wide.start;
  const end = wide.end.compare(last) > 0 ? last : wide.end;
  const grain = grainOf({ start, end });
  const answer = useAnswer(looked.source, report.method, { period: grain, date: `${start},${end}` });
  if (answer.state === 'loading') return <Waiting wait_s={answer.wait_s}><SkeletonBlock height_px={graph_px} /></Waiting>;
  if (answer.state === 'failed') return <Failed error={answer.error} retry={answer.retry} />;
  const points: GraphPoint[] = pointsOf(answer.data).map(({ key, cells }) => ({ key, value: metric.of(cells) ?? (metric.format === 'count' ? 0 : undefined) }));
  if (points.length < 2) return null;
  return <TimeGraph label={`${metric.label} by ${grain}`} points={points} format={metric.format} good={metric.good} height_px={graph_px} />;
}

function Totals({ report, looked }: { readonly report: ViewerReport; readonly looked: Looked }) {
  const answer = useAnswer(looked.source, report.method, asked(looked));
  const [chosen, choose] = useState<string>();
  if (answer.state === 'loading') return <Waiting wait_s={answer.wait_s}><Skeleton rows={3} /></Waiting>;
  if (answer.state === 'failed') return <Failed error={answer.error} retry={answer.retry} />;
  const cells = cellsOf(answer.data);
  const figures = totalsIn(cells);
  const counts = figures.filter((metric) => metric.format === 'count');
  if (figures.length === 0 || counts.every((metric) => metric.of(cells) === 0)) return <EmptyState title="No visits in this period" />;
  const metric = figures.find((one) => one.id === chosen) ?? figures.find((one) => one === metrics.visits) ?? figures[0] ?? metrics.visits;
  return (
    <>
      <div className={styles.figures}>
        {figures.map((one) => (
          <button key={one.id} type="button" className={styles.figure} aria-pressed={one === metric} title={one.title} onClick={() => choose(one.id)}>
            <span className={styles.name}>{one.label}</span>
            <span className={`number ${styles.value}`}>{formatNumber(one.of(cells), one.format)}</span>
          </button>
        ))}
      </div>
      <Course report={report} looked={looked} metric={metric} />
    </>
  );
}

function OneNumber({ report, looked }: { readonly report: ViewerReport; readonly looked: Looked }) {
  const answer = useAnswer(looked.source, report.method, asked(looked));
  if (answer.state === 'loading') return <Waiting wait_s={answer.wait_s}><Skeleton rows={1} /></Waiting>;
  if (answer.state === 'failed') return <Failed error={answer.error} retry={answer.retry} />;
  return <p className={`number ${styles.alone}`}>{formatNumber(numberOf(cellsOf(answer.data).value) ?? numberOf(answer.data), 'count')}</p>;
}

const ahead_px = 300;

/** True once the place came near the part of the page that is seen: what nobody scrolls to is not asked for. */
function useSeen<E extends HTMLElement>() {
  const ref = useRef<E>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (!ref.current || seen) return undefined;
    const watch = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && setSeen(true), { rootMargin: `${ahead_px}px` });
    watch.observe(ref.current);
    return () => watch.disconnect();
  }, [seen]);
  return { ref, seen };
}

/** One report in its card. */
export function ReportPart({ report, looked }: { readonly report: ViewerReport; readonly looked: Looked }) {
  const { ref, seen } = useSeen<HTMLElement>();
  const Body = report.kind === 'totals' ? Totals : report.kind === 'number' ? OneNumber : Rows;
  return (
    <section ref={ref} className={`${card.card} ${styles.card}`} data-kind={report.kind} aria-label={report.name}>
      <header className={card.head}>
        <h2>{report.name}</h2>
        {report.kind === 'rows' && <span className={styles.unit}>{mainMetric(report.method, []).label}</span>}
      </header>
      <div className={card.body}>{seen ? <Body key={`${looked.choice.period} ${looked.choice.date}`} report={report} looked={looked} /> : <Skeleton rows={rows_few} />}</div>
    </section>
  );
}
