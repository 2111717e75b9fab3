import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { read } from '../../../api/generated';
import { Button } from '../../../components/button';
import { Field, SearchBox } from '../../../components/field';
import { EmptyState, ErrorState, Skeleton } from '../../../components/states';
import { Tabs } from '../../../components/tabs';
import { cellsOf, listOf } from '../../../lib/rows';
import { AdminPage, SettingGroup } from '../admin-page';
import list from '../list.module.css';
import styles from './facts.module.css';

const detect = read<{ userAgent: string; clientHints: string }, unknown>('DevicesDetection.detect');
const getKnown = read<Record<never, never>, unknown>('DevicesDetection.getKnown');
const shownMax = 300;

function Detected({ userAgent, clientHints }: { readonly userAgent: string; readonly clientHints: string }) {
  const found = useQuery({ queryKey: ['detect', userAgent, clientHints], queryFn: async ({ signal }) => cellsOf(await detect({ userAgent, clientHints }, signal)), staleTime: Infinity });
  if (found.isPending) return <Skeleton rows={6} />;
  if (found.isError) return <ErrorState what="The device" error={found.error} onRetry={() => void found.refetch()} />;
  const facts = [...listOf(found.data.facts), ...listOf(found.data.rules)];
  if (facts.length === 0) return <EmptyState title="No rule knows this device" />;
  return (
    <dl className={`${styles.facts} ${styles.apart}`}>
      {facts.map((fact) => <div key={String(fact.name)}><dt>{String(fact.name)}</dt><dd>{String(fact.value)}</dd></div>)}
    </dl>
  );
}

const kinds = [{ id: 'brand', text: 'Brands' }, { id: 'browser', text: 'Browsers' }, { id: 'system', text: 'Systems' }];

function Known() {
  const [kind, setKind] = useState('brand');
  const [text, setText] = useState('');
  const known = useQuery({ queryKey: ['known-devices'], queryFn: async ({ signal }) => listOf(await getKnown({}, signal)).map((cells) => ({ kind: String(cells.kind), code: String(cells.code), name: String(cells.name) })), staleTime: Infinity });
  if (known.isPending) return <Skeleton rows={8} />;
  if (known.isError) return <ErrorState what="The names" error={known.error} onRetry={() => void known.refetch()} />;
  const fitting = known.data.filter((one) => one.kind === kind && `${one.name} ${one.code}`.toLowerCase().includes(text.toLowerCase()));
  return (
    <Tabs label="Kind" tabs={kinds} value={kind} onChange={setKind}>
      <div className={styles.form}>
        <SearchBox label="Search in the names" value={text} onChange={setText} />
        <p className={list.sub}>{fitting.length.toLocaleString()} known{fitting.length > shownMax && `; the first ${shownMax} are shown`}</p>
        <ul className={styles.names}>{fitting.slice(0, shownMax).map((one) => <li key={one.code}>{one.name} <span className={list.sub}>{one.code}</span></li>)}</ul>
      </div>
    </Tabs>
  );
}

/** Client hints are an object of names and values; anything else would be passed over in silence. */
function hintsProblem(text: string): string | undefined {
  if (text.trim() === '') return undefined;
  try {
    const read: unknown = JSON.parse(text);
    if (typeof read === 'object' && read !== null && !Array.isArray(read)) return undefined;
  } catch {
    // Said below.
  }
  return 'Write them as JSON, like {"mobile":true,"platform":"Android"}, or leave the field empty.';
}

export default function DevicesPage() {
  const own = navigator.userAgent;
  const [agent, setAgent] = useState(own);
  const [hints, setHints] = useState('');
  const [problem, setProblem] = useState<string>();
  const [asked, setAsked] = useState({ agent: own, hints: '' });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found = hintsProblem(hints);
    setProblem(found);
    if (found === undefined) setAsked({ agent, hints });
  };
  return (
    <AdminPage title="Device detection" lead="What the device rules say of your own browser, or of any user agent, and which rule said so.">
      <form className={styles.form} onSubmit={submit}>
        <Field label="User agent" isCode autoComplete="off" value={agent} onChange={setAgent} />
        <Field label="Client hints" hint="As the tracker sends them in uadata (JSON). Leave it empty when there are none." isCode autoComplete="off" error={problem} value={hints} onChange={setHints} />
        <div><Button type="submit" look="primary">Detect</Button></div>
      </form>
      <SettingGroup title="What it is"><Detected userAgent={asked.agent} clientHints={asked.hints} /></SettingGroup>
      <SettingGroup title="What the rules know"><Known /></SettingGroup>
    </AdminPage>
  );
}
