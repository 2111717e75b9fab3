import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { read, write } from '../../../api/generated';
import { useSession } from '../../../api/session';
import { Button } from '../../../components/button';
import { Checkbox } from '../../../components/checkbox';
import { Confirm } from '../../../components/confirm';
import { SearchBox } from '../../../components/field';
import { EmptyState, ErrorState, Notice, Skeleton } from '../../../components/states';
import { refusalWords } from '../../../lib/refusal';
import { isTrue, listOf } from '../../../lib/rows';
import { counted, whenWords } from '../../../lib/words';
import { AdminPage } from '../admin-page';
import list from '../list.module.css';
import styles from './facts.module.css';

interface Failure {
  readonly site: number;
  readonly siteName: string;
  readonly cause: string;
  readonly fault: boolean;
  readonly problem: string;
  readonly solution: string;
  readonly pageUrl: string;
  readonly trackingUrl: string;
  readonly request: string;
  readonly first_s: number;
  readonly last_s: number;
  readonly count: number;
}

type None = Record<never, never>;
const getFailures = read<None, unknown>('CoreAdminHome.getTrackingFailures');
const deleteOne = write<{ idSite: number; idFailure: string }, unknown>('CoreAdminHome.deleteTrackingFailure');
const deleteAll = write<None, unknown>('CoreAdminHome.deleteAllTrackingFailures');
const noteSeen = write<None, unknown>('Diagnostics.noteFailuresSeen');
const key = ['tracking-failures'] as const;
const refresh_ms = 30_000;

const useFailures = () =>
  useQuery({
    queryKey: key,
    queryFn: async ({ signal }): Promise<Failure[]> =>
      listOf(await getFailures({}, signal)).map((cells) => ({
        site: Number(cells.idsite),
        siteName: String(cells.site_name),
        cause: String(cells.cause),
        fault: isTrue(cells.fault),
        problem: String(cells.problem),
        solution: String(cells.solution),
        pageUrl: String(cells.url ?? ''),
        trackingUrl: String(cells.tracking_url ?? ''),
        request: String(cells.request_url ?? ''),
        first_s: Number(cells.first_s),
        last_s: Number(cells.last_s),
        count: Number(cells.count),
      })),
    refetchInterval: refresh_ms,
  });

function useAct<V>(act: (values: V) => Promise<unknown>) {
  const client = useQueryClient();
  return useMutation({ mutationFn: act, onSettled: () => client.invalidateQueries({ queryKey: key }) });
}

function FailureRow({ failure, now_ms }: { readonly failure: Failure; readonly now_ms: number }) {
  const remove = useAct(() => deleteOne({ idSite: failure.site, idFailure: failure.cause }));
  const problem = refusalWords(remove.error);
  const facts = [['Page', failure.pageUrl], ['Tracker', failure.trackingUrl], ['Request', failure.request]].filter(([, value]) => value !== '');
  return (
    <li className={styles.row}>
      <div className={styles.main}>
        <p className={list.name}>{failure.problem}</p>
        <p className={list.sub}>
          {failure.siteName === 'Unknown' ? `Site ${failure.site}, which does not exist` : failure.siteName}: {counted(failure.count, 'request')}, first {whenWords(failure.first_s, now_ms)}, last {whenWords(failure.last_s, now_ms)}
        </p>
        <p>{failure.solution}</p>
        <dl className={styles.facts}>
          {facts.map(([name, value]) => <div key={name}><dt>{name}</dt><dd className={styles.code}>{value}</dd></div>)}
        </dl>
        {problem && <Notice tone="danger">{problem}</Notice>}
      </div>
      <Button look="quiet" isPending={remove.isPending} onPress={() => remove.mutate(undefined)} aria-label={`Delete: ${failure.problem} Site ${failure.site}`}>Delete</Button>
    </li>
  );
}

function DeleteAll({ count, onClose }: { readonly count: number; readonly onClose: () => void }) {
  const act = useAct(() => deleteAll({}));
  return (
    <Confirm title="Delete all failures?" onClose={onClose} action="Delete them" isPending={act.isPending} error={act.error} onConfirm={() => act.mutate(undefined, { onSuccess: onClose })}>
      <p>{counted(count, 'line')} will go. What still fails comes again.</p>
    </Confirm>
  );
}

export default function FailuresPage() {
  const { superuser } = useSession();
  const failures = useFailures();
  const [text, setText] = useState('');
  const [all, setAll] = useState(false);
  const [asking, setAsking] = useState(false);
  const loaded = failures.isSuccess;
  // Whoever opens the list has looked at it.
  useEffect(() => {
    if (loaded && superuser) void noteSeen({});
  }, [loaded, superuser]);
  const now_ms = Date.now();
  const fits = (failure: Failure) => (all || failure.fault) && `${failure.siteName} ${failure.site} ${failure.problem} ${failure.pageUrl} ${failure.request}`.toLowerCase().includes(text.toLowerCase());
  const shown = (failures.data ?? []).filter(fits);
  return (
    <AdminPage title="Tracking failures" lead="Requests that reached the tracker and made no hit, why, and what to do. Nothing that could tell who sent them is kept." action={(failures.data?.length ?? 0) > 0 && <Button onPress={() => setAsking(true)}>Delete all</Button>}>
      <SearchBox main label="Search in the failures" value={text} onChange={setText} />
      <Checkbox isSelected={all} onChange={setAll}>Also what is left out on purpose, such as bots</Checkbox>
      {failures.isPending ? (
        <Skeleton rows={8} />
      ) : failures.isError ? (
        <ErrorState what="The failures" error={failures.error} onRetry={() => void failures.refetch()} />
      ) : shown.length === 0 ? (
        failures.data.length === 0 ? (
          <EmptyState title="No request failed">Every request of the last 30 days made a hit, or was left out on purpose.</EmptyState>
        ) : (
          <EmptyState title="Nothing like that failed" />
        )
      ) : (
        <ul aria-label="Tracking failures, newest first">{shown.map((failure) => <FailureRow key={`${failure.site} ${failure.cause}`} failure={failure} now_ms={now_ms} />)}</ul>
      )}
      {asking && <DeleteAll count={failures.data?.length ?? 0} onClose={() => setAsking(false)} />}
    </AdminPage>
  );
}
