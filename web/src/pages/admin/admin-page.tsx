import type { ReactNode } from 'react';
import { useTitle } from '../../lib/screen';
import styles from './admin-page.module.css';

interface Props {
  readonly title: string;
  readonly lead: string;
  readonly action?: ReactNode;
  readonly children: ReactNode;
}

/** One column of settings, 640 px. */
export function AdminPage({ title, lead, action, children }: Props) {
  useTitle(title);
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <h1>{title}</h1>
        {action}
        <p className={styles.lead}>{lead}</p>
      </header>
      {children}
    </div>
  );
}

interface SettingProps {
  readonly title: string;
  readonly text: string;
  readonly children: ReactNode;
}

/** One setting: its title, one sentence, its control. */
export function Setting({ title, text, children }: SettingProps) {
  return (
    <div className={styles.setting}>
      <div>
        <h3>{title}</h3>
        <p className={styles.text}>{text}</p>
      </div>
      <div className={styles.control}>{children}</div>
    </div>
  );
}

export function SettingGroup({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className={styles.group} aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}
