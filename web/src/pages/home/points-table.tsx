import type { GraphPoint } from '../../charts/time-graph';
import { Change } from '../../components/change';
import { pointWords } from '../../lib/dates';
import type { Metric } from '../../lib/metrics';
import { changeOf, formatNumber } from '../../lib/numbers';
import styles from './points-table.module.css';

interface Props {
  readonly label: string;
  readonly points: readonly GraphPoint[];
  readonly metric: Metric;
}

/** The same data as the graph, newest first. */
export function PointsTable({ label, points, metric }: Props) {
  const compared = points.some((point) => point.before);
  return (
    <div className={styles.scroll} tabIndex={0} role="region" aria-label={label}>
      <table className={styles.table}>
        <caption className="hidden-text">{label}</caption>
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col" className={styles.number}>{metric.label}</th>
            {compared && <th scope="col" className={styles.number}>Before</th>}
            {compared && <th scope="col" className={styles.number}>Change</th>}
          </tr>
        </thead>
        <tbody>
          {points.toReversed().map((point) => (
            <tr key={point.key}>
              <th scope="row">
                {pointWords(point.key, 'full')}
                {point.notes?.map((note, order) => <p key={`${order} ${note}`} className={styles.note}>{note}</p>)}
              </th>
              <td className={`number ${styles.number}`}>{formatNumber(point.value, metric.format)}</td>
              {compared && <td className={`number ${styles.number}`}>{formatNumber(point.before?.value, metric.format)}</td>}
              {compared && <td className={styles.number}><Change change={changeOf(point.value, point.before?.value)} good={metric.good} /></td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
