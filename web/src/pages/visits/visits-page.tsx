import { useInfiniteQuery } from '@tanstack/react-query';
import { liveGetLastVisitsDetails } from '../../api/generated';
import { Button } from '../../components/button';
import { EmptyState, ErrorState, Notice, Skeleton } from '../../components/states';
import { useSiteView } from '../../frame/site-view';
import { TopLine } from '../../frame/top-line';
import { pointWords } from '../../lib/dates';
import { eachOnce, visitsOf, type Visit } from '../../lib/visits';
import { VisitCard } from './visit-card';
import styles from './visits-page.module.css';

const page_visits = 50;

function byDay(visits: readonly Visit[]): [string, Visit[]][] {
  const days = new Map<string, Visit[]>();
  for (const visit of visits) days.set(visit.day, [...(days.get(visit.day) ?? []), visit]);
  return [...days];
}

export default function VisitsPage() {
  const { scope, view, change } = useSiteView();
  const log = useInfiniteQuery({
    queryKey: ['visits', scope],
    initialPageParam: 0,
    queryFn: async ({ pageParam, signal }) => visitsOf(await liveGetLastVisitsDetails({ ...scope, filter_limit: page_visits, filter_offset: pageParam }, signal)),
    getNextPageParam: (last, pages) => (last.length < page_visits ? undefined : pages.length * page_visits),
  });
  const visits = eachOnce(log.data?.pages.flat() ?? []);
  return (
    <>
      <TopLine title="Visits log" />
      <section className={styles.log} aria-label="Visits">
        {log.isPending ? (
          <Skeleton rows={14} />
        ) : log.isError && visits.length === 0 ? (
          <ErrorState what="The visits" error={log.error} onRetry={() => void log.refetch()} />
        ) : visits.length === 0 ? (
          <EmptyState
            title="No visits in this period"
            action={view.segment.length > 0 ? <Button onPress={() => change({ segment: [] })}>Remove the conditions</Button> : undefined}
          >
            {view.segment.length > 0 ? 'Nobody came who matches all the conditions.' : 'Choose a longer period, or check that the tracking code is on the site.'}
          </EmptyState>
        ) : (
          byDay(visits).map(([day, list]) => (
            <section key={day} className={styles.day}>
              <h2 className={styles.date}>{day === '' ? 'Undated' : pointWords(day, 'full')}</h2>
              <ol>
                {list.map((visit) => <VisitCard key={visit.id} visit={visit} />)}
              </ol>
            </section>
          ))
        )}
        {log.isFetchNextPageError && <Notice tone="warn">Older visits could not be loaded. Try once more.</Notice>}
        {log.hasNextPage && (
          <div className={styles.more}>
            <Button isPending={log.isFetchingNextPage} onPress={() => void log.fetchNextPage()}>
              {log.isFetchingNextPage ? 'Loading…' : 'Show older visits'}
            </Button>
          </div>
        )}
      </section>
    </>
  );
}
