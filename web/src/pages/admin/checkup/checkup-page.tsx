import { RotateCw } from 'lucide-react';
import { useState } from 'react';
import { TimeGraph } from '../../../charts/time-graph';
import { Button } from '../../../components/button';
import { EmptyState, ErrorState, Notice, Skeleton } from '../../../components/states';
import { Tabs } from '../../../components/tabs';
import { refusalWords } from '../../../lib/refusal';
import { counted, whenWords } from '../../../lib/words';
import { AdminPage, SettingGroup } from '../admin-page';
import { CheckRow } from './check-row';
import { Changes } from './fix-dialog';
import { Score } from './score';
import { isOpen } from './state-mark';
import { useCheckup, useFixes, useHistory, useRun, useUndo, type Check, type Checkup, type MadeFix, type State } from './use-checkup';
import list from '../list.module.css';
import styles from './checkup-page.module.css';

const severity: readonly State[] = ['fail', 'warn', 'unknown', 'accepted-risk', 'pass', 'not-applicable'];

function sentence({ checks, grade }: Checkup): string {
  const count = (state: State) => checks.filter((check) => check.state === state).length;
  const critical = checks.filter((check) => check.state === 'fail' && check.weight === 'critical').length;
  if (grade === 'A' && count('fail') === 0) return 'Your installation is well protected.';
  if (critical > 0) return `${counted(critical, 'critical thing is', 'critical things are')} not safe. While that is so, the score stays below 50.`;
  if (count('fail') > 0) return `${counted(count('fail'), 'thing is', 'things are')} not safe.`;
  return 'Nothing is unsafe, and some things could be better.';
}

function Head({ checkup }: { readonly checkup: Checkup }) {
  const run = useRun();
  const problem = refusalWords(run.error);
  return (
    <section className={styles.head} aria-label="Score">
      <Score score={checkup.score} grade={checkup.grade} />
      <div className={styles.summary}>
        <p className={styles.sentence}>{sentence(checkup)}</p>
        <p className={list.sub}>Measured {whenWords(checkup.measured_s, Date.now())}, by how the server behaves and not by what the settings say.</p>
        <Button isPending={run.isPending} onPress={() => run.mutate()}>
          <RotateCw size={14} aria-hidden /> {run.isPending ? 'Measuring…' : 'Measure now'}
        </Button>
        {problem && <Notice tone="danger">{problem}</Notice>}
      </div>
    </section>
  );
}

/** The last score of each day. */
function Trend() {
  const history = useHistory();
  if (!history.isSuccess) return history.isError ? <ErrorState what="The trend" error={history.error} /> : <Skeleton rows={4} />;
  const days = new Map(history.data.map((point) => [new Date(point.at_s * 1000).toISOString().slice(0, 10), point.score]));
  if (days.size < 2) return <p className={styles.quiet}>The trend begins tomorrow: there is one day so far.</p>;
  return <TimeGraph label="Score" points={[...days].map(([key, value]) => ({ key, value }))} format="count" good="up" height_px={180} />;
}

function FixRow({ fix, now_ms }: { readonly fix: MadeFix; readonly now_ms: number }) {
  const undo = useUndo();
  const problem = refusalWords(undo.error);
  return (
    <li className={list.row}>
      <div className={list.main}>
        <p className={list.name}>{fix.check}, {whenWords(fix.done_s, now_ms)} by {fix.done_by}</p>
        <Changes changes={fix.changes} />
        {problem && <Notice tone="danger">{problem}</Notice>}
        {undo.data?.map((why) => <Notice key={why} tone="warn">{why}</Notice>)}
      </div>
      {fix.undone ? <span className={list.sub}>taken back</span> : <Button look="quiet" isPending={undo.isPending} onPress={() => undo.mutate(fix.id)}>Undo</Button>}
    </li>
  );
}

function Fixes({ now_ms }: { readonly now_ms: number }) {
  const fixes = useFixes();
  if (!fixes.isSuccess || fixes.data.length === 0) return null;
  return (
    <SettingGroup title="Fixes of the last 30 days">
      <ul>{fixes.data.map((fix) => <FixRow key={fix.id} fix={fix} now_ms={now_ms} />)}</ul>
    </SettingGroup>
  );
}

function CheckList({ title, checks, now_ms }: { readonly title: string; readonly checks: readonly Check[]; readonly now_ms: number }) {
  if (checks.length === 0) return null;
  return (
    <SettingGroup title={title}>
      <ul>{checks.map((check) => <CheckRow key={check.id} check={check} now_ms={now_ms} />)}</ul>
    </SettingGroup>
  );
}

const bySeverity = (a: Check, b: Check) => severity.indexOf(a.state) - severity.indexOf(b.state) || b.points - a.points;

function Lists({ checkup }: { readonly checkup: Checkup }) {
  const [tab, setTab] = useState('open');
  const now_ms = Date.now();
  const sorted = checkup.checks.toSorted(bySeverity);
  const first = checkup.next.slice(0, 3);
  const rest = sorted.filter((check) => isOpen(check) && !first.includes(check.id));
  const groups = [...new Set(checkup.checks.map((check) => check.group))];
  return (
    <Tabs label="Which checks" value={tab} onChange={setTab} tabs={[{ id: 'open', text: `To do (${sorted.filter(isOpen).length})` }, { id: 'all', text: `All ${checkup.checks.length}` }, { id: 'trend', text: 'Trend' }]}>
      <div className={styles.lists}>
        {tab === 'open' && sorted.every((check) => !isOpen(check)) && <EmptyState title="Nothing to do">Every check passes, does not apply, or is an accepted risk.</EmptyState>}
        {tab === 'open' && (
          <>
            <CheckList title="Do this first" checks={sorted.filter((check) => first.includes(check.id))} now_ms={now_ms} />
            <CheckList title="Then" checks={rest} now_ms={now_ms} />
            <CheckList title="Accepted risks" checks={sorted.filter((check) => check.state === 'accepted-risk')} now_ms={now_ms} />
            <Fixes now_ms={now_ms} />
          </>
        )}
        {tab === 'all' && groups.map((group) => <CheckList key={group} title={group} checks={sorted.filter((check) => check.group === group)} now_ms={now_ms} />)}
        {tab === 'trend' && <Trend />}
      </div>
    </Tabs>
  );
}

export default function CheckupPage() {
  const checkup = useCheckup();
  return (
    <AdminPage title="Security check-up" lead="Whether this installation is safe now, what shows it, and what to do first.">
      {checkup.isPending ? (
        <Skeleton rows={12} />
      ) : checkup.isError ? (
        <ErrorState what="The check-up" error={checkup.error} onRetry={() => void checkup.refetch()} />
      ) : (
        <>
          <Head checkup={checkup.data} />
          <Lists checkup={checkup.data} />
        </>
      )}
    </AdminPage>
  );
}
