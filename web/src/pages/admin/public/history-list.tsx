import { deviceWords } from '../../../lib/device';
import { whenWords } from '../../../lib/words';
import type { HistoryLine } from '../../../public-reports/model';
import list from '../list.module.css';
import styles from './public-page.module.css';

/** Lines of the record, newest first. */
export function HistoryList({ lines, now_ms }: { readonly lines: readonly HistoryLine[]; readonly now_ms: number }) {
  return (
    <ul className={list.list} aria-label="History, newest first">
      {lines.map((line, at) => (
        <li key={`${line.at_s} ${at}`} className={styles.event}>
          <div className={list.main}>
            <p>{line.what}</p>
            <p className={list.sub}>{[line.who, line.address, line.agent === '' ? '' : deviceWords(line.agent)].filter(Boolean).join(', ')}</p>
          </div>
          <time className={list.sub} dateTime={new Date(line.at_s * 1000).toISOString()}>{whenWords(line.at_s, now_ms)}</time>
        </li>
      ))}
    </ul>
  );
}
