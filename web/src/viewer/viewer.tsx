import type { CalendarDate } from '@internationalized/date';
import { useState } from 'react';
import { Mark } from '../components/mark';
import { EmptyState } from '../components/plain-states';
import { siteToday, spanOf, type PeriodChoice } from '../lib/dates';
import { overviewOf, sectionsOf, standing } from './figures';
import { beginning, clamped, dayOf } from './period';
import { PeriodLine } from './period-line';
import { ReportPart } from './report-part';
import type { Info, Source, ViewerReport } from './source';
import card from '../components/card.module.css';
import styles from './viewer.module.css';

/** More reports than this are shown by category. */
const together_max = 8;
const overviewName = 'Overview';

interface Tab {
  readonly name: string;
  readonly reports: readonly ViewerReport[];
}

/** What is shown at a time: all of a few reports; of many an overview and then a category each. */
function tabsOf(all: readonly ViewerReport[]): Tab[] {
  const reports = standing(all);
  const totalsFirst = (some: readonly ViewerReport[]) => some.toSorted((one, other) => Number(other.kind === 'totals') - Number(one.kind === 'totals'));
  if (reports.length <= together_max) return [{ name: overviewName, reports: totalsFirst(reports) }];
  const byMethod = new Map(reports.map((report) => [report.method, report]));
  const found = (methods: readonly string[]) => methods.flatMap((method) => byMethod.get(method) ?? []);
  const first = found(overviewOf([...byMethod.keys()]));
  const sections = sectionsOf(reports).map((section) => ({ name: section.name, reports: totalsFirst(found(section.methods)) }));
  return first.length > 0 ? [{ name: overviewName, reports: first }, ...sections] : sections;
}

/** The reports of each column of a dashboard. */
function boardOf(columns: readonly (readonly string[])[], reports: readonly ViewerReport[]): ViewerReport[][] {
  const byMethod = new Map(reports.map((report) => [report.method, report]));
  return columns.map((column) => column.flatMap((method) => byMethod.get(method) ?? [])).filter((column) => column.length > 0);
}

const noteDay = (date: string): string => dayOf(date)?.toDate('UTC').toLocaleDateString(undefined, { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' }) ?? date;

/** What was written down beside the days that are looked at. */
function Notes({ notes, choice, now }: { readonly notes: Info['notes']; readonly choice: PeriodChoice; readonly now: CalendarDate }) {
  const { start, end } = spanOf(choice, now);
  const shown = notes.filter((note) => note.date >= start.toString() && note.date <= end.toString());
  if (shown.length === 0) return null;
  return (
    <section className={`${card.card} ${styles.card}`} aria-label="Annotations">
      <header className={card.head}><h2>Annotations</h2></header>
      <ul className={`${card.body} ${styles.notes}`}>
        {shown.map((note, at) => <li key={`${note.date} ${at}`}><time dateTime={note.date} className={styles.unit}>{noteDay(note.date)}</time> {note.starred ? <strong>{note.text}</strong> : note.text}</li>)}
      </ul>
    </section>
  );
}

interface Props {
  readonly info: Info;
  readonly source: Source;
  /** Shows this report alone, as inside another page. */
  readonly only?: string | undefined;
  readonly period?: string | undefined;
  readonly date?: string | undefined;
  readonly onPeriod?: (choice: PeriodChoice) => void;
  /** Inside a page of the application, which has its own head. */
  readonly isInside?: boolean;
}

/** What a stranger sees: the public page, the widget inside another page, and the preview of both. */
export function Viewer({ info, source, only, period, date, onPeriod, isInside = false }: Props) {
  const now = siteToday(info.timezone);
  const [choice, setChoice] = useState(() => clamped(beginning(info, period, date, now), info, now));
  const [tab, setTab] = useState(0);
  const change = (next: PeriodChoice) => {
    setChoice(next);
    onPeriod?.(next);
  };
  const Title = isInside ? 'p' : 'h1';
  const Main = isInside ? 'div' : 'main';
  const looked = { source, info, choice, now };
  const line = <PeriodLine choice={choice} info={info} now={now} onChange={change} />;
  const one = only === undefined ? undefined : info.reports.find((report) => report.method === only);
  if (only !== undefined) {
    return (
      <Main className={styles.widget} data-inside={isInside || undefined}>
        {!isInside && <h1 className="hidden-text">{info.siteName}</h1>}
        {one ? <ReportPart report={one} looked={looked} /> : <EmptyState title="This report is not public" />}
        <footer className={styles.widgetFoot}><span className={styles.site}>{info.siteName}</span>{line}</footer>
      </Main>
    );
  }
  const board = info.dashboard && boardOf(info.dashboard.columns, info.reports);
  const tabs = board ? [] : tabsOf(info.reports);
  const shown = tabs[tab] ?? tabs[0];
  return (
    <div className={styles.page} data-inside={isInside || undefined}>
      <header className={styles.head}>
        <Mark size_px={28} />
        <Title className={styles.title}>
          {info.siteName}
          {info.dashboard && <span className={styles.of}>{info.dashboard.name}</span>}
        </Title>
        {line}
        {info.signIn && !isInside && window.self === window.top && <a className={`${styles.button} ${styles.signIn}`} href="/login">Sign in</a>}
      </header>
      {tabs.length > 1 && (
        <nav className={styles.tabs} aria-label="Reports">
          {tabs.map((one_tab, at) => (
            <button key={one_tab.name} type="button" className={styles.tab} aria-current={at === tab ? 'true' : undefined} onClick={() => setTab(at)}>{one_tab.name}</button>
          ))}
        </nav>
      )}
      {board ? (
        <Main className={styles.board} style={{ '--columns': board.length } as React.CSSProperties}>
          {board.map((column, at) => (
            <div key={at} className={styles.column}>{column.map((report) => <ReportPart key={report.method} report={report} looked={looked} />)}</div>
          ))}
        </Main>
      ) : (
        <Main className={styles.parts}>
          {shown && shown.reports.length > 0 ? shown.reports.map((report) => <ReportPart key={report.method} report={report} looked={looked} />) : <EmptyState title="There is nothing to see here yet" />}
        </Main>
      )}
      <Notes notes={info.notes} choice={choice} now={now} />
      <footer className={styles.foot}>Numbers of few visits are left out or added up, so that nobody can be recognised. Measured with Makoto.</footer>
    </div>
  );
}
