import { useEffect, useRef, type ReactNode } from 'react';
import { Mark } from '../components/mark';
import { focusIsLost } from '../lib/focus';
import styles from './gate.module.css';

interface Props {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly children: ReactNode;
  readonly step?: { readonly at: number; readonly of: number };
}

/** The title before, also that of another of these pages. */
let titleBefore: string | undefined;

/** What was pressed is gone with its step: the focus goes to the title of the next one, unless a field has it. */
function useStepFocus(title: string) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (titleBefore !== undefined && titleBefore !== title && focusIsLost()) heading.current?.focus();
    titleBefore = title;
  }, [title]);
  return heading;
}

/** The pages before the frame: sign in and set-up. Cloth on the left, one thing to do on the right. */
export function Gate({ title, lead, children, step }: Props) {
  const heading = useStepFocus(title);
  return (
    <div className={styles.gate}>
      <aside className={styles.cloth} aria-hidden="true">
        <Stitches />
        <div className={styles.brand}>
          <Mark size_px={44} />
          <span>Makoto</span>
        </div>
      </aside>
      <main className={styles.main}>
        <div className={styles.column}>
          <div className={styles.small}><Mark size_px={36} /></div>
          {step && <p className={styles.step}>Step {step.at} of {step.of}</p>}
          <h1 ref={heading} tabIndex={-1} className={styles.title}>{title}</h1>
          {lead && <div className={styles.lead}>{lead}</div>}
          {children}
        </div>
      </main>
    </div>
  );
}

/** Seven-treasures stitches, circles that overlap by a quarter, over the whole cloth. */
function Stitches() {
  return (
    <svg className={styles.stitches} width="100%" height="100%">
      <defs>
        <pattern id="seven-treasures" width="72" height="72" patternUnits="userSpaceOnUse">
          <g fill="none" stroke="currentColor" strokeWidth="1.6" strokeDasharray="6 4.4" strokeLinecap="round">
            <circle cx="36" cy="36" r="36" />
            <circle cx="0" cy="0" r="36" />
            <circle cx="72" cy="0" r="36" />
            <circle cx="0" cy="72" r="36" />
            <circle cx="72" cy="72" r="36" />
          </g>
        </pattern>
      </defs>
      <rect width="100%" height="100%" fill="url(#seven-treasures)" />
    </svg>
  );
}
