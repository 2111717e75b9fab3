import { useQuery } from '@tanstack/react-query';
import { read } from '../../../api/generated';
import { EmptyState, ErrorState, Skeleton } from '../../../components/states';
import { numberOf } from '../../../lib/numbers';
import { listOf } from '../../../lib/rows';
import { dayWords } from '../../../lib/words';
import { AdminPage, SettingGroup } from '../admin-page';
import list from '../list.module.css';
import styles from './facts.module.css';

const getStored = read<Record<never, never>, unknown>('Diagnostics.getStoredData');

export default function StoredPage() {
  const stored = useQuery({ queryKey: ['stored-data'], queryFn: async ({ signal }) => listOf(await getStored({}, signal)) });
  const now_ms = Date.now();
  const sites = [...new Map((stored.data ?? []).map((row) => [Number(row.idsite), String(row.site_name ?? '')]))].toSorted(([a], [b]) => a - b);
  const span = (first: unknown, last: unknown) => {
    const [from, until] = [numberOf(first), numberOf(last)];
    return from === undefined || until === undefined ? '' : `${dayWords(from, now_ms)} to ${dayWords(until, now_ms)}`;
  };
  return (
    <AdminPage title="Stored data" lead="What the analytics store holds of each site, and how far back it goes.">
      {stored.isPending ? (
        <Skeleton rows={8} />
      ) : stored.isError ? (
        <ErrorState what="The stored data" error={stored.error} onRetry={() => void stored.refetch()} />
      ) : sites.length === 0 ? (
        <EmptyState title="Nothing is stored yet">The first visits appear here within seconds.</EmptyState>
      ) : (
        sites.map(([id, name]) => (
          <SettingGroup key={id} title={name || `Site ${id}, which was deleted`}>
            <ul>
              {stored.data.filter((row) => Number(row.idsite) === id).map((row) => (
                <li key={String(row.kind)} className={styles.row}>
                  <div className={styles.main}><p className={list.name}>{String(row.kind)}</p><p className={list.sub}>{span(row.first_s, row.last_s)}</p></div>
                  <span className={styles.number}>{Number(row.rows).toLocaleString()}</span>
                </li>
              ))}
            </ul>
          </SettingGroup>
        ))
      )}
    </AdminPage>
  );
}
