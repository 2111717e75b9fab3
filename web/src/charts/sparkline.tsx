import { scaleLinear } from 'd3-scale';
import { area, line } from 'd3-shape';
import styles from './sparkline.module.css';

interface Props {
  readonly values: readonly (number | undefined)[];
  /** The last value is not over yet: its line is stitched, not drawn. */
  readonly open?: boolean;
}

const width = 120;
const height = 28;

/** A course without axes; the number beside it says the rest. */
export function Sparkline({ values, open = false }: Props) {
  const known = values.map((value) => value ?? 0);
  if (known.length < 2) return <svg className={styles.sparkline} viewBox={`0 0 ${width} ${height}`} aria-hidden="true" />;
  const x = scaleLinear([0, known.length - 1], [1, width - 3]);
  const y = scaleLinear([0, Math.max(...known, 1e-9)], [height - 1.5, 3]);
  const points = known.map((value, at) => [x(at), y(value)] as [number, number]);
  const closed = open ? points.slice(0, -1) : points;
  const last = closed.at(-1);
  return (
    <svg className={styles.sparkline} viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
      <path className={styles.area} d={area<[number, number]>().y0(height).x((p) => p[0]).y1((p) => p[1])(closed) ?? ''} />
      <path className={styles.line} d={line()(closed) ?? ''} vectorEffect="non-scaling-stroke" />
      {open && <path className={styles.open} d={line()(points.slice(-2)) ?? ''} vectorEffect="non-scaling-stroke" />}
      {last && <line className={styles.end} x1={last[0]} x2={last[0] + 0.01} y1={last[1]} y2={last[1]} vectorEffect="non-scaling-stroke" />}
    </svg>
  );
}
