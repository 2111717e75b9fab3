import { ChevronLeft, ChevronRight, Plus } from 'lucide-react';
import { useState } from 'react';
import { useSession } from '../../../api/session';
import { Button, IconButton } from '../../../components/button';
import { ChangeBar } from '../../../components/change-bar';
import { EmptyState, ErrorState, Skeleton } from '../../../components/states';
import { counted } from '../../../lib/words';
import { AdminPage } from '../admin-page';
import { BulkDialog } from './bulk-dialog';
import { InviteUser } from './invite-user';
import { pageUsers, useSetAccess, useUsers, type User, type UserFilter } from './use-users';
import { UserDialog } from './user-dialogs';
import { UserFilters } from './user-filters';
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
  return { save: () => void save().catch(() => undefined), isPending: set.isPending, error: set.error };
}

export default function UsersPage() {
  const { sites, superuser } = useSession();
  const first = sites.find((site) => site.role === 'admin') ?? sites[0];
  const noFilter: UserFilter = { idSite: first?.idsite ?? 0, search: '', access: '', status: '', factor: '', seen: '' };
  const [filter, setFilter] = useState(noFilter);
  const [page, setPage] = useState(0);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [changes, setChanges] = useState<Roles>(new Map());
  const [open, setOpen] = useState<'invite' | 'bulk' | { readonly user: User; readonly act: UserAct }>();
  const users = useUsers(filter, page);
  // A role that was changed once more meanwhile is not saved yet.
  const roles = useSaveRoles(filter.idSite, changes, (saved, as) => setChanges((now) => new Map([...now].filter(([login, role]) => login !== saved || role !== as))));
  const change = (part: Partial<UserFilter>) => {
    setFilter({ ...filter, ...part });
    setPage(0);
    setSelected(new Set());
    if (part.idSite !== undefined && part.idSite !== filter.idSite) setChanges(new Map());
  };
  const close = () => setOpen(undefined);
  const select = (login: string, on: boolean) => setSelected(new Set(on ? [...selected, login] : [...selected].filter((one) => one !== login)));
  const setRole = (user: User, role: string) => {
    const next = new Map(changes);
    if (role === user.role) next.delete(user.login);
    else next.set(user.login, role);
    setChanges(next);
  };
  const site = sites.find((one) => one.idsite === filter.idSite)?.name ?? '';
  const last = Math.max(0, Math.ceil((users.data?.count ?? 0) / pageUsers) - 1);
  const now_ms = Date.now();
  return (
    <AdminPage
      title="Users"
      lead={superuser ? 'Who may see which site, and what they may do there.' : 'Who may see your sites, and what they may do there.'}
      action={<Button look="primary" onPress={() => setOpen('invite')}><Plus size={15} aria-hidden /> Invite a user</Button>}
    >
      <UserFilters filter={filter} onChange={change} />
      {users.isPending ? (
        <Skeleton rows={8} />
      ) : users.isError ? (
        <ErrorState what="The users" error={users.error} onRetry={() => void users.refetch()} />
      ) : users.data.users.length === 0 ? (
        <EmptyState title="Nobody like that" action={<Button onPress={() => change({ ...noFilter, idSite: filter.idSite })}>Show everybody</Button>} />
      ) : (
        <>
          {selected.size > 0 && (
            <div className={styles.bulk} role="status">
              <span>{counted(selected.size, 'user')} selected</span>
              <span>
                <Button look="quiet" onPress={() => setSelected(new Set())}>Select none</Button>
                <Button onPress={() => setOpen('bulk')}>Set their role…</Button>
              </span>
            </div>
          )}
          <ul className={list.list} aria-label="Users">
            {users.data.users.map((user) => (
              <UserRow
                key={user.login}
                user={user}
                site={site}
                role={changes.get(user.login) ?? user.role}
                isSelected={selected.has(user.login)}
                now_ms={now_ms}
                onSelect={(on) => select(user.login, on)}
                onRole={(role) => setRole(user, role)}
                onAct={(act) => setOpen({ user, act })}
              />
            ))}
          </ul>
          <div className={styles.pager}>
            <span className={list.sub}>{counted(users.data.count, 'user')}{last > 0 && `, page ${page + 1} of ${last + 1}`}</span>
            {last > 0 && (
              <span>
                <IconButton label="Page before" isDisabled={page === 0} onPress={() => setPage(page - 1)}><ChevronLeft size={16} aria-hidden /></IconButton>
                <IconButton label="Next page" isDisabled={page >= last} onPress={() => setPage(page + 1)}><ChevronRight size={16} aria-hidden /></IconButton>
              </span>
            )}
          </div>
        </>
      )}
      {changes.size > 0 && <ChangeBar count={changes.size} isPending={roles.isPending} error={roles.error} onUndo={() => setChanges(new Map())} onSave={roles.save} />}
      {open === 'invite' && <InviteUser idSite={filter.idSite} onClose={close} />}
      {open === 'bulk' && <BulkDialog logins={[...selected]} idSite={filter.idSite} onClose={close} onDone={() => { close(); setSelected(new Set()); }} />}
      {typeof open === 'object' && <UserDialog user={open.user} act={open.act} onClose={close} />}
    </AdminPage>
  );
}
