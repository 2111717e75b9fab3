import type { ReactNode } from 'react';
import { ApiError } from '../../api/generated';
import { Columns } from '../../charts/columns';
import { Pulse } from '../../charts/pulse';
import { Sparkline } from '../../charts/sparkline';
import { TimeGraph, type GraphPoint } from '../../charts/time-graph';
import { BarList } from '../../components/bar-list';
import { Button, IconButton } from '../../components/button';
import { Card } from '../../components/card';
import { Change } from '../../components/change';
import { Checkbox } from '../../components/checkbox';
import { Choice } from '../../components/choice';
import { CodeField } from '../../components/code-field';
import { CopyCode } from '../../components/copy-code';
import { Field, PasswordField, SearchBox } from '../../components/field';
import { Mark } from '../../components/mark';
import { NotCompared } from '../../components/not-compared';
import { RecoveryCodes } from '../../components/recovery-codes';
import { RuleList } from '../../components/rule-list';
import { EmptyState, ErrorState, Notice, Skeleton, SkeletonBlock } from '../../components/states';
import { Tabs } from '../../components/tabs';
import { Secret } from '../../factors/totp-setup';
import { PartError } from '../../lib/lazy-part';
import { useTitle } from '../../lib/screen';
import type { PublicState } from '../../public-reports/use-public-reports';
import { StateCard } from '../admin/public/state-card';
import { Settings } from 'lucide-react';
import styles from './components-page.module.css';

const nothing = () => undefined;
const wave = (at: number, phase: number) => Math.round(400 + 160 * Math.sin(at / 2.4 + phase) + at * 6);
const points: GraphPoint[] = Array.from({ length: 24 }, (_, at) => ({
  key: `2026-10-${String(at + 1).padStart(2, '0')}`,
  value: wave(at, 0),
  before: { key: `2026-09-${String(at + 1).padStart(2, '0')}`, value: wave(at, 1.6) },
  open: at === 23,
}));
const failure = new ApiError(500, 'engine_failed', 'the question could not be answered', 'GET /api/v1/methods/VisitsSummary.get');
const hostile = '<img src=x onerror=alert(1)>';
const long = '/an-address/that-somebody-thought-would-be-good-for-search-engines/and-nobody-will-ever-type.html';
const bars = [
  { id: '1', label: 'Direct entry', share: 1, value: '45,101', change: 0.1, onPress: nothing },
  { id: '2', label: long, share: 0.62, value: '28,004', change: -0.24, onPress: nothing },
  { id: '3', label: hostile, share: 0.2, value: '9,000', change: 0 },
  { id: '4', label: 'Not comparable', share: 0.004, value: '3', change: undefined },
];

const nothingPublic: PublicState = {
  switch: 'on', active: 0, sites: [], pending: 0, paused: 0, mailWorks: true, mailFault: '', twoPeople: true, superusers: 2,
  reminder: { every: 'weekly', mayBeOff: true, last_s: undefined, next_s: undefined, alarm: false }, alertsFailed: 0, maySwitch: true, mayActivate: true, needsFactor: '',
};
const publicStates: readonly PublicState[] = [nothingPublic, { ...nothingPublic, active: 2, sites: ['Aizome', long] }, { ...nothingPublic, switch: 'off' }, { ...nothingPublic, switch: 'forbidden' }];

interface Part {
  readonly name: string;
  readonly show: (theme: string) => ReactNode;
}

const parts: readonly Part[] = [
  { name: 'Mark', show: () => <div className={styles.line}><Mark size_px={20} /><Mark size_px={32} /><Mark size_px={56} /></div> },
  {
    name: 'Text',
    show: () => (
      <div className={styles.stack}>
        <h1>Heading of a page, 20</h1>
        <h2>Heading of a card, 14</h2>
        <p>Body text, 14, with a <a href="#link">link</a> and <code>code</code>.</p>
      </div>
    ),
  },
  {
    name: 'Buttons',
    show: () => (
      <div className={styles.stack}>
        {(['primary', 'outline', 'quiet', 'danger'] as const).map((look) => (
          <div key={look} className={styles.line}>
            <Button look={look}>{look}</Button>
            <Button look={look} isDisabled>{look}, disabled</Button>
            <Button look={look} isPending>{look}, pending</Button>
          </div>
        ))}
        <div className={styles.line}>
          <IconButton label="Settings"><Settings size={16} aria-hidden /></IconButton>
          <IconButton label="Settings, small" size="small"><Settings size={16} aria-hidden /></IconButton>
          <IconButton label="Settings, disabled" isDisabled><Settings size={16} aria-hidden /></IconButton>
        </div>
      </div>
    ),
  },
  {
    name: 'Fields',
    show: () => (
      <div className={styles.stack}>
        <Field label="Name" value="" onChange={nothing} placeholder="https://example.org" hint="One sentence of help." />
        <Field label="Name, wrong" value="x" onChange={nothing} error="This name is taken, choose another." />
        <Field label="Name, disabled" value="Aizome" onChange={nothing} isDisabled />
        <PasswordField label="Password" value="secret words" onChange={nothing} />
        <SearchBox label="Search" value="" onChange={nothing} />
        <SearchBox label="Search, with words" value="indigo" onChange={nothing} />
        <Choice label="Choice" options={[{ id: 'a', text: 'View' }, { id: 'b', text: 'Write' }]} value="a" onChange={nothing} />
        <Choice label="Choice, disabled" options={[{ id: 'a', text: 'View' }]} value="a" onChange={nothing} isDisabled />
      </div>
    ),
  },
  {
    name: 'Checkboxes',
    show: () => (
      <div>
        <Checkbox isSelected={false} onChange={nothing}>Not chosen</Checkbox>
        <Checkbox isSelected onChange={nothing} hint="One sentence of help.">Chosen</Checkbox>
        <Checkbox isSelected isDisabled onChange={nothing}>Chosen, disabled</Checkbox>
      </div>
    ),
  },
  {
    name: 'Codes',
    show: () => (
      <div className={styles.stack}>
        <CodeField label="Code" value="" onChange={nothing} hint="Six digits, new every 30 seconds." />
        <CodeField label="Code, wrong" value="012345" onChange={nothing} error="This code is not right. Type the newest one." />
      </div>
    ),
  },
  { name: 'Secret', show: (theme) => <Secret label={`Secret in ${theme}`} start={{ secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', picture: '/mark.svg' }} /> },
  { name: 'Recovery codes', show: () => <RecoveryCodes login="mariko" codes={['AAAA-BBBB-CCCC-DDDD', 'EEEE-FFFF-GGGG-HHHH']} onKept={nothing} /> },
  {
    name: 'Rules',
    show: () => (
      <RuleList rules={[{ id: 'a', text: 'Not looked at yet', met: undefined }, { id: 'b', text: 'Met', met: true }, { id: 'c', text: 'Not met, in words that are long enough to need a second line on a phone', met: false }]} />
    ),
  },
  { name: 'Change', show: () => <div className={styles.line}><Change change={0.12} /><Change change={-0.07} /><Change change={0} /><Change change={0.3} good="down" /><Change change={-0.3} good="neither" /><Change change={42} /></div> },
  { name: 'Bars', show: () => <BarList label="Bars" bars={bars} showChange /> },
  {
    name: 'Tabs',
    show: () => (
      <Tabs label="Tabs" tabs={[{ id: 'a', text: 'Chosen' }, { id: 'b', text: 'Other' }, { id: 'c', text: 'A third one' }]} value="a" onChange={nothing}>
        <p>Content</p>
      </Tabs>
    ),
  },
  { name: 'Graph', show: () => <TimeGraph label="Visits by day" points={points} format="count" good="up" height_px={220} /> },
  { name: 'Graph of one point', show: () => <TimeGraph label="Visits by day" points={points.slice(0, 1)} format="count" good="up" height_px={140} /> },
  { name: 'Graph of a rate', show: () => <TimeGraph label="Bounce rate" points={points.map((point, at) => ({ key: point.key, value: 0.3 + 0.2 * Math.sin(at) }))} format="share" good="down" height_px={160} /> },
  { name: 'Columns', show: () => <Columns label="Visits by hour" unit="visits" columns={Array.from({ length: 24 }, (_, hour) => ({ id: String(hour), label: String(hour).padStart(2, '0'), value: wave(hour, 2) }))} /> },
  { name: 'Sparkline and pulse', show: () => <div className={styles.stack}><Sparkline values={points.map((point) => point.value)} /><Pulse minutes={[0, 2, 3, 0, 5, 9, 4, 1, 0, 0, 3, 6]} /><Pulse minutes={[0, 0, 0, 0, 0, 0, 0, 0]} /></div> },
  { name: 'Loading', show: () => <><Skeleton rows={3} /><SkeletonBlock height_px={60} /></> },
  { name: 'Empty', show: () => <EmptyState title="No visits yet" action={<Button>Add the code</Button>}>Put the tracking code on your site.</EmptyState> },
  { name: 'Partial', show: () => <div className={styles.stack}><Notice>Bars count the newest 200 visits.</Notice><Notice tone="warn">Older visits could not be loaded.</Notice><Notice tone="safe">The first visit is here.</Notice><Notice tone="danger">Login or password is not right.</Notice></div> },
  { name: 'Error', show: () => <ErrorState what="The countries" error={failure} onRetry={nothing} /> },
  { name: 'Part that did not arrive', show: () => <ErrorState what="This page" error={new PartError(failure)} onRetry={nothing} after="The server still does not answer." /> },
  { name: 'Not compared', show: () => <NotCompared before={{ isError: true }} /> },
  { name: 'Card', show: (theme) => <Card title={`Card in ${theme}`} foot={<span>Foot</span>}>Full of something.</Card> },
  { name: 'Code', show: (theme) => <CopyCode label={`Code in ${theme}`} code={'<script>\n  var _paq = window._paq || [];\n</script>'} /> },
  {
    name: 'What is public',
    show: () => (
      <div className={styles.stack}>
        {publicStates.map((state, at) => <StateCard key={at} state={state} superuser onPauseAll={nothing} />)}
      </div>
    ),
  },
];

const themes = ['light', 'dark'] as const;

/** Every part in every state, in both themes beside each other. Development only. */
export default function ComponentsPage() {
  useTitle('Parts');
  return (
    <main className={styles.page}>
      {themes.map((theme) => (
        <div key={theme} className={styles.theme} data-scheme={theme}>
          {parts.map((part) => (
            <section key={part.name} className={styles.part} aria-label={`${part.name}, ${theme}`}>
              <h2 className={styles.name}>{part.name}</h2>
              {part.show(theme)}
            </section>
          ))}
        </div>
      ))}
    </main>
  );
}
