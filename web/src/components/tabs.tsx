import type { ReactNode } from 'react';
import { Tab, TabList, TabPanel, Tabs as AriaTabs, type Key } from 'react-aria-components';
import styles from './tabs.module.css';

interface TabEntry {
  readonly id: string;
  readonly text: string;
}

interface Props {
  readonly label: string;
  readonly tabs: readonly TabEntry[];
  readonly value: string;
  readonly onChange: (id: string) => void;
  readonly children: ReactNode;
  readonly after?: ReactNode;
  readonly before?: ReactNode;
}

/** Tabs whose chosen one is underlined by a running stitch. */
export function Tabs({ label, tabs, value, onChange, children, after, before }: Props) {
  return (
    <AriaTabs selectedKey={value} onSelectionChange={(key: Key) => onChange(String(key))} className={styles.tabs ?? ''}>
      <div className={styles.head}>
        {before}
        <TabList aria-label={label} className={styles.list ?? ''}>
          {tabs.map((tab) => (
            <Tab key={tab.id} id={tab.id} className={styles.tab ?? ''}>
              {tab.text}
            </Tab>
          ))}
        </TabList>
        {after}
      </div>
      <TabPanel id={value} className={styles.panel ?? ''}>
        {children}
      </TabPanel>
    </AriaTabs>
  );
}
