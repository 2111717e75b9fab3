import { useState } from 'react';
import { useSession, useSignOut } from '../../../api/session';
import { Button } from '../../../components/button';
import { Choice } from '../../../components/choice';
import { Notice } from '../../../components/states';
import { changePreferences, usePreferences, type Preferences } from '../../../lib/preferences';
import { refusalWords } from '../../../lib/refusal';
import { AdminPage, Setting, SettingGroup } from '../admin-page';
import { ChangeEmail } from './change-email';
import { FirstPage } from './first-page';
import { MailLanguage } from './mail-language';
import styles from '../admin-page.module.css';

const themes = [
  { id: 'system', text: 'As the system' },
  { id: 'light', text: 'Light' },
  { id: 'dark', text: 'Dark' },
] as const;

const densities = [
  { id: 'comfortable', text: 'Comfortable' },
  { id: 'compact', text: 'Compact' },
] as const;

export default function PersonalSettingsPage() {
  const session = useSession();
  const preferences = usePreferences();
  const signOut = useSignOut();
  const [changing, setChanging] = useState(false);
  const problem = refusalWords(signOut.error);
  return (
    <AdminPage title="Your settings" lead="Who you are here, and how this browser shows it.">
      <SettingGroup title="Account">
        <Setting title="Login" text="It cannot be changed.">{session.login}</Setting>
        <Setting title="E-mail" text={session.email}>
          <Button onPress={() => setChanging(true)}>Change</Button>
        </Setting>
        <Setting title="Language of mails" text="In which the server writes to you. These pages are in English."><MailLanguage /></Setting>
        <Setting title="Role" text="What you may do.">
          {session.superuser ? 'Superuser' : `${session.sites.length} ${session.sites.length === 1 ? 'site' : 'sites'}`}
        </Setting>
        <Setting title="Session" text="Ends the session of this browser.">
          <Button onPress={() => signOut.mutate()} isPending={signOut.isPending}>Sign out</Button>
        </Setting>
        {problem && <Notice tone="danger">{problem}</Notice>}
        {changing && <ChangeEmail onClose={() => setChanging(false)} />}
      </SettingGroup>
      {session.sites.length > 0 && <FirstPage />}
      <SettingGroup title="This browser">
        <Setting title="Theme" text="Light, dark, or what your system says.">
          <Choice label="Theme" bare options={themes} value={preferences.theme} onChange={(id) => changePreferences({ theme: id as Preferences['theme'] })} />
        </Setting>
        <Setting title="Rows" text="Compact shows more rows at once.">
          <Choice label="Rows" bare options={densities} value={preferences.density} onChange={(id) => changePreferences({ density: id as Preferences['density'] })} />
        </Setting>
      </SettingGroup>
      <p className={styles.text}>Makoto {session.version}</p>
    </AdminPage>
  );
}
