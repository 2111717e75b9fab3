import { Check } from 'lucide-react';
import type { ReactNode } from 'react';
import { Checkbox as AriaCheckbox, type CheckboxProps } from 'react-aria-components';
import styles from './checkbox.module.css';

interface Props extends Omit<CheckboxProps, 'className' | 'style' | 'children'> {
  readonly children: ReactNode;
  readonly hint?: string;
}

export function Checkbox({ children, hint, ...rest }: Props) {
  return (
    <AriaCheckbox {...rest} className={styles.checkbox ?? ''}>
      <span className={styles.box} aria-hidden><Check size={13} strokeWidth={3} /></span>
      <span className={styles.words}>
        {children}
        {hint && <span className={styles.hint}>{hint}</span>}
      </span>
    </AriaCheckbox>
  );
}
