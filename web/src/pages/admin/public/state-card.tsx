import { Globe, Lock, Pause, Power, ShieldCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '../../../components/button';
import { Notice } from '../../../components/states';
import { counted } from '../../../lib/words';
import type { PublicState } from '../../../public-reports/use-public-reports';
import { Link } from 'wouter';
import styles from './public-page.module.css';

interface Words {
  readonly tone: 'safe' | 'warn' | 'plain';
  readonly icon: ReactNode;
  readonly title: string;
  readonly text: string;
}

function wordsOf(state: PublicState): Words {
  const { active } = state;
  if (state.switch === 'forbidden') {
    return { tone: 'safe', icon: <Lock size={24} aria-hidden />, title: 'Forbidden for this installation', text: 'The configuration file says so. Nobody can make anything public here; to change it, whoever runs the server edits the file and starts it again.' };
  }
  if (state.switch === 'off') {
    return { tone: 'safe', icon: <Power size={24} aria-hidden />, title: 'Public reports are turned off', text: 'Nobody sees anything without signing in, whatever stands below.' };
  }
  if (active === 0) {
    return { tone: 'safe', icon: <ShieldCheck size={24} aria-hidden />, title: 'Nobody sees anything without signing in', text: 'No report is public. New sites never are by themselves.' };
  }
  const names = state.sites.slice(0, 8).join(', ') + (state.sites.length > 8 ? ` and ${state.sites.length - 8} more` : '');
  return { tone: 'warn', icon: <Globe size={24} aria-hidden />, title: `Reports of ${counted(state.sites.length, 'site')} are public`, text: names };
}

interface Props {
  readonly state: PublicState;
  readonly superuser: boolean;
  readonly onPauseAll: () => void;
}

/** What strangers see at this moment, in one sentence, and the one button that ends it. */
export function StateCard({ state, superuser, onPauseAll }: Props) {
  const words = wordsOf(state);
  const canPause = superuser && state.switch === 'on' && state.active > 0;
  return (
    <div className={styles.state} data-tone={words.tone}>
      {words.icon}
      <div className={styles.stateWords}>
        <h2>{words.title}</h2>
        <p className={styles.names}>{words.text}</p>
      </div>
      {canPause && (
        <div className={styles.stop}>
          <Button look="danger" onPress={onPauseAll}><Pause size={16} aria-hidden /> Pause all</Button>
        </div>
      )}
    </div>
  );
}

/** What keeps alerts from reaching people; above everything else while it lasts. */
export function Alarms({ state }: { readonly state: PublicState }) {
  return (
    <>
      {!state.mailWorks && state.switch !== 'forbidden' && (
        <Notice tone="danger">
          <span>
            Mail does not work{state.mailFault !== '' && `: ${state.mailFault}`}. Until it does nothing can be made public, since nobody would be told. <Link href="/admin/system/general-settings?q=mail">Look at the mail settings</Link>
          </span>
        </Notice>
      )}
      {state.alertsFailed > 0 && <Notice tone="danger">{counted(state.alertsFailed, 'alert')} could not be delivered within a day. Look whether the addresses of the superusers are right.</Notice>}
      {state.reminder.alarm && <Notice tone="danger">No reminder went out for longer than it should. Whoever runs the server should look at its log.</Notice>}
    </>
  );
}
