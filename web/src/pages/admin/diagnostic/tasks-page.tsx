import { useQuery } from '@tanstack/react-query';
import { coreAdminHomeGetScheduledTasks } from '../../../api/generated';
import { ErrorState, Skeleton } from '../../../components/states';
import { numberOf } from '../../../lib/numbers';
import { listOf } from '../../../lib/rows';
import { whenWords } from '../../../lib/words';
import { AdminPage } from '../admin-page';
import list from '../list.module.css';
import styles from './facts.module.css';

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** The head of the activity log is told as its line and a fingerprint that says nothing to people. */
const resultWords = (result: string): string => result.replace(/^(\d+):[0-9a-f]{64}$/, 'signed up to line $1');

export default function TasksPage() {
  const tasks = useQuery({ queryKey: ['tasks'], queryFn: async ({ signal }) => listOf(await coreAdminHomeGetScheduledTasks({}, signal)) });
  const now_ms = Date.now();
  const last = (at_s: number | undefined) => (at_s === undefined ? 'Not yet' : whenWords(at_s, now_ms));
  return (
    <AdminPage title="Timetable" lead="What the server does by itself, when it did so last and with what result, and when it does so next.">
      {tasks.isPending ? (
        <Skeleton rows={10} />
      ) : tasks.isError ? (
        <ErrorState what="The timetable" error={tasks.error} onRetry={() => void tasks.refetch()} />
      ) : (
        <ul>
          {tasks.data.map((task) => (
            <li key={String(task.name)} className={styles.row}>
              <div className={styles.main}>
                <p className={list.name}>{String(task.description)}</p>
                <dl className={styles.facts}>
                  <div><dt>Runs</dt><dd>every {String(task.every)}</dd></div>
                  <div><dt>Last</dt><dd>{last(numberOf(task.lastRun))}{task.lastResult ? `: ${resultWords(String(task.lastResult))}` : ''}</dd></div>
                  <div><dt>Next</dt><dd>{moment.format(Number(task.nextRun) * 1000)}</dd></div>
                </dl>
              </div>
            </li>
          ))}
        </ul>
      )}
    </AdminPage>
  );
}
