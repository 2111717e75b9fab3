import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { read } from '../../../api/generated';
import { useAdminSites } from '../../../api/session';
import { Choice } from '../../../components/choice';
import { EmptyState, ErrorState, Skeleton } from '../../../components/states';
import { isTrue, listOf } from '../../../lib/rows';
import { AdminPage } from '../admin-page';
import list from '../list.module.css';
import styles from './facts.module.css';

const getHits = read<{ idSite: number }, unknown>('Diagnostics.getLiveHits');
const refresh_ms = 2_000;
const time = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

function Hits({ idSite }: { readonly idSite: number }) {
  const hits = useQuery({ queryKey: ['live-hits', idSite], queryFn: async ({ signal }) => listOf(await getHits({ idSite }, signal)), refetchInterval: refresh_ms });
  if (hits.isPending) return <Skeleton rows={6} />;
  if (hits.isError) return <ErrorState what="The requests" error={hits.error} onRetry={() => void hits.refetch()} />;
  if (hits.data.length === 0) return <EmptyState title="Waiting for the first request">Open a page with the tracking code in another window. Each request appears here within two seconds.</EmptyState>;
  return (
    <ul aria-label="Requests, newest first" aria-live="polite">
      {hits.data.toReversed().map((hit) => (
        <li key={String(hit.number)} className={styles.row}>
          <div className={styles.main}>
            <p className={list.name}>{String(hit.url) || 'no page'}</p>
            <ol className={styles.steps}>
              {listOf(hit.steps).map((step) => <li key={String(step.name)} className={`${styles.step} ${step.name === 'refused' ? styles.refused : ''}`}>{String(step.name)}: {String(step.text)}</li>)}
              {isTrue(hit.counted) && <li className="hidden-text">It counts in reports.</li>}
            </ol>
            <p className={styles.code}>{Array.isArray(hit.parameters) ? hit.parameters.join(' ') : ''}</p>
          </div>
          <time className={list.sub}>{time.format(Number(hit.at_ms))}</time>
        </li>
      ))}
    </ul>
  );
}

export default function LivePage() {
  const own = useAdminSites();
  const [chosen, setChosen] = useState(String(own[0]?.idsite ?? ''));
  return (
    <AdminPage title="Live requests" lead="Each request to the tracker on its way: read, accepted or refused, on the disk, counted. For whoever installs a tracker; nothing tells who sent them.">
      {own.length === 0 ? (
        <EmptyState title="There is no site yet">Add a site first.</EmptyState>
      ) : (
        <>
          <Choice label="Site" options={own.map((site) => ({ id: String(site.idsite), text: site.name }))} value={chosen} onChange={setChosen} />
          <Hits key={chosen} idSite={Number(chosen)} />
        </>
      )}
    </AdminPage>
  );
}
