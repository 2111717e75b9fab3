import { useQuery, useQueryClient } from '@tanstack/react-query';
import { liveGetCounters, liveGetLastVisitsDetails, read } from '../../api/generated';
import { useSiteView } from '../../frame/site-view';
import { numberOf } from '../../lib/numbers';
import { cellsOf } from '../../lib/rows';
import { visitsOf, type Visit } from '../../lib/visits';

export const window_min = 30;
/** Half an hour ago may have been yesterday. */
const justNow = { period: 'range', date: 'last2' } as const;
const poll_ms = 5000;
/** Without a period the log is of all time. */
const getNewest = read<{ idSite: number; filter_limit: number }, unknown>('Live.getLastVisitsDetails');
/** Visits asked for at first; later only changed ones come. */
export const visits_max = 200;
/** A visit may change after it was seen last: ask again this far back. */
const overlap_s = 60;

function merged(old: readonly Visit[], fresh: readonly Visit[], since_s: number): Visit[] {
  const byId = new Map([...old, ...fresh].map((visit) => [visit.id, visit]));
  return [...byId.values()].filter((visit) => visit.last_s >= since_s).toSorted((a, b) => b.last_s - a.last_s).slice(0, visits_max);
}

/** Visits of the last half hour, kept up by asking for what changed. */
export function useRightNow() {
  const { site, scope } = useSiteView();
  const client = useQueryClient();
  const key = ['right-now', site.idsite, scope.segment];
  const visits = useQuery({
    queryKey: key,
    refetchInterval: poll_ms,
    queryFn: async ({ signal }) => {
      const old = client.getQueryData<Visit[]>(key) ?? [];
      const since_s = Math.floor(Date.now() / 1000) - window_min * 60;
      const from_s = Math.max(since_s, (old[0]?.last_s ?? 0) - overlap_s);
      // What comes is later than `minTimestamp`.
      const answer = await liveGetLastVisitsDetails(
        { ...justNow, idSite: site.idsite, segment: scope.segment, filter_limit: visits_max, minTimestamp: from_s - 1 },
        signal,
      );
      return merged(old, visitsOf(answer), since_s);
    },
  });
  const counters = useQuery({
    queryKey: ['counters', site.idsite, scope.segment],
    refetchInterval: poll_ms,
    queryFn: async ({ signal }) => {
      const cells = cellsOf(await liveGetCounters({ ...justNow, idSite: site.idsite, lastMinutes: window_min, segment: scope.segment }, signal));
      return { visitors: numberOf(cells.visitors) ?? 0, actions: numberOf(cells.actions) ?? 0 };
    },
  });
  return { visits, counters };
}

/** The day of the newest visit there ever was, as 2026-03-31; null when nobody came yet. */
export function useNewestDay() {
  const { site } = useSiteView();
  return useQuery({
    queryKey: ['newest-day', site.idsite],
    staleTime: 0,
    queryFn: async ({ signal }) => visitsOf(await getNewest({ idSite: site.idsite, filter_limit: 1 }, signal))[0]?.day ?? null,
  });
}

/** Actions per minute, oldest first; the last bar is the minute that runs. */
export function minutesOf(visits: readonly Visit[], now_ms: number): number[] {
  const minutes = Array.from({ length: window_min }, () => 0);
  const thisMinute = Math.floor(now_ms / 60_000);
  for (const visit of visits) {
    for (const action of visit.actions) {
      const at = window_min - 1 - (thisMinute - Math.floor(action.at_s / 60));
      if (at >= 0 && at < window_min) minutes[at] = (minutes[at] ?? 0) + 1;
    }
  }
  return minutes;
}
