import { Button } from 'react-aria-components';
import { Change } from '../../components/change';
import { Sparkline } from '../../charts/sparkline';
import type { Metric } from '../../lib/metrics';
import { formatNumber } from '../../lib/numbers';
import type { Grain } from './use-overview';
import styles from './key-figures.module.css';

export interface Total {
  readonly value: number | undefined;
  readonly summed: boolean;
}

interface Props {
  readonly metric: Metric;
  readonly chosen: boolean;
  readonly onPress: () => void;
  readonly total: Total;
  readonly isLoading: boolean;
  readonly change: number | undefined;
  readonly isOpen: boolean;
  readonly grain: Grain;
  readonly sparks: readonly (number | undefined)[];
}

/** A figure with its change and its course; pressing it makes it the graph below. */
export function FigureButton({ metric, chosen, onPress, total, isLoading, change, isOpen, grain, sparks }: Props) {
  return (
    <Button className={styles.figure ?? ''} aria-pressed={chosen} onPress={onPress}>
      <span className={styles.name}>
        {metric.label}
        {total.summed && <span className={styles.note} title={`Over this period nobody is recognised from one ${grain} to the next: the ${grain}s are added up`}> sum of {grain}s</span>}
      </span>
      <span className={styles.numbers}>
        {isLoading ? (
          <span className={styles.loading} />
        ) : (
          <>
            <span className={`number ${styles.value}`}>{formatNumber(total.value, metric.format)}</span>
            <Change change={change} good={isOpen ? 'neither' : metric.good} />
          </>
        )}
      </span>
      <Sparkline values={sparks} />
    </Button>
  );
}
