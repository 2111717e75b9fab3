import { Search } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from 'react-aria-components';
import { useTitle } from '../lib/screen';
import { openPalette } from './palette-state';
import { PeriodPicker } from './period-picker';
import { SegmentBar } from './segment-bar';
import { useSiteView } from './site-view';
import styles from './top-line.module.css';

interface Props {
  readonly title: string;
  /** Live pages have no period. */
  readonly withPeriod?: boolean;
  readonly actions?: ReactNode;
}

const commandKey = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform) ? '⌘K' : 'Ctrl K';

/** The head of every page of a site: its title, the period, the segment, the way to everywhere. */
export function TopLine({ title, withPeriod = true, actions }: Props) {
  const { site } = useSiteView();
  useTitle(`${title} · ${site.name}`);
  return (
    <header className={styles.top}>
      <div className={styles.line}>
        <h1 className={styles.title}>{title}</h1>
        {withPeriod && <PeriodPicker />}
        {actions}
        <Button className={styles.search ?? ''} onPress={openPalette}>
          <Search size={15} aria-hidden />
          <kbd className={styles.key} aria-hidden>{commandKey}</kbd>
          <span className="hidden-text">Search or go anywhere</span>
        </Button>
      </div>
      <SegmentBar />
    </header>
  );
}
