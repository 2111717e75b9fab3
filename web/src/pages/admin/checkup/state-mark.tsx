import { CircleAlert, CircleCheck, CircleHelp, CircleMinus, CircleX, Handshake } from 'lucide-react';
import type { ReactNode } from 'react';
import type { State } from './use-checkup';
import styles from './state-mark.module.css';

const marks: Readonly<Record<State, readonly [ReactNode, string]>> = {
  pass: [<CircleCheck key="i" size={18} aria-hidden />, 'Safe'],
  warn: [<CircleAlert key="i" size={18} aria-hidden />, 'Could be better'],
  fail: [<CircleX key="i" size={18} aria-hidden />, 'Not safe'],
  unknown: [<CircleHelp key="i" size={18} aria-hidden />, 'Not measured'],
  'not-applicable': [<CircleMinus key="i" size={18} aria-hidden />, 'Does not apply'],
  'accepted-risk': [<Handshake key="i" size={18} aria-hidden />, 'Accepted risk'],
};

export const stateWords = (state: State): string => marks[state][1];

/** A state by sign, colour and, for those who see neither, word. */
export function StateMark({ state, withWord = false }: { readonly state: State; readonly withWord?: boolean }) {
  const [icon, words] = marks[state];
  return (
    <span className={`${styles.mark} ${styles[state]}`}>
      {icon}
      <span className={withWord ? undefined : 'hidden-text'}>{words}</span>
    </span>
  );
}
