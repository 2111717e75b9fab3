import { useState, type FormEvent, type ReactNode } from 'react';
import { useAdminSites, useRefreshSession, useSession } from '../../../api/session';
import { Button } from '../../../components/button';
import { Choice } from '../../../components/choice';
import { Confirm } from '../../../components/confirm';
import { CopyCode } from '../../../components/copy-code';
import { Dialog, DialogActions } from '../../../components/dialog';
import { Field, SearchBox } from '../../../components/field';
import { ErrorState, Notice, Skeleton } from '../../../components/states';
import { refusalWords } from '../../../lib/refusal';
import { roles, useAccess, useInviteLink, useSetAccess, useSetSuperuser, useSimpleAct, useUpdateEmail, type SimpleAct, type User } from './use-users';
import type { UserAct } from './user-row';
import form from '../../../components/form.module.css';
import styles from './users-page.module.css';

/** So many sites are seen at once. */
const few = 8;

interface Props {
  readonly user: User;
  readonly onClose: () => void;
}

function AccessDialog({ user, onClose }: Props) {
  const sites = useAdminSites();
  const access = useAccess(user.login);
  const [changes, setChanges] = useState<ReadonlyMap<number, string>>(new Map());
  /** The role that was chosen for all sites, until one of them is given another. */
  const [everywhere, setEverywhere] = useState<string>();
  const [words, setWords] = useState('');
  const save = useSetAccess();
  const problem = refusalWords(save.error);
  const roleOf = (site: number) => changes.get(site) ?? access.data?.get(site) ?? 'noaccess';
  const found = sites.filter((site) => `${site.name} ${site.main_url}`.toLowerCase().includes(words.trim().toLowerCase()));
  const set = (site: number, role: string) => {
    setChanges(new Map([...changes, [site, role]]));
    setEverywhere(undefined);
  };
  const setAll = (role: string) => {
    setChanges(new Map(sites.map((site) => [site.idsite, role])));
    setEverywhere(role);
  };
  return (
    <Dialog title={`Access of ${user.login}`} isOpen onClose={onClose}>
      {access.isPending && <Skeleton rows={4} />}
      {access.isError && <ErrorState what="The roles" error={access.error} onRetry={() => void access.refetch()} />}
      {access.data && (
        <div className={form.form}>
          <Choice label="The same on all sites" options={roles} value={everywhere ?? null} placeholder="Choose a role…" onChange={setAll} />
          {sites.length > few && <SearchBox label="Find a site" value={words} onChange={setWords} />}
          <div className={styles.sites}>
            {found.length === 0 && <p>No site of this name.</p>}
            {found.map((site) => [
              <span key={`${site.idsite} name`}>{site.name}</span>,
              <Choice key={site.idsite} label={`Role on ${site.name}`} bare options={roles} value={roleOf(site.idsite)} onChange={(role) => set(site.idsite, role)} />,
            ])}
          </div>
          {problem && <Notice tone="danger">{problem}</Notice>}
          <DialogActions>
            <Button onPress={onClose}>Cancel</Button>
            <Button look="primary" isPending={save.isPending} isDisabled={changes.size === 0} onPress={() => save.mutate({ login: user.login, roles: changes, everywhere }, { onSuccess: onClose })}>
              {save.isPending ? 'Saving…' : 'Save'}
            </Button>
          </DialogActions>
        </div>
      )}
    </Dialog>
  );
}

function EmailDialog({ user, onClose }: Props) {
  const { login } = useSession();
  const refresh = useRefreshSession();
  const [email, setEmail] = useState(user.email);
  const update = useUpdateEmail();
  const problem = refusalWords(update.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (update.isPending) return;
    const done = () => {
      if (user.login === login) void refresh();
      onClose();
    };
    update.mutate({ login: user.login, email }, { onSuccess: done });
  };
  return (
    <Dialog title={`E-mail address of ${user.login}`} isOpen onClose={onClose}>
      <form className={form.form} onSubmit={submit}>
        {problem && <Notice tone="danger">{problem}</Notice>}
        <Field label="E-mail" type="email" isRequired autoFocus value={email} onChange={setEmail} hint="The old address and the new one are told." />
        <DialogActions>
          <Button onPress={onClose}>Cancel</Button>
          <Button look="primary" type="submit" isPending={update.isPending}>{update.isPending ? 'Saving…' : 'Save'}</Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

function LinkDialog({ user, onClose }: Props) {
  const make = useInviteLink();
  const problem = refusalWords(make.error);
  return (
    <Dialog title={`A link for ${user.login}`} isOpen mustAct={make.isPending || make.data !== undefined} onClose={onClose}>
      {make.data === undefined ? (
        <>
          <p>Whoever opens the link can accept the invitation, once. A link that was made before ends.</p>
          {problem && <Notice tone="danger">{problem}</Notice>}
          <DialogActions>
            <Button isDisabled={make.isPending} onPress={onClose}>Cancel</Button>
            <Button look="primary" isPending={make.isPending} onPress={() => make.mutate(user.login)}>{make.isPending ? 'One moment…' : 'Make the link'}</Button>
          </DialogActions>
        </>
      ) : (
        <>
          <Notice tone="warn"><span><strong>Copy it now</strong> and hand it over by a safe way. It is not shown again.</span></Notice>
          <CopyCode code={make.data} label="Link" />
          <DialogActions><Button look="primary" onPress={onClose}>Done</Button></DialogActions>
        </>
      )}
    </Dialog>
  );
}

/** What a superuser can do to everybody, said before somebody becomes one. */
export function SuperuserRisks() {
  return (
    <ul className={styles.risks}>
      <li>see, change and delete every site and all its data,</li>
      <li>read and change every user, their roles and second factors,</li>
      <li>change every setting of security and privacy,</li>
      <li>make reports public, and make other superusers.</li>
    </ul>
  );
}

function SuperuserDialog({ user, onClose }: Props) {
  const set = useSetSuperuser();
  const grant = !user.superuser;
  return (
    <Confirm
      title={grant ? `Make ${user.login} a superuser?` : `Withdraw the superuser rights of ${user.login}?`}
      onClose={onClose}
      action={grant ? 'Grant the rights' : 'Withdraw the rights'}
      danger
      isPending={set.isPending}
      error={set.error}
      onConfirm={() => set.mutate({ login: user.login, superuser: grant }, { onSuccess: onClose })}
    >
      {grant ? (
        <>
          <p>Have as few superusers as you can. {user.login} could:</p>
          <SuperuserRisks />
          <p>Every superuser gets a mail about it.</p>
        </>
      ) : (
        <p>They keep their account, without a role on any site until somebody gives them one. Every superuser gets a mail about it.</p>
      )}
    </Confirm>
  );
}

interface Words {
  readonly title: (login: string) => string;
  readonly text: ReactNode;
  readonly action: string;
  readonly danger: boolean;
}

const simple: Readonly<Record<SimpleAct, Words>> = {
  suspend: { title: (login) => `Suspend ${login}?`, text: 'They are signed out everywhere, and their tokens are refused. Nothing is lost: reactivate them at any time.', action: 'Suspend', danger: true },
  reactivate: { title: (login) => `Reactivate ${login}?`, text: 'They can sign in again, with the roles that they had.', action: 'Reactivate', danger: false },
  remove: { title: (login) => `Delete ${login}?`, text: 'They are signed out everywhere and lose access to every site, and their tokens end. This cannot be undone.', action: 'Delete the user', danger: true },
  signOut: { title: (login) => `End all sessions of ${login}?`, text: 'They have to sign in again on every device.', action: 'End the sessions', danger: true },
  resetFactors: { title: (login) => `Reset the second factor of ${login}?`, text: 'For somebody who has lost their device. Make sure that it is really them who asks: until they set up a new factor, the password alone lets them in.', action: 'Reset the second factor', danger: true },
  sendReset: { title: (login) => `Send ${login} a link for a new password?`, text: 'The mail goes to their address; you never see the password.', action: 'Send the link', danger: false },
  resend: { title: (login) => `Send the invitation of ${login} again?`, text: 'The link in the mail before ends.', action: 'Send it again', danger: false },
  revoke: { title: (login) => `Take the invitation of ${login} back?`, text: 'The links end, and the invited user is forgotten.', action: 'Take it back', danger: true },
};

/** Acts after which the user is no longer there. */
const endings: readonly SimpleAct[] = ['remove', 'revoke'];

interface ActProps extends Props {
  readonly onGone?: (() => void) | undefined;
}

function SimpleDialog({ user, what, onClose, onGone }: ActProps & { readonly what: SimpleAct }) {
  const run = useSimpleAct();
  const words = simple[what];
  const done = () => {
    if (endings.includes(what)) onGone?.();
    onClose();
  };
  return (
    <Confirm
      title={words.title(user.login)}
      onClose={onClose}
      action={words.action}
      danger={words.danger}
      isPending={run.isPending}
      error={run.error}
      onConfirm={() => run.mutate({ what, login: user.login }, { onSuccess: done })}
    >
      <p>{words.text}</p>
    </Confirm>
  );
}

/** The dialog of an act that was chosen from a row's menu. */
export function UserDialog({ user, act, onClose, onGone }: ActProps & { readonly act: UserAct }) {
  switch (act) {
    case 'access': return <AccessDialog user={user} onClose={onClose} />;
    case 'email': return <EmailDialog user={user} onClose={onClose} />;
    case 'link': return <LinkDialog user={user} onClose={onClose} />;
    case 'grant':
    case 'revokeSuper': return <SuperuserDialog user={user} onClose={onClose} />;
    default: return <SimpleDialog user={user} what={act} onClose={onClose} onGone={onGone} />;
  }
}
