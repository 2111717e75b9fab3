import { useState } from 'react';
import { Button } from '../../../components/button';
import { Choice } from '../../../components/choice';
import { ErrorState, Notice, Skeleton } from '../../../components/states';
import { refusalWords } from '../../../lib/refusal';
import { dayWords } from '../../../lib/words';
import { useReminder, type PublicState } from '../../../public-reports/use-public-reports';
import { Setting, SettingGroup } from '../admin-page';
import { useSettingChanges } from '../system/setting-row';
import { useSettings } from '../system/use-settings';
import { SwitchDialog } from './act-dialogs';
import styles from './public-page.module.css';

const rhythms = [{ id: 'weekly', text: 'Every week' }, { id: 'monthly', text: 'Every month' }, { id: 'off', text: 'Never' }];

/** How often the caller is reminded by mail of what is public. */
export function Reminder({ state }: { readonly state: PublicState }) {
  const set = useReminder();
  const problem = refusalWords(set.error);
  const { reminder } = state;
  const options = rhythms.filter((rhythm) => rhythm.id !== 'off' || reminder.mayBeOff || reminder.every === 'off');
  const last = reminder.last_s === undefined ? 'None went out yet' : `The last went out ${dayWords(reminder.last_s, Date.now())}`;
  const next = reminder.next_s === undefined ? '' : `, the next ${dayWords(reminder.next_s, Date.now())}`;
  return (
    <SettingGroup title="Reminder">
      <Setting title="Mail me what is public" text={`A list of every grant with its age, its views and its end. ${last}${next}.${reminder.mayBeOff ? '' : ' While a whole site is public it cannot be turned off.'}`}>
        <Choice label="How often I am reminded" bare options={options} value={reminder.every} onChange={(every) => set.mutate(every)} isDisabled={set.isPending} />
      </Setting>
      {problem && <Notice tone="danger">{problem}</Notice>}
    </SettingGroup>
  );
}

const feature = 'PublicReports';
/** Has its own button, with its own proof. */
const switchKey = `${feature}.publicReports`;

/** Robots, how long answers are kept, how many may be asked for, who must agree: the rules for all that is public. */
export function Rules() {
  const settings = useSettings();
  const { rowOf, bar } = useSettingChanges();
  if (settings.isPending) return <Skeleton rows={6} />;
  if (settings.isError) return <ErrorState what="The rules" error={settings.error} onRetry={() => void settings.refetch()} />;
  const own = settings.data.filter((group) => group.feature === feature).flatMap((group) => group.settings).filter((setting) => setting.key !== switchKey);
  if (own.length === 0) return null;
  return (
    <>
      <SettingGroup title="Rules for all that is public">{own.map(rowOf)}</SettingGroup>
      {bar}
    </>
  );
}

/** The switch of the whole installation stands by itself at the end. */
export function Switch({ state }: { readonly state: PublicState }) {
  const [asking, setAsking] = useState(false);
  if (!state.maySwitch || state.switch === 'forbidden') return null;
  const to = state.switch === 'on' ? 'off' : 'on';
  return (
    <section className={styles.danger} aria-label="The whole installation">
      <div>
        <h2>{to === 'off' ? 'Turn public reports off' : 'Allow public reports'}</h2>
        <p>{to === 'off' ? 'For the whole installation, until a superuser turns them on again. To forbid them for good, set it in the configuration file.' : 'They are off for the whole installation. Nothing becomes public by allowing them.'}</p>
      </div>
      <Button look={to === 'off' ? 'danger' : 'outline'} onPress={() => setAsking(true)}>{to === 'off' ? 'Turn off…' : 'Allow…'}</Button>
      {asking && <SwitchDialog to={to} factor={state.needsFactor} onClose={() => setAsking(false)} />}
    </section>
  );
}
