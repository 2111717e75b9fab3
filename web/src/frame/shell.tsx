import type { ReactNode } from 'react';
import { usePhone } from '../lib/screen';
import { GraceNotice } from './grace-notice';
import styles from './shell.module.css';

interface Props {
  readonly rail: ReactNode;
  readonly bottomBar: ReactNode;
  readonly children: ReactNode;
}

/** Rail and content; on a phone the rail becomes the bottom bar. */
export function Shell({ rail, bottomBar, children }: Props) {
  const phone = usePhone();
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#content">Skip to the content</a>
      {!phone && rail}
      <main className={styles.main} id="content" tabIndex={-1}>
        <div className={styles.column}>
          <div className={styles.grace}><GraceNotice /></div>
          {children}
        </div>
      </main>
      {phone && bottomBar}
    </div>
  );
}
