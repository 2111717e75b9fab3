import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp, ChevronRight } from 'lucide-react';
import { Fragment, useRef, type KeyboardEvent } from 'react';
import { Change } from '../../components/change';
import { changeOf, fitNumber } from '../../lib/numbers';
import type { Metric } from '../../lib/metrics';
import { sumOf, type Row } from '../../lib/rows';
import { usePreferences } from '../../lib/preferences';
import { usePhone, usePrint } from '../../lib/screen';
import type { Report } from '../../reports/catalog';
import type { Line } from './use-tree';
import { RowMenu } from './row-menu';
import styles from './report-table.module.css';

export interface Sort {
  readonly column: string;
  readonly order: 'asc' | 'desc';
}

interface Props {
  readonly report: Report;
  readonly metrics: readonly Metric[];
  /** The metric of the bars. */
  readonly main: Metric;
  readonly lines: readonly Line[];
  readonly roots: readonly Row[];
  readonly isTree: boolean;
  readonly sort: Sort;
  /** The main metric of the compared period by label; undefined when nothing is compared. */
  readonly past: ReadonlyMap<string, number | undefined> | undefined;
  readonly onSort: (column: string) => void;
  readonly onToggle: (line: Line) => void;
  readonly onFilter: (row: Row) => void;
}

const overscan_rows = 12;
/** Paper shows rows that the screen would scroll to. */
const printed_rows = 2000;

/** Up and down go to the neighbouring row, right opens, left closes: nothing of it moves the period. */
function onArrows(event: KeyboardEvent<HTMLElement>) {
  const row = (event.target as HTMLElement).closest('tr');
  if (!row || !['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight'].includes(event.key)) return;
  event.preventDefault();
  event.stopPropagation();
  if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
    const next = event.key === 'ArrowUp' ? row.previousElementSibling : row.nextElementSibling;
    next?.querySelector<HTMLElement>('button')?.focus();
    return;
  }
  const toggle = row.querySelector<HTMLElement>('[data-toggle]');
  if (toggle?.dataset.toggle === (event.key === 'ArrowRight' ? 'closed' : 'open')) toggle.click();
}

function Head({ column, label, title, sort, onSort, number }: { readonly column: string; readonly label: string; readonly title?: string; readonly sort: Sort; readonly onSort: (column: string) => void; readonly number: boolean }) {
  const sorted = sort.column === column;
  const Arrow = sort.order === 'asc' ? ArrowUp : ArrowDown;
  return (
    <th scope="col" aria-sort={sorted ? (sort.order === 'asc' ? 'ascending' : 'descending') : 'none'} className={number ? styles.numberHead : styles.labelHead} title={title}>
      <button type="button" className={styles.sort} data-sorted={sorted || undefined} onClick={() => onSort(column)}>
        {label}
        {sorted && <Arrow size={13} aria-hidden />}
      </button>
    </th>
  );
}

function Figure({ metric, value, isShown, isMain = false }: { readonly metric: Metric; readonly value: number | undefined; readonly isShown: boolean; readonly isMain?: boolean }) {
  const { text, whole } = fitNumber(value, metric.format);
  return <td className={`number ${styles.number}`} data-main={isMain || undefined} title={isShown ? whole : undefined}>{isShown && text}</td>;
}

interface LineProps extends Pick<Props, 'report' | 'metrics' | 'main' | 'isTree' | 'past' | 'onToggle' | 'onFilter'> {
  readonly line: Line;
  readonly top: number;
  readonly index: number;
}

function TableLine({ report, line, metrics, main, isTree, past, top, index, onToggle, onFilter }: LineProps) {
  const { row } = line;
  const share = (main.of(row.cells) ?? 0) / top;
  const label = row.label === '' ? 'Not set' : row.label;
  const tree = isTree ? { 'aria-level': line.depth + 1, ...(row.subtableId === undefined ? {} : { 'aria-expanded': line.open }) } : {};
  return (
    <tr className={styles.row} aria-rowindex={index + 2} {...tree} data-state={line.state}>
      <td className={styles.label} style={{ '--depth': line.depth } as React.CSSProperties}>
        <div className={styles.cell}>
          {share > 0 && <span className={styles.fill} style={{ '--share': Math.min(1, share).toFixed(4) } as React.CSSProperties} />}
          {isTree && (
            row.subtableId === undefined ? <span className={styles.noToggle} /> : (
              <button type="button" className={styles.toggle} data-toggle={line.open ? 'open' : 'closed'} aria-label={line.open ? `Close ${label}` : `Open ${label}`} onClick={() => onToggle(line)}>
                <ChevronRight size={14} aria-hidden />
              </button>
            )
          )}
          {row.segment === undefined ? (
            <span className={styles.text} title={label} dir="auto">{label}</span>
          ) : (
            <button type="button" className={styles.press} title={label} dir="auto" onClick={() => onFilter(row)}>{label}</button>
          )}
          {line.state === 'row' && <RowMenu report={report} metric={main} line={line} label={label} onFilter={onFilter} />}
        </div>
      </td>
      {metrics.map((metric) => (
        <Fragment key={metric.id}>
          <Figure metric={metric} value={metric.of(row.cells)} isShown={line.state === 'row'} isMain={metric === main} />
          {past && metric === main && (
            <td className={styles.number}>{line.depth === 0 && <Change change={changeOf(main.of(row.cells), past.get(row.label))} good={main.good} />}</td>
          )}
        </Fragment>
      ))}
    </tr>
  );
}

/** A table of up to 50,000 rows: only the visible ones are in the page. On a phone only the chosen metric stands beside the label. */
export function ReportTable(props: Props) {
  const { report, main, lines, roots, isTree, sort, past, onSort, onToggle, onFilter } = props;
  const phone = usePhone();
  const printed = usePrint();
  const { density } = usePreferences();
  const metrics = phone ? [main] : props.metrics;
  const rowHeight_px = phone ? 44 : density === 'compact' ? 28 : 34;
  const scroll = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({ count: lines.length, getScrollElement: () => scroll.current, estimateSize: () => rowHeight_px, overscan: printed ? printed_rows : overscan_rows });
  const items = virtual.getVirtualItems();
  const before_px = items[0]?.start ?? 0;
  const after_px = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  const top = Math.max(1e-9, ...roots.slice(0, 2000).map((row) => main.of(row.cells) ?? 0));
  return (
    <div ref={scroll} className={styles.scroll} style={{ '--row-height': `${rowHeight_px}px`, '--numbers': metrics.length } as React.CSSProperties} onKeyDown={onArrows}>
      <table className={styles.table} role={isTree ? 'treegrid' : undefined} aria-label={report.title} data-compared={past !== undefined || undefined} aria-rowcount={lines.length + 1}>
        <thead>
          <tr>
            <Head column="label" label={report.dimension} sort={sort} onSort={onSort} number={false} />
            {metrics.map((metric) => (
              <Fragment key={metric.id}>
                <Head column={metric.id} label={metric.label} title={metric.title} sort={sort} onSort={onSort} number />
                {past && metric === main && <th scope="col" className={`${styles.numberHead} ${styles.changeHead}`}>Change</th>}
              </Fragment>
            ))}
          </tr>
        </thead>
        <tbody>
          {before_px > 0 && <tr aria-hidden="true" style={{ height: before_px }} />}
          {items.map((item) => {
            const line = lines[item.index];
            return line && <TableLine key={line.key} report={report} line={line} index={item.index} top={top} metrics={metrics} main={main} isTree={isTree} past={past} onToggle={onToggle} onFilter={onFilter} />;
          })}
          {after_px > 0 && <tr aria-hidden="true" style={{ height: after_px }} />}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" className={styles.total}>Total of {roots.length.toLocaleString()} {roots.length === 1 ? 'row' : 'rows'}</th>
            {metrics.map((metric) => (
              <Fragment key={metric.id}>
                <Figure metric={metric} value={sumOf(roots, metric)} isShown={metric.adds} />
                {past && metric === main && <td />}
              </Fragment>
            ))}
          </tr>
        </tfoot>
      </table>
    </div>
  );
}
