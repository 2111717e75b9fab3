import { LayoutGrid, Settings, UserRound } from 'lucide-react';
import { Link } from 'wouter';
import { usePreferences } from '../lib/preferences';
import { RailFrame, RailLink } from './rail';
import styles from './bottom-bar.module.css';

/** The rail of the page that is of no single site. */
export function AllSitesRail() {
  const { rail } = usePreferences();
  return (
    <RailFrame>
      <RailLink href="/sites" icon={<LayoutGrid size={17} aria-hidden />} text="All sites" current open={rail === 'open'} />
    </RailFrame>
  );
}

/** The same at the thumb of a phone. */
export function AllSitesBar() {
  return (
    <nav className={styles.bar} aria-label="Main">
      <Link href="/sites" className={styles.place} aria-current="page"><LayoutGrid size={19} aria-hidden />All sites</Link>
      <Link href="/admin" className={styles.place}><Settings size={19} aria-hidden />Administration</Link>
      <Link href="/admin/personal/settings" className={styles.place}><UserRound size={19} aria-hidden />You</Link>
    </nav>
  );
}
