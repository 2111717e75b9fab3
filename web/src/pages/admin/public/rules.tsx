import { useState } from 'react';
import { Button } from '../../../components/button';
import { Choice } from '../../../components/choice';
import { ErrorState, Notice, Skeleton } from '../../../components/states';
import { refusalWords } from '../../../lib/refusal';
import { dayWords } from '../../../lib/words';
import { whatWords } from '../../../public-reports/model';
import { useGrants, useReminder, type PublicState } from '../../../public-reports/use-public-reports';
import { Setting, SettingGroup } from '../admin-page';
import { useSettingChanges } from '../system/setting-row';
import { useSaveSettings, useSettings, type SystemSetting } from '../system/use-settings';
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
const landingKey = `${feature}.landing`;

/** What opens for those who come without signing in. It changes nothing of what is public. */
function Landing({ setting }: { readonly setting: SystemSetting }) {
  const grants = useGrants();
  const save = useSaveSettings();
  const problem = refusalWords(save.error);
  const open = (grants.data ?? []).filter((grant) => grant.channel === 'open' && (grant.state === 'active' || String(grant.id) === setting.value));
  const known = setting.value === '0' || open.some((grant) => String(grant.id) === setting.value);
  const options = [
    { id: '0', text: 'The sign-in page' },
    ...open.map((grant) => ({ id: String(grant.id), text: `${grant.siteName}: ${whatWords(grant.what, grant.reports.length, grant.dashboard)}${grant.state === 'active' ? '' : ' (not public now)'}` })),
    ...(known ? [] : [{ id: setting.value, text: `Grant ${setting.value} (not public now)` }]),
  ];
  return (
    <>
      <Setting title={setting.title} text="Under the address of this server. It only says what opens first: what is public stays so either way, also for programs. While the chosen page is not public the sign-in page opens.">
        <Choice label={setting.title} bare options={options} value={setting.value} onChange={(id) => save.mutate({ [landingKey]: id })} isDisabled={save.isPending} />
      </Setting>
      {problem && <Notice tone="danger">{problem}</Notice>}
    </>
  );
}

/** Robots, how long answers are kept, how many may be asked for, who must agree: the rules for all that is public. */
export function Rules() {
  const settings = useSettings();
  const { rowOf, bar } = useSettingChanges();
  if (settings.isPending) return <Skeleton rows={6} />;
  if (settings.isError) return <ErrorState what="The rules" error={settings.error} onRetry={() => void settings.refetch()} />;
  const own = settings.data.filter((group) => group.feature === feature).flatMap((group) => group.settings);
  const landing = own.find((setting) => setting.key === landingKey);
  if (own.length === 0) return null;
  return (
    <>
      <SettingGroup title="Rules for all that is public">
        {landing && <Landing setting={landing} />}
        {own.filter((setting) => setting !== landing).map(rowOf)}
      </SettingGroup>
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
