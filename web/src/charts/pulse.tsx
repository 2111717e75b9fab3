import styles from './pulse.module.css';

interface Props {
  /** Visits per minute, oldest first. */
  readonly minutes: readonly number[];
}

/** A bar per minute; the newest stands at the right. */
export function Pulse({ minutes }: Props) {
  const top = Math.max(1, ...minutes);
  const total = minutes.reduce((sum, count) => sum + count, 0);
  return (
    <div className={styles.pulse} role="img" aria-label={`${total} actions in the last ${minutes.length} minutes, ${minutes.at(-1) ?? 0} in this one`}>
      {minutes.map((count, minute) => (
        <span key={minute} className={styles.bar} data-none={count === 0 || undefined} style={{ '--share': `${(count / top) * 100}%` } as React.CSSProperties} />
      ))}
    </div>
  );
}
