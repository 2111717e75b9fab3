import { useEffect, useRef } from 'react';
import { useLocation } from 'wouter';
import { Dialog } from '../components/dialog';
import { stepChoice, type PeriodName } from '../lib/dates';
import { closeOverlay, openHelp, openPalette, useOverlay } from './palette-state';
import { useSiteView } from './site-view';
import styles from './shortcuts.module.css';

const second_ms = 1000;
const unitKeys: Readonly<Record<string, PeriodName>> = { d: 'day', w: 'week', m: 'month', y: 'year' };
/** Parts that use letters or arrows themselves. */
const busy = 'input, textarea, select, [role="dialog"], [role="alertdialog"], [role="listbox"], [role="menu"], [role="tablist"], [role="treegrid"]';

const keys = [
  ['g h', 'Home of the site'],
  ['d w m y', 'Day, week, month, year'],
  ['← →', 'Period before, period after'],
  ['/', 'Search in this page'],
  ['s', 'Narrow down by a condition'],
  ['t', 'Graph as a table, and back'],
  ['Ctrl K, ⌘K', 'Go anywhere'],
  ['?', 'These keys'],
  ['Esc', 'Close'],
] as const;

/** The keys of the pages of a site, and the list of them. */
export function Shortcuts() {
  const { view, now, span, change, href } = useSiteView();
  const [, navigate] = useLocation();
  const goingSince = useRef(0);
  const helpOpen = useOverlay() === 'help';

  useEffect(() => {
    const press = (selector: string) => document.querySelector<HTMLElement>(selector);
    const onKey = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        openPalette();
        return;
      }
      const target = event.target instanceof Element ? event.target : null;
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || target?.closest(busy)) return;
      const unit = unitKeys[event.key];
      if (event.key === 'h' && event.timeStamp - goingSince.current < second_ms) navigate(href(''));
      else if (event.key === 'g') goingSince.current = event.timeStamp;
      else if (unit) change({ period: unit, date: (span.end.compare(now) > 0 ? now : span.end).toString() });
      else if (event.key === 'ArrowLeft') change(stepChoice(view, now, -1));
      else if (event.key === 'ArrowRight' && span.end.compare(now) < 0) change(stepChoice(view, now, 1));
      else if (event.key === '?') openHelp();
      else if (event.key === 't') press('[data-main-table]')?.click();
      else if (event.key === 's') press('[data-main-segment]')?.click();
      else if (event.key === '/') {
        event.preventDefault();
        const search = press('[data-main-search]');
        if (search) search.focus();
        else openPalette();
      }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [view, now, span, change, href, navigate]);

  return (
    <Dialog title="Keys" isOpen={helpOpen} onClose={closeOverlay}>
      <dl className={styles.keys}>
        {keys.map(([key, text]) => (
          <div key={key} className={styles.pair}>
            <dt><kbd className={styles.key}>{key}</kbd></dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
