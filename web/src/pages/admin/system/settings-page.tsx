import { useState, type FormEvent } from 'react';
import { Input, Switch, TextArea, TextField } from 'react-aria-components';
import { useSession } from '../../../api/session';
import { Button } from '../../../components/button';
import { ChangeBar } from '../../../components/change-bar';
import { Choice } from '../../../components/choice';
import { Field, SearchBox } from '../../../components/field';
import { EmptyState, ErrorState, Notice, Skeleton } from '../../../components/states';
import { refusalWords } from '../../../lib/refusal';
import { AdminPage, SettingGroup } from '../admin-page';
import { useSaveSettings, useSettings, useTestMail, type SettingsOfFeature, type SystemSetting } from './use-settings';
import field from '../../../components/field.module.css';
import styles from './settings-page.module.css';

interface ControlProps {
  readonly setting: SystemSetting;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

const sentence = (option: string): string => (option === '' ? 'None' : option.charAt(0).toUpperCase() + option.slice(1));
/** Lists are stored with commas and written one entry a line. */
const linesOf = (text: string): string => text.split(',').map((entry) => entry.trim()).join('\n');

function SettingControl({ setting, value, onChange }: ControlProps) {
  const label = setting.title;
  switch (setting.control) {
    case 'checkbox':
      return (
        <>
          <Switch aria-label={label} isSelected={value === '1'} onChange={(on) => onChange(on ? '1' : '0')} className={styles.switch ?? ''}>
            <span className={styles.track}><span className={styles.knob} /></span>
          </Switch>
          <span className={styles.state} aria-hidden>{value === '1' ? 'On' : 'Off'}</span>
        </>
      );
    case 'select':
      return <Choice label={label} bare options={setting.options.map((option) => ({ id: option, text: sentence(option) }))} value={value} onChange={onChange} />;
    case 'lines':
      return (
        <TextField aria-label={label} value={linesOf(value)} onChange={onChange} className={styles.whole ?? ''}>
          <TextArea rows={3} className={`${field.input} ${styles.lines}`} spellCheck={false} placeholder="One a line" />
        </TextField>
      );
    default:
      return (
        <TextField aria-label={label} value={value} onChange={onChange} type={setting.secret ? 'password' : 'text'} className={styles.whole ?? ''}>
          <Input className={field.input ?? ''} inputMode={setting.control === 'number' ? 'numeric' : undefined} autoComplete="off" spellCheck={false} />
        </TextField>
      );
  }
}

const shown = (setting: SystemSetting): string => {
  if (setting.control === 'checkbox') return setting.default === '1' ? 'on' : 'off';
  return setting.default === '' ? 'empty' : setting.default;
};

interface RowProps extends ControlProps {
  readonly isChanged: boolean;
  readonly onReset: () => void;
}

function SettingRow({ setting, value, isChanged, onChange, onReset }: RowProps) {
  const stored = setting.secret ? 'Set, and kept encrypted' : `The default is ${shown(setting)}`;
  const origin = setting.isDefault ? 'The default' : stored;
  return (
    <div className={styles.row} data-wide={setting.control === 'lines' || undefined}>
      <div>
        <h3>{setting.title}</h3>
        <p className={styles.doc}>{setting.doc}</p>
        <p className={styles.origin}>
          {isChanged ? 'Not saved yet' : origin}
          {!setting.isDefault && !isChanged && <Button look="quiet" onPress={onReset} aria-label={`Put back the default of ${setting.title}`}>Put back</Button>}
        </p>
      </div>
      <div className={styles.control}><SettingControl setting={setting} value={value} onChange={onChange} /></div>
    </div>
  );
}

function TestMail() {
  const { email } = useSession();
  const [address, setAddress] = useState(email);
  const test = useTestMail();
  const problem = refusalWords(test.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    test.mutate(address);
  };
  return (
    <form className={styles.test} onSubmit={submit}>
      <Field label="Try it: send a mail to" type="email" isRequired value={address} onChange={setAddress} />
      <Button type="submit" isPending={test.isPending}>{test.isPending ? 'Sending…' : 'Send a test mail'}</Button>
      {problem && <Notice tone="danger">{problem}</Notice>}
      {test.isSuccess && <Notice tone="safe">The mail is on its way to {address}. Look whether it arrives.</Notice>}
    </form>
  );
}

type Changes = Readonly<Record<string, string | null>>;

function found(groups: readonly SettingsOfFeature[], text: string): SettingsOfFeature[] {
  const wanted = text.trim().toLowerCase();
  const holds = (setting: SystemSetting) => `${setting.title} ${setting.doc} ${setting.key}`.toLowerCase().includes(wanted);
  return groups.map((group) => ({ ...group, settings: group.settings.filter(holds) })).filter((group) => group.settings.length > 0);
}

export default function SettingsPage() {
  const settings = useSettings();
  const [changes, setChanges] = useState<Changes>({});
  const [text, setText] = useState('');
  const save = useSaveSettings();
  const change = (setting: SystemSetting, value: string | null) => {
    const { [setting.key]: _before, ...others } = changes;
    setChanges(value === setting.value ? others : { ...others, [setting.key]: value });
  };
  const valueOf = (setting: SystemSetting) => {
    const changed = changes[setting.key];
    return changed === undefined ? setting.value : (changed ?? setting.default);
  };
  const count = Object.keys(changes).length;
  const groups = found(settings.data ?? [], text);
  return (
    <AdminPage title="General settings" lead="What holds for the whole installation. Changes of security settings are mailed to every superuser.">
      {settings.isPending ? (
        <Skeleton rows={12} />
      ) : settings.isError ? (
        <ErrorState what="The settings" error={settings.error} onRetry={() => void settings.refetch()} />
      ) : (
        <>
          <SearchBox main label="Search in the settings" value={text} onChange={setText} />
          {groups.length === 0 && <EmptyState title="No setting like that" action={<Button onPress={() => setText('')}>Show all</Button>} />}
          {groups.map((group) => (
            <SettingGroup key={group.feature} title={group.title}>
              {group.settings.map((setting) => (
                <SettingRow
                  key={setting.key}
                  setting={setting}
                  value={valueOf(setting)}
                  isChanged={setting.key in changes}
                  onChange={(value) => change(setting, value)}
                  onReset={() => change(setting, null)}
                />
              ))}
              {group.feature === 'CoreAdminHome' && <TestMail />}
            </SettingGroup>
          ))}
        </>
      )}
      {count > 0 && (
        <ChangeBar
          count={count}
          isPending={save.isPending}
          error={save.error}
          onUndo={() => setChanges({})}
          onSave={() => save.mutate(changes, { onSuccess: () => setChanges({}) })}
        />
      )}
    </AdminPage>
  );
}
