import { ChevronDown, ChevronLeft, ChevronRight, Download } from 'lucide-react';
import { useState } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import { useSession } from '../../../api/session';
import { Button, IconButton } from '../../../components/button';
import { Choice, SearchChoice } from '../../../components/choice';
import { Field, SearchBox } from '../../../components/field';
import { Menu } from '../../../components/menu';
import { EmptyState, ErrorState, Notice, Skeleton } from '../../../components/states';
import { useLastPage, useQueryPage, useQueryWords, useTypedQuery } from '../../../frame/query-state';
import { csvOf, saveFile } from '../../../lib/download';
import { refusalWords } from '../../../lib/refusal';
import { counted, whenWords } from '../../../lib/words';
import { AdminPage } from '../admin-page';
import { pageLines, useActivity, useActivityCount, useActivityKinds, useExport, useVerify, type ActivityFilter, type ActivityKind, type ActivityLine } from './use-activity';
import list from '../list.module.css';
import styles from './activity-page.module.css';

const results = [
  { id: '', text: 'Any result' },
  { id: 'done', text: 'Done' },
  { id: 'refused', text: 'Refused' },
] as const;

const anyKind = { name: 'All', options: [{ id: '', text: 'Any act' }] };

function kindGroups(kinds: readonly ActivityKind[]) {
  const bySubject = new Map<string, ActivityKind[]>();
  for (const kind of kinds) bySubject.set(kind.subject, [...(bySubject.get(kind.subject) ?? []), kind]);
  const groups = [...bySubject].map(([subject, options]) => ({
    name: subject,
    options: [{ id: `${options[0]?.id.split('.')[0] ?? ''}.*`, text: `${subject}: all` }, ...options],
  }));
  return [anyKind, ...groups.sort((a, b) => a.name.localeCompare(b.name))];
}

/** What narrows the lines, as the address says it; texts reach it once typing pauses. */
function useFilter() {
  const { superuser } = useSession();
  const [words, change] = useQueryWords(['kind', 'result', 'from', 'until']);
  const [text, setText, settledText] = useTypedQuery('q');
  const [who, setWho, settledWho] = useTypedQuery('who');
  const filter: ActivityFilter = { ...words, text: settledText, login: superuser ? settledWho : '' };
  const clear = () => {
    setText('');
    setWho('');
    change({ kind: '', result: '', from: '', until: '' });
  };
  return { filter, text, setText, who, setWho, change, clear };
}

const inUtc = 'Days are counted in UTC.';

function Filters({ filter, text, setText, who, setWho, change }: ReturnType<typeof useFilter>) {
  const { superuser } = useSession();
  const kinds = useActivityKinds();
  return (
    <div className={styles.filters}>
      <div className={styles.wide}><SearchBox main label="Search in the lines" value={text} onChange={setText} /></div>
      {kinds.data && <SearchChoice label="What happened" groups={kindGroups(kinds.data)} value={filter.kind} onChange={(kind) => change({ kind })} />}
      <Choice label="Result" options={results} value={filter.result} onChange={(result) => change({ result })} />
      {superuser && <Field label="Who or whom" autoComplete="off" isCode value={who} onChange={setWho} />}
      <Field label="From" type="date" value={filter.from} onChange={(from) => change({ from })} hint={inUtc} />
      <Field label="Until" type="date" value={filter.until} onChange={(until) => change({ until })} hint={inUtc} />
    </div>
  );
}

/** With its zone: it is that of this browser, the days above are those of UTC. */
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' });
function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What is in it besides the person: the site, the goal, the segment by its name. */
const nameOf = ({ detail }: ActivityLine): string => (typeof detail === 'object' && detail !== null && 'name' in detail && typeof detail.name === 'string' ? `: ${detail.name}` : '');

function Facts({ line }: { readonly line: ActivityLine }) {
  const detail = typeof line.detail === 'object' && line.detail !== null ? Object.entries(line.detail) : [];
  const facts: [string, string][] = [
    ['When', moment.format(line.at_ms)],
    ['Act', line.kind],
    ['Who', line.who],
    ...(line.subject === '' ? [] : [['Whom', line.subject] as [string, string]]),
    ...detail.filter(([name]) => name !== 'login').map(([name, value]): [string, string] => [name.replaceAll('_', ' '), textOf(value)]),
    ['Address', line.address || 'none'],
    ...(line.agent === '' ? [] : [['Device', line.agent] as [string, string]]),
    ...(line.proof === '' ? [] : [['Proved by', line.proof.replace(':', ' ')] as [string, string]]),
    ...(line.request === '' ? [] : [['Request', line.request] as [string, string]]),
    ['Line', String(line.id)],
  ];
  return (
    <dl className={styles.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Line({ line, now_ms }: { readonly line: ActivityLine; readonly now_ms: number }) {
  const [open, setOpen] = useState(false);
  const about = line.subject !== '' && line.subject !== line.who ? `${line.who}, about ${line.subject}` : line.who;
  return (
    <li className={styles.line}>
      <AriaButton className={styles.press ?? ''} aria-expanded={open} onPress={() => setOpen(!open)}>
        <span className={styles.what}>
          <span className={list.name}>{line.words || line.kind}{nameOf(line)}</span>
          {line.refused && <span className={styles.refused}>Refused</span>}
          <span className={styles.who}>{about}{line.address !== '' && <>, <span className={styles.address}>{line.address}</span></>}</span>
        </span>
        <time dateTime={new Date(line.at_ms).toISOString()} className={styles.when}>{whenWords(line.at_ms / 1000, now_ms)}</time>
        <ChevronDown size={15} aria-hidden className={open ? styles.turned : styles.chevron} />
      </AriaButton>
      {open && <Facts line={line} />}
    </li>
  );
}

/** Leaves with a file, after proof; the record notes it. */
function ExportMenu({ filter }: { readonly filter: ActivityFilter }) {
  const fetchLines = useExport();
  const problem = refusalWords(fetchLines.error);
  const save = (format: string) =>
    fetchLines.mutate(filter, {
      onSuccess: (rows) =>
        format === 'csv' ? saveFile('activity-log.csv', 'text/csv', csvOf(rows)) : saveFile('activity-log.json', 'application/json', JSON.stringify(rows, null, 1)),
    });
  return (
    <>
      <Menu
        label="Export"
        trigger={<Button isPending={fetchLines.isPending}><Download size={15} aria-hidden /> {fetchLines.isPending ? 'One moment…' : 'Export'}</Button>}
        entries={[{ id: 'csv', text: 'CSV, for spreadsheets' }, { id: 'json', text: 'JSON, for programs' }]}
        onAction={save}
      />
      {problem && <Notice tone="danger">{problem}</Notice>}
    </>
  );
}

/** Says whether any line was changed, moved or removed. */
function Verify() {
  const verify = useVerify();
  const problem = refusalWords(verify.error);
  return (
    <div className={styles.verify}>
      <p className={list.sub}>Each line is bound to the one before it, and the log is signed every hour: nobody can change it unnoticed, not even a superuser.</p>
      <Button isPending={verify.isPending} onPress={() => verify.mutate()}>{verify.isPending ? 'Checking…' : 'Check the log'}</Button>
      {problem && <Notice tone="danger">{problem}</Notice>}
      {verify.data?.length === 0 && <Notice tone="safe">The log is whole: no line was changed, moved or removed.</Notice>}
      {verify.data && verify.data.length > 0 && (
        <Notice tone="danger">
          {counted(verify.data.length, 'thing is', 'things are')} wrong. {verify.data.slice(0, 5).join('; ')}
        </Notice>
      )}
    </div>
  );
}

interface PagerProps {
  readonly page: number;
  readonly last: number;
  readonly count: number;
  readonly onPage: (page: number) => void;
}

function Pager({ page, last, count, onPage }: PagerProps) {
  return (
    <div className={styles.pager}>
      <span className={list.sub}>{counted(count, 'line')}{last > 0 && `, page ${page + 1} of ${last + 1}`}</span>
      {last > 0 && (
        <span>
          <IconButton label="Newer" isDisabled={page === 0} onPress={() => onPage(page - 1)}><ChevronLeft size={16} aria-hidden /></IconButton>
          <IconButton label="Older" isDisabled={page >= last} onPress={() => onPage(page + 1)}><ChevronRight size={16} aria-hidden /></IconButton>
        </span>
      )}
    </div>
  );
}

export default function ActivityPage() {
  const { superuser } = useSession();
  const narrowing = useFilter();
  const { filter } = narrowing;
  const [page, turn] = useQueryPage(pageLines);
  const lines = useActivity(filter, page);
  const count = useActivityCount(filter);
  const all = count.data ?? lines.data?.length ?? 0;
  const last = Math.max(0, Math.ceil(all / pageLines) - 1);
  useLastPage(page, count.data === undefined || count.isPlaceholderData ? undefined : last, turn);
  const narrowed = Object.values(filter).some((value) => value !== '');
  const now_ms = Date.now();
  return (
    <AdminPage
      title="Activity log"
      lead={superuser ? 'Who did what, when and from where. Lines are kept for as long as the settings say, and nobody can remove one.' : 'What you did, and what was done to your account.'}
      action={superuser && <ExportMenu filter={filter} />}
    >
      <Filters {...narrowing} />
      {lines.isPending ? (
        <Skeleton rows={12} />
      ) : lines.isError ? (
        <ErrorState what="The activity log" error={lines.error} onRetry={() => void lines.refetch()} />
      ) : lines.data.length === 0 ? (
        <EmptyState title={narrowed ? 'Nothing like that happened' : 'Nothing happened yet'} action={narrowed && <Button onPress={narrowing.clear}>Show everything</Button>} />
      ) : (
        <>
          <ul className={list.list} aria-label="Acts, newest first">
            {lines.data.map((line) => <Line key={line.id} line={line} now_ms={now_ms} />)}
          </ul>
          <Pager page={page} last={last} count={all} onPage={turn} />
        </>
      )}
      {superuser && <Verify />}
    </AdminPage>
  );
}
