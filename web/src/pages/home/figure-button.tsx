import { Button } from 'react-aria-components';
import { Change } from '../../components/change';
import { Sparkline } from '../../charts/sparkline';
import type { Metric } from '../../lib/metrics';
import { fitNumber } from '../../lib/numbers';
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
  /** The last day of the course is today. */
  readonly sparksOpen: boolean;
}

/** A figure with its change and its course; pressing it makes it the graph below. */
export function FigureButton({ metric, chosen, onPress, total, isLoading, change, isOpen, grain, sparks, sparksOpen }: Props) {
  const { text, whole } = fitNumber(total.value, metric.format);
  return (
    <Button className={styles.figure ?? ''} aria-pressed={chosen} onPress={onPress}>
      <span className={styles.name}>
        {metric.label}
        {total.summed && <span className={styles.note} title={`Over this period nobody is recognised from one ${grain} to the next: the ${grain}s are added up`}>, {grain}s added up</span>}
      </span>
      <span className={styles.numbers}>
        {isLoading ? (
          <span className={styles.loading} />
        ) : (
          <>
            <span className={`number ${styles.value}`} title={whole}>{text}</span>
            <Change change={change} good={isOpen ? 'neither' : metric.good} />
          </>
        )}
      </span>
      <Sparkline values={sparks} open={sparksOpen} />
    </Button>
  );
}
