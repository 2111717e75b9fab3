import { ArrowDownRight, ArrowRight, ArrowUpRight } from 'lucide-react';
import { formatChange } from '../lib/numbers';
import styles from './change.module.css';

interface Props {
  readonly change: number | undefined;
  readonly good?: 'up' | 'down' | 'neither';
}

/** A change against the compared period: an arrow, a number, and colour only as a third sign. */
export function Change({ change, good = 'up' }: Props) {
  if (change === undefined) return null;
  const flat = Math.abs(change) < 0.0005;
  const rising = change > 0;
  const tone = flat || good === 'neither' ? 'flat' : rising === (good === 'up') ? 'better' : 'worse';
  const Arrow = flat ? ArrowRight : rising ? ArrowUpRight : ArrowDownRight;
  return (
    <span className={`number ${styles.change} ${styles[tone]}`}>
      <Arrow size={13} aria-hidden />
      {formatChange(change)}
    </span>
  );
}
