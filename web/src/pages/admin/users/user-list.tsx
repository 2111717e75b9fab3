import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useState } from 'react';
import type { SessionSite } from '../../../api/session';
import { Button, IconButton } from '../../../components/button';
import { ChangeBar } from '../../../components/change-bar';
import { EmptyState, ErrorState, Skeleton } from '../../../components/states';
import { useLastPage, useQueryPage } from '../../../frame/query-state';
import { counted } from '../../../lib/words';
import { BulkDialog } from './bulk-dialog';
import { pageUsers, useSetAccess, useUsers, type User, type UserFilter } from './use-users';
import { UserDialog } from './user-dialogs';
import { UserRow, type UserAct } from './user-row';
import list from '../list.module.css';
import styles from './users-page.module.css';

type Roles = ReadonlyMap<string, string>;

/** Changed roles on the chosen site, saved one user after another; what is saved leaves the list. */
function useSaveRoles(idSite: number, changes: Roles, onSaved: (login: string, role: string) => void) {
  const set = useSetAccess();
  const save = async () => {
    for (const [login, role] of changes) {
      await set.mutateAsync({ login, roles: new Map([[idSite, role]]) });
      onSaved(login, role);
    }
  };
  // A refusal stands in `error`, and the changes that are left stay.
  return { save: () => void save().catch(() => undefined), isPending: set.isPending, error: set.error, reset: set.reset };
}

const nobody: readonly string[] = [];

/** Who is chosen in the list as it is narrowed now; another filter begins with nobody. */
function useSelection(filter: UserFilter) {
  const key = JSON.stringify(filter);
  const [selection, setSelection] = useState({ key, logins: nobody });
  const selected = selection.key === key ? selection.logins : nobody;
  return [selected, (logins: readonly string[]) => setSelection({ key, logins })] as const;
}

interface Props {
  readonly filter: UserFilter;
  readonly site: SessionSite;
  /** Takes away what narrows the list. */
  readonly onAll: () => void;
}

/** Users with their roles on one site; changes of roles and what is selected are of this site alone. */
export function UserList({ filter, site, onAll }: Props) {
  const [page, turn] = useQueryPage(pageUsers);
  const [selected, setSelected] = useSelection(filter);
  const [changes, setChanges] = useState<Roles>(new Map());
  const [open, setOpen] = useState<'bulk' | { readonly user: User; readonly act: UserAct }>();
  const users = useUsers(filter, page);
  // A role that was changed once more meanwhile is not saved yet.
  const roles = useSaveRoles(site.idsite, changes, (saved, as) => setChanges((now) => new Map([...now].filter(([login, role]) => login !== saved || role !== as))));
  const last = Math.max(0, Math.ceil((users.data?.count ?? 0) / pageUsers) - 1);
  useLastPage(page, users.data && !users.isPlaceholderData ? last : undefined, turn);
  const close = () => setOpen(undefined);
  const unselect = (gone: string) => setSelected(selected.filter((login) => login !== gone));
  const setRole = (user: User, role: string) => {
    const next = new Map(changes);
    if (role === user.role) next.delete(user.login);
    else next.set(user.login, role);
    setChanges(next);
  };
  const undo = () => {
    setChanges(new Map());
    roles.reset();
  };
  const forget = (gone: string) => {
    unselect(gone);
    setChanges((now) => new Map([...now].filter(([login]) => login !== gone)));
  };
  const now_ms = Date.now();
  return (
    <>
      {users.isPending ? (
        <Skeleton rows={8} />
      ) : users.isError ? (
        <ErrorState what="The users" error={users.error} onRetry={() => void users.refetch()} />
      ) : users.data.count === 0 ? (
        <EmptyState title="Nobody like that" action={<Button onPress={onAll}>Show everybody</Button>} />
      ) : (
        <>
          {selected.length > 0 && (
            <div className={styles.bulk} role="status">
              <span>{counted(selected.length, 'user')} selected</span>
              <span>
                <Button look="quiet" onPress={() => setSelected(nobody)}>Select none</Button>
                <Button onPress={() => setOpen('bulk')}>Set their role…</Button>
              </span>
            </div>
          )}
          <ul className={list.list} aria-label="Users">
            {users.data.users.map((user) => (
              <UserRow
                key={user.login}
                user={user}
                site={site.name}
                role={changes.get(user.login) ?? user.role}
                isSelected={selected.includes(user.login)}
                now_ms={now_ms}
                onSelect={(on) => (on ? setSelected([...selected, user.login]) : unselect(user.login))}
                onRole={(role) => setRole(user, role)}
                onAct={(act) => setOpen({ user, act })}
              />
            ))}
          </ul>
          <div className={styles.pager}>
            <span className={list.sub}>{counted(users.data.count, 'user')}{last > 0 && `, page ${page + 1} of ${last + 1}`}</span>
            {last > 0 && (
              <span>
                <IconButton label="Page before" isDisabled={page === 0} onPress={() => turn(page - 1)}><ChevronLeft size={16} aria-hidden /></IconButton>
                <IconButton label="Next page" isDisabled={page >= last} onPress={() => turn(page + 1)}><ChevronRight size={16} aria-hidden /></IconButton>
              </span>
            )}
          </div>
        </>
      )}
      {changes.size > 0 && <ChangeBar count={changes.size} isPending={roles.isPending} error={roles.error} onUndo={undo} onSave={roles.save} />}
      {open === 'bulk' && <BulkDialog logins={selected} idSite={site.idsite} onClose={close} onDone={() => { close(); setSelected(nobody); }} />}
      {typeof open === 'object' && <UserDialog user={open.user} act={open.act} onClose={close} onGone={() => forget(open.user.login)} />}
    </>
  );
}
