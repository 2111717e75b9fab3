import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import { Card } from '../../components/card';
import { EmptyState, ErrorState, Skeleton } from '../../components/states';
import { Pulse } from '../../charts/pulse';
import { useSiteView } from '../../frame/site-view';
import { formatNumber } from '../../lib/numbers';
import type { Visit } from '../../lib/visits';
import { agoWords, counted } from '../../lib/words';
import { minutesOf, useRightNow, visits_max, window_min } from './use-right-now';
import styles from './right-now.module.css';

const visits_shown = 4;
const tick_ms = 5000;

function useNow(): number {
  const [now_ms, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), tick_ms);
    return () => clearInterval(timer);
  }, []);
  return now_ms;
}

function Newest({ visit, now_ms }: { readonly visit: Visit; readonly now_ms: number }) {
  const last = visit.actions.at(-1);
  return (
    <li className={styles.visit}>
      <span className={styles.title} dir="auto">{last?.title ?? 'Not set'}</span>
      <span className={styles.who}>
        {visit.country}, {visit.browser}, {visit.referrer || visit.channel.toLowerCase()}
      </span>
      <span className={`number ${styles.ago}`}>{agoWords(visit.last_s, now_ms)}</span>
    </li>
  );
}

/** The last half hour, asked for every five seconds. */
export function RightNow() {
  const { href } = useSiteView();
  const { visits, counters } = useRightNow();
  const now_ms = useNow();
  const failed = visits.isError ? visits : counters.isError ? counters : undefined;
  return (
    <Card title="Right now" actions={<span className={styles.live}>last {window_min} minutes</span>} foot={<Link href={href('/visits')} className={styles.all}>Visits log</Link>}>
      {failed && !visits.data ? (
        <ErrorState what="The newest visits" error={failed.error} onRetry={() => void failed.refetch()} />
      ) : visits.isPending || counters.isPending ? (
        <Skeleton rows={8} />
      ) : (
        <>
          <p className={styles.count}>
            <span className={`number ${styles.big}`}>{formatNumber(counters.data?.visitors, 'count')}</span>
            {(counters.data?.visitors ?? 0) === 1 ? 'visitor' : 'visitors'}, {counted(counters.data?.actions ?? 0, 'action')}
          </p>
          <Pulse minutes={minutesOf(visits.data ?? [], now_ms)} />
          {visits.data?.length === visits_max && <p className={styles.partial}>Bars count the newest {visits_max} visits.</p>}
          {visits.data?.length === 0 ? (
            <EmptyState title="Nobody in the last half hour">New visits appear here by themselves.</EmptyState>
          ) : (
            <ol className={styles.list}>
              {visits.data?.slice(0, visits_shown).map((visit) => <Newest key={visit.id} visit={visit} now_ms={now_ms} />)}
            </ol>
          )}
        </>
      )}
    </Card>
  );
}
