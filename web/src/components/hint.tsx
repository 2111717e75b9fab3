import type { ReactElement } from 'react';
import { Tooltip, TooltipTrigger } from 'react-aria-components';
import styles from './hint.module.css';

/** A word or two that appears beside something pressable. */
export function Hint({ text, children }: { readonly text: string; readonly children: ReactElement }) {
  return (
    <TooltipTrigger delay={500} closeDelay={80}>
      {children}
      <Tooltip offset={6} className={styles.hint ?? ''}>
        {text}
      </Tooltip>
    </TooltipTrigger>
  );
}
