import { useQuery } from '@tanstack/react-query';
import { CircleCheck, CircleX } from 'lucide-react';
import { read } from '../../../api/generated';
import { Button } from '../../../components/button';
import { ErrorState, Notice, Skeleton } from '../../../components/states';
import { isTrue, listOf } from '../../../lib/rows';
import { AdminPage, SettingGroup } from '../admin-page';
import list from '../list.module.css';
import styles from './facts.module.css';

const getParts = read<Record<never, never>, unknown>('Diagnostics.getSystemCheck');
const getConfiguration = read<Record<never, never>, unknown>('Diagnostics.getConfiguration');
const origins: Readonly<Record<string, string>> = { default: 'default', file: 'from the file', environment: 'from the environment', flag: 'from the command line' };

function Configuration() {
  const lines = useQuery({ queryKey: ['configuration'], queryFn: async ({ signal }) => listOf(await getConfiguration({}, signal)), staleTime: Infinity });
  if (lines.isPending) return <Skeleton rows={10} />;
  if (lines.isError) return <ErrorState what="The configuration" error={lines.error} onRetry={() => void lines.refetch()} />;
  return (
    <ul>
      {lines.data.map((line) => (
        <li key={String(line.name)} className={styles.row}>
          <div className={styles.main}>
            <p><span className={styles.code}>{String(line.name)}</span>{line.origin !== 'default' && <span className={list.badge}>{origins[String(line.origin)]}</span>}</p>
            <p className={list.sub}>{String(line.doc)}</p>
          </div>
          <span className={styles.code}>{String(line.value) || 'empty'}</span>
        </li>
      ))}
    </ul>
  );
}

export default function SystemPage() {
  const parts = useQuery({ queryKey: ['system-check'], queryFn: async ({ signal }) => listOf(await getParts({}, signal)) });
  const faulty = (parts.data ?? []).filter((part) => !isTrue(part.sound)).map((part) => String(part.part));
  return (
    <AdminPage title="System check" lead="Whether every part of the server is sound, and by which configuration it runs." action={<Button isPending={parts.isFetching} onPress={() => void parts.refetch()}>{parts.isFetching ? 'Checking…' : 'Check again'}</Button>}>
      {parts.isPending ? (
        <Skeleton rows={8} />
      ) : parts.isError ? (
        <ErrorState what="The check" error={parts.error} onRetry={() => void parts.refetch()} />
      ) : (
        <>
          {faulty.length === 0 ? <Notice tone="safe">Everything is sound.</Notice> : <Notice tone="danger">Needs attention: {faulty.join(', ')}.</Notice>}
          <SettingGroup title="Parts">
            <ul>
              {parts.data.map((part) => (
                <li key={String(part.part)} className={styles.row}>
                  {isTrue(part.sound) ? <CircleCheck size={18} className={styles.sound} aria-label="sound" /> : <CircleX size={18} className={styles.faulty} aria-label="not sound" />}
                  <div className={styles.main}><p className={list.name}>{String(part.part)}</p><p className={list.sub}>{String(part.text)}</p></div>
                </li>
              ))}
            </ul>
          </SettingGroup>
        </>
      )}
      <SettingGroup title="Configuration"><Configuration /></SettingGroup>
    </AdminPage>
  );
}
