import { Ellipsis } from 'lucide-react';
import { Link, useLocation } from 'wouter';
import { Button, IconButton } from '../../../components/button';
import { Menu, type MenuEntry } from '../../../components/menu';
import { countryName } from '../../../lib/device';
import { counted, dayWords, whenWords } from '../../../lib/words';
import { publicPlace } from '../../../public-reports/banner';
import { channelWords, stateWords, whatWords, type Grant } from '../../../public-reports/model';
import type { PlainAct } from '../../../public-reports/use-public-reports';
import list from '../list.module.css';
import styles from './public-page.module.css';

export type GrantAct = PlainAct | 'rotate';

/** Who asked, who confirmed, until when: one line. */
export function courseWords(grant: Grant, now_ms: number): string {
  const parts: string[] = [];
  if (grant.activatedAt_s !== undefined) parts.push(`confirmed ${dayWords(grant.activatedAt_s, now_ms)} by ${grant.activatedBy}`);
  else if (grant.requestedAt_s !== undefined) parts.push(`asked for ${dayWords(grant.requestedAt_s, now_ms)} by ${grant.requestedBy}`);
  if (grant.approvedBy !== '') parts.push(`approved by ${grant.approvedBy}`);
  if (grant.state === 'pending' && grant.waitsFor === 'approval' && grant.approveUntil_s !== undefined) parts.push(`to be approved by ${dayWords(grant.approveUntil_s, now_ms)}`);
  if (grant.state === 'pending' && grant.waitsFor === 'cool_off' && grant.startsAt_s !== undefined) parts.push(`begins ${new Date(grant.startsAt_s * 1000).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })}`);
  if (grant.state === 'revoked' && grant.changedAt_s !== undefined) parts.push(`ended ${dayWords(grant.changedAt_s, now_ms)} by ${grant.changedBy}`);
  const text = parts.join(', ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function endWords(grant: Grant, now_ms: number): string {
  if (grant.state === 'revoked' || grant.state === 'pending') return '';
  if (grant.expiresAt_s !== undefined) return `${grant.state === 'expired' ? 'Expired' : 'Until'} ${dayWords(grant.expiresAt_s, now_ms)}`;
  return grant.reconfirmBy_s === undefined ? 'Without an end' : `Without an end, to be confirmed again by ${dayWords(grant.reconfirmBy_s, now_ms)}`;
}

export function viewWords(grant: Grant, now_ms: number): string {
  if (grant.lastViewed_s === undefined) return grant.views === 0 ? 'Not viewed yet' : counted(grant.views, 'view');
  const country = countryName(grant.lastCountry);
  return `${counted(grant.views, 'view')}, the last ${whenWords(grant.lastViewed_s, now_ms)}${country === '' ? '' : ` from ${country}`}`;
}

/** The pages on which a confirmation is given. */
export const confirmPlace = (act: string, ids: readonly number[]): string => `${publicPlace}/confirm/${act}/${ids.join('-')}`;

function entriesFor(grant: Grant, superuser: boolean): MenuEntry[] {
  const entries: MenuEntry[] = [];
  const lives = grant.state === 'active' || grant.state === 'paused';
  if (lives) entries.push({ id: 'change', text: superuser ? 'Show more or less' : 'Show less' });
  if (superuser && lives) entries.push({ id: 'renew', text: 'Renew' });
  if (superuser && lives && grant.channel !== 'open') entries.push({ id: 'rotate', text: 'New link' });
  if (grant.state === 'active') entries.push({ id: 'code', text: 'Code for other pages' });
  if (lives) entries.push({ id: 'revoke', text: 'Revoke', danger: true });
  if (superuser && grant.state === 'pending') entries.push({ id: 'reject', text: grant.waitsFor === 'cool_off' ? 'Cancel' : 'Decline', danger: true });
  return entries;
}

/** The one thing that is done most with a grant in this state. */
function MainButton({ grant, superuser, onAct }: { readonly grant: Grant; readonly superuser: boolean; readonly onAct: (act: GrantAct) => void }) {
  const [, navigate] = useLocation();
  const about = `reports of ${grant.siteName}`;
  if (grant.state === 'active') return <Button onPress={() => onAct('pause')} aria-label={`Pause ${about}`}>Pause</Button>;
  if (!superuser) return null;
  if (grant.state === 'paused') return <Button onPress={() => navigate(confirmPlace('resume', [grant.id]))} aria-label={`Resume ${about}`}>Resume</Button>;
  if (grant.state !== 'pending') return null;
  if (grant.waitsFor === 'cool_off') return <Button look="danger" onPress={() => onAct('reject')} aria-label={`Cancel ${about}`}>Cancel</Button>;
  const act = grant.waitsFor === 'approval' ? 'approve' : 'activate';
  return <Button look="primary" onPress={() => navigate(confirmPlace(act, [grant.id]))} aria-label={`Look at it: ${about}`}>Look at it</Button>;
}

interface Props {
  readonly grant: Grant;
  readonly superuser: boolean;
  readonly now_ms: number;
  readonly onAct: (act: GrantAct) => void;
  /** Public reports are on for the installation. */
  readonly isOn: boolean;
}

export function GrantRow({ grant, superuser, now_ms, onAct, isOn }: Props) {
  const [, navigate] = useLocation();
  const entries = entriesFor(grant, superuser);
  const pick = (id: string) => {
    if (id === 'change') navigate(`${publicPlace}/${grant.id}/change`);
    else if (id === 'renew') navigate(confirmPlace('renew', [grant.id]));
    else if (id === 'code') navigate(`/admin/platform/widgets?grant=${grant.id}`);
    else onAct(id as GrantAct);
  };
  const end = endWords(grant, now_ms);
  return (
    <li className={styles.grant}>
      <div className={list.main}>
        <p className={styles.headline}>
          <Link href={`${publicPlace}/${grant.id}`} className={list.name}>{grant.siteName}</Link>
          <span className={styles.badge} data-state={isOn ? grant.state : undefined}>{stateWords(grant, isOn)}</span>
        </p>
        <p className={styles.scope}>{whatWords(grant.what, grant.reports.length, grant.dashboard)}, {channelWords(grant.channel)}</p>
        <p className={styles.reason}>“{grant.reason}”</p>
        <p className={list.sub}>{courseWords(grant, now_ms)}</p>
        <p className={list.sub}>{[end, grant.state === 'pending' ? '' : viewWords(grant, now_ms)].filter(Boolean).join(' · ')}</p>
      </div>
      <div className={styles.acts}>
        <MainButton grant={grant} superuser={superuser} onAct={onAct} />
        {entries.length > 0 && (
          <Menu
            label={`What to do with the reports of ${grant.siteName}`}
            trigger={<IconButton label={`More for ${grant.siteName}`}><Ellipsis size={16} aria-hidden /></IconButton>}
            entries={entries}
            onAction={pick}
          />
        )}
      </div>
    </li>
  );
}
