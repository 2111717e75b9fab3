import { scaleBand, scaleLinear } from 'd3-scale';
import { useState } from 'react';
import { formatNumber, formatShort } from '../lib/numbers';
import { useWidth } from '../lib/screen';
import styles from './columns.module.css';

interface Column {
  readonly id: string;
  readonly label: string;
  readonly value: number;
}

interface Props {
  readonly label: string;
  readonly columns: readonly Column[];
  readonly unit: string;
  readonly height_px?: number;
}

const margin = { top: 8, right: 0, bottom: 22, left: 48 };
const labelWidth_px = 34;

/** Upright bars for hours and days of the week. */
export function Columns({ label, columns, unit, height_px = 200 }: Props) {
  const { ref, width_px } = useWidth<HTMLDivElement>();
  const [over, setOver] = useState<Column>();
  const x = scaleBand(columns.map((column) => column.id), [margin.left, Math.max(margin.left + 1, width_px - margin.right)]).padding(0.22);
  const y = scaleLinear([0, Math.max(4, ...columns.map((column) => column.value))], [height_px - margin.bottom, margin.top]).nice(4);
  const every = Math.max(1, Math.ceil(labelWidth_px / Math.max(1, x.step())));
  return (
    <div ref={ref} className={styles.columns} style={{ height: height_px }}>
      {width_px > 0 && (
        <svg width={width_px} height={height_px} role="img" aria-label={label} onPointerLeave={() => setOver(undefined)}>
          {y.ticks(4).filter(Number.isInteger).map((tick) => (
            <g key={tick}>
              <line className={tick === 0 ? styles.base : styles.grid} x1={margin.left} x2={width_px} y1={y(tick)} y2={y(tick)} />
              <text className={styles.tick} x={margin.left - 8} y={y(tick)} dy="0.32em" textAnchor="end">{formatShort(tick, 'count')}</text>
            </g>
          ))}
          {columns.map((column, index) => (
            <g key={column.id} onPointerEnter={() => setOver(column)}>
              <rect className={styles.catch} x={x(column.id)} y={0} width={x.bandwidth()} height={height_px} />
              <rect className={styles.bar} data-over={over?.id === column.id || undefined} x={x(column.id)} y={y(column.value)} width={x.bandwidth()} height={Math.max(0, y(0) - y(column.value))} rx={2} />
              {index % every === 0 && (
                <text className={styles.tick} x={(x(column.id) ?? 0) + x.bandwidth() / 2} y={height_px - 6} textAnchor="middle">{column.label}</text>
              )}
            </g>
          ))}
        </svg>
      )}
      {over && (
        <div className={styles.tip}>
          {over.label}: <strong className="number">{formatNumber(over.value, 'count')}</strong> {unit}
        </div>
      )}
    </div>
  );
}
