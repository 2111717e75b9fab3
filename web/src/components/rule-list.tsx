import { Check, Circle, X } from 'lucide-react';
import styles from './rule-list.module.css';

/** One rule of a password; `met` is undefined until something was typed and looked at. */
export interface Rule {
  readonly id: string;
  readonly text: string;
  readonly met: boolean | undefined;
}

const marks = { met: <Check size={14} aria-hidden />, unmet: <X size={14} aria-hidden />, open: <Circle size={14} aria-hidden /> } as const;
const words = { met: 'Met: ', unmet: 'Not met: ', open: '' } as const;
const stateOf = (rule: Rule) => (rule.met === undefined ? 'open' : rule.met ? 'met' : 'unmet');

/** What a password must be, each rule answering as one types. */
export function RuleList({ rules }: { readonly rules: readonly Rule[] }) {
  const looked = rules.filter((rule) => rule.met !== undefined);
  return (
    <>
      <ul className={styles.rules} aria-label="Rules for the password">
        {rules.map((rule) => {
          const state = stateOf(rule);
          return (
            <li key={rule.id} className={styles[state]}>
              {marks[state]}
              <span><span className="hidden-text">{words[state]}</span>{rule.text}</span>
            </li>
          );
        })}
      </ul>
      <p className="hidden-text" aria-live="polite">
        {looked.length > 0 && `${looked.filter((rule) => rule.met).length} of ${rules.length} rules are met`}
      </p>
    </>
  );
}
