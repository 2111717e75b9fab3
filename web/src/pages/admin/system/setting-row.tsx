import { useState } from 'react';
import { Input, Switch, TextArea, TextField } from 'react-aria-components';
import { Button } from '../../../components/button';
import { ChangeBar } from '../../../components/change-bar';
import { Choice } from '../../../components/choice';
import { lowered } from '../../../lib/words';
import { leftAfter, withChange, type Changes } from './changes';
import { useSaveSettings, type SystemSetting } from './use-settings';
import field from '../../../components/field.module.css';
import styles from './settings-page.module.css';

interface ControlProps {
  readonly setting: SystemSetting;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** Words for options whose names are no words. */
const optionWords: Readonly<Record<string, string>> = {
  exclude_none: 'Keep the whole address',
  exclude_query: 'Without parameters',
  exclude_path: 'Only the host',
  exclude_all: 'Only the kind',
  starttls: 'STARTTLS',
  tls: 'TLS',
  whole_sites: 'For whole sites',
  last7: 'Last 7 days',
  last30: 'Last 30 days',
  lastMonth: 'Last month',
};

const sentence = (option: string): string => optionWords[option] ?? (option === '' ? 'None' : option.charAt(0).toUpperCase() + option.slice(1));
/** Lists are stored with commas and written one entry a line; a line that is being written keeps its end. */
const linesOf = (text: string): string => text.replace(/\s*,\s*/g, '\n');

/** The server shows a mask for a secret: it stays out of the field, so that nothing is typed behind it. Empty means unchanged. */
function SecretControl({ setting, value, onChange }: ControlProps) {
  const typed = value === setting.value ? '' : value;
  return (
    <TextField aria-label={setting.title} value={typed} onChange={(text) => onChange(text === '' ? setting.value : text)} type="password" className={styles.whole ?? ''}>
      <Input className={field.input ?? ''} autoComplete="new-password" spellCheck={false} placeholder={value === '' ? 'Not set' : 'Set. Type to replace it.'} />
    </TextField>
  );
}

function SettingControl({ setting, value, onChange }: ControlProps) {
  const label = setting.title;
  if (setting.secret) return <SecretControl setting={setting} value={value} onChange={onChange} />;
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
        <TextField aria-label={label} value={value} onChange={onChange} className={styles.whole ?? ''}>
          <Input className={field.input ?? ''} inputMode={setting.control === 'number' ? 'numeric' : undefined} autoComplete="off" spellCheck={false} />
        </TextField>
      );
  }
}

const shown = (setting: SystemSetting): string => {
  if (setting.control === 'checkbox') return setting.default === '1' ? 'on' : 'off';
  if (setting.control === 'select') return lowered(sentence(setting.default));
  return setting.default === '' ? 'empty' : setting.default;
};

function originWords(setting: SystemSetting, ofSite: boolean, stored: string): string {
  if (setting.origin === 'site') return 'Of this site alone';
  if (ofSite) return 'As the installation';
  return setting.isDefault ? 'The default' : stored;
}

interface RowProps extends ControlProps {
  readonly isChanged: boolean;
  /** What is put back is the value of the installation. */
  readonly ofSite: boolean;
  readonly onReset: () => void;
}

function SettingRow({ setting, value, isChanged, ofSite, onChange, onReset }: RowProps) {
  const stored = setting.secret ? 'Set, and kept encrypted' : `The default is ${shown(setting)}`;
  const origin = originWords(setting, ofSite, stored);
  const canReset = ofSite ? setting.origin === 'site' : !setting.isDefault;
  return (
    <div className={styles.row} data-wide={setting.control === 'lines' || undefined}>
      <div>
        <h3>{setting.title}</h3>
        <p className={styles.doc}>{setting.doc}</p>
        <p className={styles.origin}>
          {isChanged ? 'Not saved yet' : origin}
          {canReset && !isChanged && <Button look="quiet" onPress={onReset} aria-label={`Put back the default of ${setting.title}`}>Put back</Button>}
        </p>
      </div>
      <div className={styles.control}><SettingControl setting={setting} value={value} onChange={onChange} /></div>
    </div>
  );
}

/** How changes are saved: `useSaveSettings`, or its like for a site. */
export interface Saving {
  readonly mutate: (changes: Changes, then: { readonly onSuccess: () => void }) => void;
  readonly isPending: boolean;
  readonly error: unknown;
  /** Forgets the refusal. */
  readonly reset: () => void;
}

/** Changes of settings that wait to be saved together: `rowOf` draws a setting, `bar` the strip that saves. */
export function useSettingChanges(saving?: Saving, ofSite = false) {
  const [changes, setChanges] = useState<Changes>({});
  const ofInstallation = useSaveSettings();
  const save: Saving = saving ?? ofInstallation;
  const change = (setting: SystemSetting, value: string | null) => setChanges(withChange(changes, setting, value));
  const valueOf = (setting: SystemSetting) => {
    const changed = changes[setting.key];
    return changed === undefined ? setting.value : (changed ?? setting.default);
  };
  const rowOf = (setting: SystemSetting) => (
    <SettingRow
      key={setting.key}
      setting={setting}
      value={valueOf(setting)}
      isChanged={setting.key in changes}
      ofSite={ofSite}
      onChange={(value) => change(setting, value)}
      onReset={() => change(setting, null)}
    />
  );
  const count = Object.keys(changes).length;
  const undo = () => {
    setChanges({});
    save.reset();
  };
  const bar = count > 0 && (
    <ChangeBar
      count={count}
      isPending={save.isPending}
      error={save.error}
      onUndo={undo}
      onSave={() => save.mutate(changes, { onSuccess: () => setChanges((now) => leftAfter(now, changes)) })}
    />
  );
  return { rowOf, bar };
}
