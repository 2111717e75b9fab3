import type { ReactNode } from 'react';
import { usePhone } from '../lib/screen';
import { PublicBanner } from '../public-reports/banner';
import { GraceNotice } from './grace-notice';
import styles from './shell.module.css';

interface Props {
  readonly rail: ReactNode;
  readonly bottomBar: ReactNode;
  readonly children: ReactNode;
  /** The site that the pages are of; without it they are of the installation. */
  readonly idSite?: number;
}

/** Rail and content; on a phone the rail becomes the bottom bar. */
export function Shell({ rail, bottomBar, children, idSite }: Props) {
  const phone = usePhone();
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#content">Skip to the content</a>
      {!phone && rail}
      <main className={styles.main} id="content" tabIndex={-1}>
        <div className={styles.column}>
          <div className={styles.notices}>
            <GraceNotice />
            <PublicBanner idSite={idSite} />
          </div>
          {children}
        </div>
      </main>
      {phone && bottomBar}
    </div>
  );
}
