import { Label, Text, TextArea, TextField } from 'react-aria-components';
import { Checkbox } from '../../../components/checkbox';
import { Choice } from '../../../components/choice';
import { Field } from '../../../components/field';
import { ErrorState } from '../../../components/states';
import { readOrigins, whats, type Draft, type What } from '../../../public-reports/model';
import { categoryWords } from '../../../viewer/figures';
import { useDashboards, type OptionReport, type Options } from '../../../public-reports/use-public-reports';
import field from '../../../components/field.module.css';
import styles from './public-page.module.css';

/** What is typed, before it is read. */
export interface Typed {
  readonly draft: Draft;
  readonly months: string;
  readonly visitsMin: string;
  readonly days: string;
  readonly origins: string;
}

export const typedOf = (draft: Draft): Typed => ({ draft, months: String(draft.months), visitsMin: String(draft.visitsMin), days: String(draft.expiresInDays), origins: draft.origins.join('\n') });

export const firstDraft = (options: Options): Draft => ({
  what: 'dashboard', reports: [], idDashboard: '0', shows: [], months: options.monthsDefault, segment: '', visitsMin: options.visitsMinDefault, channel: 'link', origins: [], expiresInDays: options.daysDefault,
});

const whole = (text: string, min: number, max: number): number | undefined => {
  const number = Number(text);
  return text.trim() !== '' && Number.isInteger(number) && number >= min && number <= max ? number : undefined;
};

export interface Reading {
  readonly draft: Draft | undefined;
  readonly problems: Readonly<Partial<Record<'months' | 'visitsMin' | 'days' | 'origins' | 'reports', string>>>;
}

/** The draft of what was typed, or what is wrong with it by field. */
export function readTyped(typed: Typed, options: Options, withEnd: boolean): Reading {
  const { draft } = typed;
  const months = whole(typed.months, 1, options.monthsMax);
  const visitsMin = whole(typed.visitsMin, 0, options.visitsMinMax);
  const days = whole(typed.days, draft.channel === 'open' ? 0 : 1, options.daysMax);
  const { origins, wrong } = readOrigins(typed.origins);
  const listed = draft.what === 'reports' || draft.what === 'widgets';
  const problems = {
    ...(months === undefined && { months: `A whole number from 1 to ${options.monthsMax}.` }),
    ...(visitsMin === undefined && { visitsMin: `A whole number from 0 to ${options.visitsMinMax}.` }),
    ...(withEnd && days === undefined && { days: draft.channel === 'open' ? `From 1 to ${options.daysMax}, or 0 for no end.` : `From 1 to ${options.daysMax}.` }),
    ...(wrong.length > 0 && { origins: `“${wrong[0]}” is no address of a site, like https://www.example.org.` }),
    ...(listed && draft.reports.length === 0 && { reports: 'Choose at least one.' }),
  };
  if (Object.keys(problems).length > 0 || months === undefined || visitsMin === undefined) return { draft: undefined, problems };
  return { draft: { ...draft, months, visitsMin, expiresInDays: days ?? 0, origins, reports: listed ? draft.reports : [] }, problems };
}

const whatTexts: Readonly<Record<What, string>> = { site: 'The whole site: every report that may be public', dashboard: 'A dashboard', reports: 'Reports that I choose', widgets: 'Widgets for other pages' };
const channelOptions = [
  { id: 'link', text: 'Whoever has a secret link' },
  { id: 'password', text: 'Whoever has a link and its password' },
  { id: 'open', text: 'Everybody, under an open address' },
];

function ReportBoxes({ options, draft, onChange }: { readonly options: Options; readonly draft: Draft; readonly onChange: (reports: readonly string[]) => void }) {
  const groups = new Map<string, OptionReport[]>();
  for (const report of options.reports) {
    const category = categoryWords(report.category);
    groups.set(category, [...(groups.get(category) ?? []), report]);
  }
  const nameOf = (id: string) => options.shows.find((one) => one.id === id)?.name.toLowerCase() ?? id;
  const toggle = (method: string, on: boolean) => onChange(on ? [...draft.reports, method] : draft.reports.filter((one) => one !== method));
  return (
    <div className={styles.boxes} role="group" aria-label="Reports that are shown" tabIndex={0}>
      {[...groups].map(([category, some]) => [
        <p key={category} className={styles.category}>{category}</p>,
        ...some.map((report) => (
          <Checkbox
            key={report.method}
            isSelected={draft.reports.includes(report.method)}
            onChange={(on) => toggle(report.method, on)}
            isDisabled={report.needs !== '' && !draft.shows.includes(report.needs)}
            {...(report.needs !== '' && !draft.shows.includes(report.needs) ? { hint: `Only with “${nameOf(report.needs)}” below` } : {})}
          >
            {report.name}
          </Checkbox>
        )),
      ])}
    </div>
  );
}

interface DashboardProps {
  readonly value: string;
  /** The one that was confirmed before, which may stay as it was. */
  readonly kept: string | undefined;
  readonly onChange: (id: string) => void;
}

/** The reports that stand on it now: what is put on it later is not shown before somebody confirms that too. */
function DashboardChoice({ value, kept, onChange }: DashboardProps) {
  const dashboards = useDashboards();
  const own = (dashboards.data ?? []).map(({ id, name }) => ({ id, text: kept === undefined ? `My dashboard “${name}”` : `My dashboard “${name}” as it is now` }));
  const options = [...(kept === undefined ? [] : [{ id: '', text: `${kept}, as it was confirmed` }]), { id: '0', text: 'The first page of the site' }, ...own];
  return (
    <>
      <Choice label="Which dashboard" options={options} value={value} onChange={onChange} />
      <p className={field.hint}>Strangers see the reports that stand on it now, without those that can never be public.</p>
      {dashboards.isError && <ErrorState what="Your dashboards" error={dashboards.error} onRetry={() => void dashboards.refetch()} />}
    </>
  );
}

interface Props {
  readonly options: Options;
  readonly typed: Typed;
  readonly problems: Reading['problems'];
  readonly onChange: (typed: Typed) => void;
  /** An existing grant keeps its end: it is renewed by itself. */
  readonly withEnd: boolean;
  /** The dashboard that was confirmed before. */
  readonly kept?: string | undefined;
}

/** What is shown, to whom, and how much of it. Everything starts at its narrowest. */
export function DraftFields({ options, typed, problems, onChange, withEnd, kept }: Props) {
  const { draft } = typed;
  const set = (part: Partial<Draft>) => onChange({ ...typed, draft: { ...draft, ...part } });
  const listed = draft.what === 'reports' || draft.what === 'widgets';
  const show = (id: string, on: boolean) => set({ shows: on ? [...draft.shows, id] : draft.shows.filter((one) => one !== id) });
  return (
    <>
      <Choice label="What is shown" options={whats.map((id) => ({ id, text: whatTexts[id] }))} value={draft.what} onChange={(what) => set({ what: what as What })} />
      {draft.what === 'dashboard' && <DashboardChoice value={draft.idDashboard} kept={kept} onChange={(idDashboard) => set({ idDashboard })} />}
      {listed && <ReportBoxes options={options} draft={draft} onChange={(reports) => set({ reports })} />}
      {problems.reports && <p className={field.error} role="alert">{problems.reports}</p>}
      <Choice label="Who sees it" options={channelOptions} value={draft.channel} onChange={(channel) => set({ channel: channel as Draft['channel'] })} />
      <div role="group" aria-labelledby="also-shown">
        <p id="also-shown" className={field.label}>Shown only when ticked</p>
        {options.shows.map((one) => (
          <Checkbox key={one.id} isSelected={draft.shows.includes(one.id)} onChange={(on) => show(one.id, on)} hint={one.doc}>{one.name}</Checkbox>
        ))}
      </div>
      <div className={styles.pair}>
        <Field label="Months that can be looked back" inputMode="numeric" value={typed.months} onChange={(months) => onChange({ ...typed, months })} error={problems.months} />
        <Field label="Rows with fewer visits are hidden" inputMode="numeric" value={typed.visitsMin} onChange={(visitsMin) => onChange({ ...typed, visitsMin })} error={problems.visitsMin} hint="They are added up as “Others”." />
      </div>
      <Field label="Segment (may stay empty)" isCode placeholder="countryCode==de" value={draft.segment} onChange={(segment) => set({ segment })} hint="Strangers see these visits only, and cannot change it." />
      <TextField value={typed.origins} onChange={(origins) => onChange({ ...typed, origins })} isInvalid={problems.origins !== undefined} className={field.field ?? ''}>
        <Label className={field.label ?? ''}>Pages that may show it inside them (may stay empty)</Label>
        <TextArea rows={2} className={`${field.input} ${styles.lines}`} placeholder="https://www.example.org" spellCheck={false} />
        {problems.origins ? <Text slot="description" className={field.error ?? ''}>{problems.origins}</Text> : <Text slot="description" className={field.hint ?? ''}>One a line. Empty: no other page can.</Text>}
      </TextField>
      {withEnd && (
        <Field
          label="Days until it ends"
          inputMode="numeric"
          value={typed.days}
          onChange={(days) => onChange({ ...typed, days })}
          error={problems.days}
          hint={draft.channel === 'open' ? `At most ${options.daysMax}. 0: no end, but it is to be confirmed again every 90 days.` : `At most ${options.daysMax}.`}
        />
      )}
    </>
  );
}
