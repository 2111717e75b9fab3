import { CircleAlert, CircleCheck, CircleHelp, CircleMinus, CircleX, Handshake } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Check, State } from './use-checkup';
import styles from './state-mark.module.css';

const marks: Readonly<Record<State, readonly [ReactNode, string]>> = {
  pass: [<CircleCheck key="i" size={18} aria-hidden />, 'Met'],
  warn: [<CircleAlert key="i" size={18} aria-hidden />, 'Partly met'],
  fail: [<CircleX key="i" size={18} aria-hidden />, 'Not met'],
  unknown: [<CircleHelp key="i" size={18} aria-hidden />, 'Not measured'],
  'not-applicable': [<CircleMinus key="i" size={18} aria-hidden />, 'Does not apply'],
  'accepted-risk': [<Handshake key="i" size={18} aria-hidden />, 'Accepted risk'],
};

export const isOpen = (check: Check): boolean => check.state === 'fail' || check.state === 'warn' || check.state === 'unknown';

/** A check by sign, colour and title. Titles say what should be so: while it is not, the state is said before. */
export function CheckName({ check }: { readonly check: Check }) {
  const [icon, words] = marks[check.state];
  return (
    <>
      <span className={`${styles.mark} ${styles[check.state]}`}>{icon}</span>
      <span className={styles.name}>
        <span className={isOpen(check) ? styles.state : 'hidden-text'}>{words}: </span>
        {check.title}
      </span>
    </>
  );
}
