import { Button } from 'react-aria-components';
import { Change } from './change';
import styles from './bar-list.module.css';

export interface Bar {
  readonly id: string;
  readonly label: string;
  /** Part of the whole between 0 and 1: the length of the bar. */
  readonly share: number;
  readonly value: string;
  readonly note?: string;
  readonly change?: number | undefined;
  readonly onPress?: (() => void) | undefined;
}

interface Props {
  readonly label: string;
  readonly bars: readonly Bar[];
  readonly showChange: boolean;
}

function Inside({ bar, showChange }: { readonly bar: Bar; readonly showChange: boolean }) {
  return (
    <>
      <span className={styles.fill} style={{ '--share': `${(bar.share * 100).toFixed(2)}%` } as React.CSSProperties} />
      <span className={styles.label} title={bar.label} dir="auto">{bar.label}</span>
      {bar.note && <span className={`number ${styles.note}`}>{bar.note}</span>}
      <span className={`number ${styles.value}`}>{bar.value}</span>
      {showChange && <span className={styles.change}><Change change={bar.change} /></span>}
    </>
  );
}

/** Rows with a proportional bar behind the label; pressing one filters the screen. */
export function BarList({ label, bars, showChange }: Props) {
  return (
    <ul className={styles.list} aria-label={label}>
      {bars.map((bar) => (
        <li key={bar.id}>
          {bar.onPress ? (
            <Button className={styles.row ?? ''} onPress={bar.onPress}>
              <Inside bar={bar} showChange={showChange} />
            </Button>
          ) : (
            <div className={styles.row}>
              <Inside bar={bar} showChange={showChange} />
            </div>
          )}
        </li>
      ))}
    </ul>
  );
}
