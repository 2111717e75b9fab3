import { EmptyState, ErrorState, Skeleton } from '../../../components/states';
import { counted, whenWords } from '../../../lib/words';
import { cellsOf } from '../../../lib/rows';
import { useJobs, type Job } from './use-privacy';
import list from '../list.module.css';

const kinds: Readonly<Record<string, string>> = { erase: 'Erasure', purge: 'Deletion of old visits', erase_site: 'Erasure of a deleted site', anonymise: 'Masks over the past' };

function resultWords(job: Job): string {
  if (job.state === 'waiting') return 'Waits for its turn';
  if (job.state === 'running') return `Under way, ${job.progress}\u202f%`;
  if (job.state === 'failed') return `Failed; the server's log says why`;
  let rows: Readonly<Record<string, unknown>> = {};
  try {
    rows = cellsOf(JSON.parse(job.result));
  } catch {
    // A result that is no JSON is shown as nothing.
  }
  const words = [`${counted(Number(rows.visit ?? 0), 'visit')} and ${counted(Number(rows.action ?? 0), 'action')} ${job.kind === 'anonymise' ? 'gone through' : 'gone'}`];
  if (Number(rows.reports_kept ?? 0) > 0) words.push(`reports of ${counted(Number(rows.reports_kept), 'day')} kept`);
  if (Number(rows.reports_gone ?? 0) > 0) words.push(`kept reports of ${counted(Number(rows.reports_gone), 'day')} gone`);
  return words.join('; ');
}

/** What was done to stored visits, newest first. */
export function JobList({ only }: { readonly only?: string }) {
  const jobs = useJobs();
  if (jobs.isPending) return <Skeleton rows={3} />;
  if (jobs.isError) return <ErrorState what="The list" error={jobs.error} onRetry={() => void jobs.refetch()} />;
  const shown = jobs.data.filter((job) => only === undefined || job.kind === only);
  if (shown.length === 0) return <EmptyState title="Nothing yet">What is done to stored visits stands here, with who asked for it.</EmptyState>;
  return (
    <ul className={list.list} aria-label="Work on stored visits">
      {shown.map((job) => (
        <li key={job.id} className={list.row}>
          <div className={list.main}>
            <p className={list.name}>{kinds[job.kind] ?? job.kind}<span className={list.badge}>{job.state}</span></p>
            <p className={list.sub} role={job.state === 'running' ? 'status' : undefined}>{resultWords(job)}</p>
            <p className={list.sub}>Asked for by {job.askedBy}, {whenWords(job.asked_s, Date.now())}</p>
          </div>
        </li>
      ))}
    </ul>
  );
}
