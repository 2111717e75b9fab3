import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useSession } from '../../../api/session';
import { Button } from '../../../components/button';
import { Confirm } from '../../../components/confirm';
import { Dialog, DialogActions } from '../../../components/dialog';
import { Notice } from '../../../components/states';
import { counted } from '../../../lib/words';
import { askLoss, domainsKey, type DomainLoss } from './domain-loss';
import type { Saving } from './setting-row';
import { useSaveSettings, type SystemSetting } from './use-settings';
import list from '../list.module.css';
import styles from './settings-page.module.css';

const shown_max = 5;

function Losing({ users }: Pick<DomainLoss, 'users'>) {
  const { login } = useSession();
  const more = users.length - shown_max;
  return (
    <div>
      <ul className={styles.losing} aria-label="Who would lose access">
        {users.slice(0, shown_max).map((user) => (
          <li key={user.login}>
            <p className={list.name}>
              {user.login}
              {user.superuser && <span className={list.badge}>Superuser</span>}
              {user.login === login && <span className={list.badge}>You</span>}
              {user.invited && <span className={list.badge}>Invited</span>}
            </p>
            <p className={list.sub}>{user.email}</p>
          </li>
        ))}
      </ul>
      {more > 0 && <p className={list.sub}>and {more.toLocaleString()} more</p>}
    </div>
  );
}

/** Saves settings; a list of allowed domains that takes access from somebody is saved once it is shown from whom. */
export function useDomainGuard(domains: SystemSetting | undefined) {
  const { login } = useSession();
  const save = useSaveSettings();
  const look = useMutation({ mutationFn: (next: string) => askLoss(next, domains?.value ?? '') });
  const [asked, setAsked] = useState<{ readonly loss: DomainLoss; readonly onConfirm: () => void }>();
  const close = () => setAsked(undefined);

  const reset = () => {
    save.reset();
    look.reset();
  };

  const mutate: Saving['mutate'] = (changes, { onSuccess }) => {
    reset();
    const send = () => save.mutate(changes, { onSuccess: () => { close(); onSuccess(); } });
    const next = changes[domainsKey];
    if (next === undefined) return send();
    look.mutate(next ?? domains?.default ?? '', { onSuccess: (loss) => (loss.users.length === 0 ? send() : setAsked({ loss, onConfirm: send })) });
  };

  const users = asked?.loss.users ?? [];
  const title = `${counted(users.length, 'user')} would lose access`;
  let dialog;
  if (asked && asked.loss.superusersLeft === 0) {
    dialog = (
      <Dialog title={title} isOpen onClose={close} danger>
        <Notice tone="danger">No superuser could sign in under this list, so it cannot be saved. Add the domain of one of them.</Notice>
        <Losing users={users} />
        <DialogActions><Button onPress={close} autoFocus>Back to the list</Button></DialogActions>
      </Dialog>
    );
  } else if (asked) {
    dialog = (
      <Confirm title={title} onClose={close} action="Save and end their access" danger isPending={save.isPending} error={save.error} onConfirm={asked.onConfirm}>
        <p>The domains of their addresses are not in the list. They are signed out at once, and their tokens are refused, until their domain is allowed again.</p>
        {users.some((user) => user.login === login) && <Notice tone="warn">You are one of them.</Notice>}
        <Losing users={users} />
      </Confirm>
    );
  }
  return { mutate, isPending: look.isPending || save.isPending, error: look.error ?? save.error, reset, dialog };
}
