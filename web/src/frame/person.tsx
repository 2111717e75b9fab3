import { LogOut, Monitor, Moon, Rows2, Rows3, ShieldCheck, Sun, UserRound } from 'lucide-react';
import { Button } from 'react-aria-components';
import { useLocation } from 'wouter';
import { useSession, useSignOut } from '../api/session';
import { Button as TextButton } from '../components/button';
import { Dialog, DialogActions } from '../components/dialog';
import { Menu, type MenuEntry } from '../components/menu';
import { Notice } from '../components/states';
import { changePreferences, usePreferences, type Preferences } from '../lib/preferences';
import { refusalWords } from '../lib/refusal';
import styles from './person.module.css';

const themes = [
  { id: 'light', text: 'Light', icon: <Sun size={15} aria-hidden /> },
  { id: 'dark', text: 'Dark', icon: <Moon size={15} aria-hidden /> },
  { id: 'system', text: 'As the system', icon: <Monitor size={15} aria-hidden /> },
] as const;

/** Who believes to be signed out walks away from the screen: that it failed is told in the middle of it. */
function StillSignedIn({ signOut }: { readonly signOut: ReturnType<typeof useSignOut> }) {
  return (
    <Dialog title="You are still signed in" isOpen={signOut.isError} onClose={signOut.reset}>
      <Notice tone="danger">{refusalWords(signOut.error)}</Notice>
      <DialogActions>
        <TextButton onPress={signOut.reset}>Stay signed in</TextButton>
        <TextButton look="primary" autoFocus onPress={() => signOut.mutate()}>Try again</TextButton>
      </DialogActions>
    </Dialog>
  );
}

/** The person at the foot of the rail, with what belongs to them. */
export function Person({ open }: { readonly open: boolean }) {
  const session = useSession();
  const preferences = usePreferences();
  const signOut = useSignOut();
  const [, navigate] = useLocation();
  const next = themes[(themes.findIndex((theme) => theme.id === preferences.theme) + 1) % themes.length] ?? themes[0];
  const dense = preferences.density === 'compact';
  const entries: MenuEntry[] = [
    { id: 'settings', text: 'Your settings', icon: <UserRound size={15} aria-hidden /> },
    { id: 'security', text: 'Security', icon: <ShieldCheck size={15} aria-hidden /> },
    { id: 'theme', text: `Theme: ${next.text.toLowerCase()}`, icon: next.icon },
    { id: 'density', text: dense ? 'Comfortable rows' : 'Compact rows', icon: dense ? <Rows2 size={15} aria-hidden /> : <Rows3 size={15} aria-hidden /> },
    { id: 'sign-out', text: 'Sign out', icon: <LogOut size={15} aria-hidden /> },
  ];
  const act = (id: string) => {
    if (id === 'settings') navigate('/admin/personal/settings');
    if (id === 'security') navigate('/admin/personal/security');
    if (id === 'theme') changePreferences({ theme: next.id satisfies Preferences['theme'] });
    if (id === 'density') changePreferences({ density: dense ? 'comfortable' : 'compact' });
    if (id === 'sign-out') signOut.mutate();
  };
  return (
    <>
      <Menu
        label="You"
        entries={entries}
        onAction={act}
        trigger={
          <Button className={styles.person ?? ''}>
            <span className={styles.initial} aria-hidden>{session.login.slice(0, 1).toUpperCase()}</span>
            {open && (
              <span className={styles.names}>
                <span className={styles.login}>{session.login}</span>
                <span className={styles.role}>{session.superuser ? 'Superuser' : session.email}</span>
              </span>
            )}
            <span className="hidden-text">{open ? '' : session.login}, your settings, theme, sign out</span>
          </Button>
        }
      />
      <StillSignedIn signOut={signOut} />
    </>
  );
}
