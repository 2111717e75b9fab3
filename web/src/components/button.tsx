import type { ReactNode } from 'react';
import { Button as AriaButton, type ButtonProps } from 'react-aria-components';
import { Hint } from './hint';
import styles from './button.module.css';

interface Props extends Omit<ButtonProps, 'className' | 'style' | 'children'> {
  readonly look?: 'primary' | 'outline' | 'quiet' | 'danger';
  readonly children: ReactNode;
}

export function Button({ look = 'outline', children, ...rest }: Props) {
  return (
    <AriaButton {...rest} className={`${styles.button} ${styles[look]}`}>
      {children}
    </AriaButton>
  );
}

interface IconProps extends Omit<ButtonProps, 'className' | 'style' | 'children'> {
  readonly label: string;
  readonly children: ReactNode;
  readonly size?: 'small' | 'normal';
}

/** A button that shows a picture only; its words are a tooltip and its name. */
export function IconButton({ label, children, size = 'normal', ...rest }: IconProps) {
  return (
    <Hint text={label}>
      <AriaButton {...rest} aria-label={label} className={`${styles.button} ${styles.quiet} ${styles.icon} ${styles[size]}`}>
        {children}
      </AriaButton>
    </Hint>
  );
}
