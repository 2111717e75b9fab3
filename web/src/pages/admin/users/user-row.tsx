import { Ellipsis } from 'lucide-react';
import { useSession } from '../../../api/session';
import { IconButton } from '../../../components/button';
import { Checkbox } from '../../../components/checkbox';
import { Choice } from '../../../components/choice';
import { Menu, type MenuEntry } from '../../../components/menu';
import { whenWords } from '../../../lib/words';
import { roles, type User } from './use-users';
import list from '../list.module.css';
import styles from './users-page.module.css';

/** What can be done to a user from the menu of their row. */
export type UserAct = 'access' | 'email' | 'grant' | 'revokeSuper' | 'suspend' | 'reactivate' | 'remove' | 'signOut' | 'resetFactors' | 'sendReset' | 'resend' | 'link' | 'revoke';

const statusWords = { active: '', pending: 'Invited', expired: 'Invitation expired', suspended: 'Suspended', blocked: 'Domain not allowed' } as const;

function entriesFor(user: User, isSelf: boolean, bySuperuser: boolean): MenuEntry[] {
  if (user.status === 'pending' || user.status === 'expired') {
    if (!user.mayManageInvite) return [];
    return [{ id: 'resend', text: 'Send the invitation again' }, { id: 'link', text: 'Copy a link to hand over' }, { id: 'revoke', text: 'Take the invitation back', danger: true }];
  }
  const access: MenuEntry[] = user.superuser ? [] : [{ id: 'access', text: 'Access to sites' }];
  if (!bySuperuser) return access;
  const others: MenuEntry[] = isSelf
    ? []
    : [
        { id: 'sendReset', text: 'Send a link for a new password' },
        ...(user.hasFactor ? [{ id: 'resetFactors', text: 'Reset the second factor' }] : []),
        { id: 'signOut', text: 'End all sessions' },
        user.status === 'suspended' ? { id: 'reactivate', text: 'Reactivate' } : { id: 'suspend', text: 'Suspend' },
      ];
  const superuser: MenuEntry = user.superuser ? { id: 'revokeSuper', text: 'Take superuser rights', danger: true } : { id: 'grant', text: 'Make superuser', danger: true };
  return [...access, { id: 'email', text: 'Change the e-mail address' }, ...others, superuser, ...(isSelf ? [] : [{ id: 'remove', text: 'Delete', danger: true }])];
}

interface Props {
  readonly user: User;
  readonly site: string;
  readonly role: string;
  readonly isSelected: boolean;
  readonly now_ms: number;
  readonly onSelect: (selected: boolean) => void;
  readonly onRole: (role: string) => void;
  readonly onAct: (act: UserAct) => void;
}

export function UserRow({ user, site, role, isSelected, now_ms, onSelect, onRole, onAct }: Props) {
  const session = useSession();
  const isSelf = user.login === session.login;
  const entries = entriesFor(user, isSelf, session.superuser);
  const seen = user.seen_s === undefined ? 'never seen' : `seen ${whenWords(user.seen_s, now_ms)}`;
  const facts = session.superuser && user.status !== 'pending' ? [seen, user.hasFactor ? 'second factor' : 'no second factor'] : [];
  const status = statusWords[user.status];
  return (
    <li className={styles.row} data-off={status !== '' || undefined}>
      <Checkbox isSelected={isSelected} onChange={onSelect} aria-label={`Select ${user.login}`}>{''}</Checkbox>
      <div className={list.main}>
        <p className={list.name}>
          {user.login}
          {user.superuser && <span className={list.badge}>Superuser</span>}
          {isSelf && <span className={list.badge}>You</span>}
          {status !== '' && <span className={styles.status}>{status}</span>}
        </p>
        <p className={list.sub}>{user.email}</p>
        {facts.length > 0 && <p className={list.sub}>{facts.join(', ')}</p>}
      </div>
      {user.superuser ? (
        <span className={styles.everywhere}>Everything</span>
      ) : (
        <div className={styles.role}><Choice label={`Role of ${user.login} on ${site}`} bare options={roles} value={role} onChange={onRole} /></div>
      )}
      {entries.length > 0 && (
        <Menu
          label={`What to do with ${user.login}`}
          trigger={<IconButton label={`More for ${user.login}`}><Ellipsis size={16} aria-hidden /></IconButton>}
          entries={entries}
          onAction={(id) => onAct(id as UserAct)}
        />
      )}
    </li>
  );
}
