import { scaleLinear } from 'd3-scale';
import { area, curveMonotoneX, line } from 'd3-shape';
import { useId, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { pointWords } from '../lib/dates';
import { changeOf, formatNumber, formatShort, type NumberFormat } from '../lib/numbers';
import { useWidth } from '../lib/screen';
import { Change } from '../components/change';
import styles from './time-graph.module.css';

export interface GraphPoint {
  readonly key: string;
  readonly value: number | undefined;
  /** The point of the compared period that stands below this one. */
  readonly before?: { readonly key: string; readonly value: number | undefined } | undefined;
  /** Not over yet: its line is stitched, not drawn. */
  readonly open?: boolean;
  /** What people wrote about its days: a flag on the graph, and their words beside the point. */
  readonly notes?: readonly string[];
}

interface Props {
  readonly label: string;
  readonly points: readonly GraphPoint[];
  readonly format: NumberFormat;
  readonly good: 'up' | 'down' | 'neither';
  readonly height_px?: number;
}

const margin = { top: 12, right: 12, bottom: 26, left: 48 };
const tickGap_px = 84;
const notes_max = 3;

/** Indices that get words below: evenly apart, the first one always. */
function labelled(count: number, width_px: number): number[] {
  const step = Math.max(1, Math.ceil((count * tickGap_px) / Math.max(1, width_px)));
  return Array.from({ length: Math.ceil(count / step) }, (_, at) => at * step);
}

export function TimeGraph({ label, points, format, good, height_px = 260 }: Props) {
  const { ref, width_px } = useWidth<HTMLDivElement>();
  const [at, setAt] = useState<number>();
  const fade = useId();
  const inner_px = Math.max(1, width_px - margin.left - margin.right);
  const count = points.length;
  const top = Math.max(...points.flatMap((point) => [point.value ?? 0, point.before?.value ?? 0]), format === 'count' ? 4 : 0.01);
  const x = scaleLinear([0, Math.max(1, count - 1)], [margin.left, margin.left + inner_px]);
  const y = scaleLinear([0, top], [height_px - margin.bottom, margin.top]).nice(4);
  const ticks = y.ticks(4).filter((tick) => format !== 'count' || Number.isInteger(tick));

  const draw = line<number>().x((index) => x(index)).curve(curveMonotoneX);
  const known = points.flatMap((point, index) => (point.value === undefined ? [] : [index]));
  const openFrom = points.findIndex((point) => point.open);
  const closed = openFrom < 0 ? known : known.filter((index) => index < openFrom);
  const open = openFrom < 0 ? [] : known.filter((index) => index >= openFrom - 1);
  const value = (index: number) => y(points[index]?.value ?? 0);
  const before = points.flatMap((point, index) => (point.before?.value === undefined ? [] : [index]));
  const fill = area<number>().x((index) => x(index)).y0(y(0)).y1(value).curve(curveMonotoneX);

  const nearest = (event: PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const index = Math.round(x.invert(event.clientX - box.left));
    setAt(Math.min(count - 1, Math.max(0, index)));
  };
  const onKey = (event: KeyboardEvent) => {
    const moves: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, Home: -count, End: count };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    setAt(Math.min(count - 1, Math.max(0, (at ?? (move < 0 ? count : -1)) + move)));
  };
  const shown = at === undefined ? undefined : points[at];

  return (
    <div ref={ref} className={styles.graph} style={{ height: height_px }}>
      {width_px > 0 && (
        <svg
          width={width_px}
          height={height_px}
          role="img"
          tabIndex={0}
          aria-label={`${label}. Use the arrow keys to read it point by point, or show the table.`}
          onPointerMove={nearest}
          onPointerLeave={() => setAt(undefined)}
          onKeyDown={onKey}
          onBlur={() => setAt(undefined)}
        >
          <defs>
            <linearGradient id={fade} x1="0" x2="0" y1="0" y2="1">
              <stop offset="0" className={styles.fadeTop} />
              <stop offset="1" className={styles.fadeFoot} />
            </linearGradient>
          </defs>
          {ticks.map((tick) => (
            <g key={tick}>
              <line className={tick === 0 ? styles.base : styles.grid} x1={margin.left} x2={margin.left + inner_px} y1={y(tick)} y2={y(tick)} />
              <text className={styles.tick} x={margin.left - 10} y={y(tick)} dy="0.32em" textAnchor="end">{formatShort(tick, format)}</text>
            </g>
          ))}
          {labelled(count, inner_px).map((index) => (
            <text
              key={index}
              className={styles.tick}
              x={x(index)}
              y={height_px - 7}
              textAnchor={index === 0 ? 'start' : x(index) > width_px - 40 ? 'end' : 'middle'}
            >
              {pointWords(points[index]?.key ?? '', 'short')}
            </text>
          ))}
          <path d={`${fill(closed) ?? ''}${fill(open) ?? ''}`} fill={`url(#${fade})`} />
          {before.length > 1 && <path className={styles.before} d={draw.y((index) => y(points[index]?.before?.value ?? 0))(before) ?? ''} />}
          <path className={styles.line} d={draw.y(value)(closed) ?? ''} />
          {open.length > 1 && <path className={styles.open} d={draw.y(value)(open) ?? ''} />}
          {known.length === 1 && known[0] !== undefined && <circle className={styles.dot} cx={x(known[0])} cy={value(known[0])} r={4} />}
          {points.map((point, index) => (point.notes?.length ?? 0) > 0 && (
            <g key={point.key} className={styles.flag}>
              <line x1={x(index)} x2={x(index)} y1={margin.top - 8} y2={y(0)} />
              <path d={`M${x(index)} ${margin.top - 9}h9l-2.5 3.5 2.5 3.5h-9z`} transform={x(index) > width_px - 24 ? `matrix(-1 0 0 1 ${2 * x(index)} 0)` : undefined} />
            </g>
          ))}
          {at !== undefined && shown && (
            <g>
              <line className={styles.cursor} x1={x(at)} x2={x(at)} y1={margin.top} y2={height_px - margin.bottom} />
              {shown.before?.value !== undefined && <circle className={styles.dotBefore} cx={x(at)} cy={y(shown.before.value)} r={3.5} />}
              {shown.value !== undefined && <circle className={styles.dot} cx={x(at)} cy={value(at)} r={4.5} />}
            </g>
          )}
        </svg>
      )}
      {at !== undefined && shown && (
        <div
          className={styles.tip}
          data-side={x(at) > width_px / 2 ? 'left' : 'right'}
          style={{ '--at': `${x(at)}px` } as React.CSSProperties}
          role="status"
        >
          <p className={styles.when}>{pointWords(shown.key, 'full')}{shown.open && ', not over yet'}</p>
          <p className={styles.now}>
            <span className="number">{formatNumber(shown.value, format)}</span> <Change change={changeOf(shown.value, shown.before?.value)} good={good} />
          </p>
          {shown.before && (
            <p className={styles.then}>
              <span className="number">{formatNumber(shown.before.value, format)}</span> {pointWords(shown.before.key, 'full')}
            </p>
          )}
          {shown.notes?.slice(0, notes_max).map((note, order) => <p key={`${order} ${note}`} className={styles.note}>{note}</p>)}
          {(shown.notes?.length ?? 0) > notes_max && <p className={styles.then}>and {(shown.notes?.length ?? 0) - notes_max} more</p>}
        </div>
      )}
    </div>
  );
}
