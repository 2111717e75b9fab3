import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useSession } from '../../../api/session';
import { Button } from '../../../components/button';
import { ChangeBar } from '../../../components/change-bar';
import { Choice } from '../../../components/choice';
import { Confirm } from '../../../components/confirm';
import { ErrorState, Skeleton } from '../../../components/states';
import { AdminPage } from '../admin-page';
import { AddUser } from './add-user';
import { roles, useAccess, useDeleteUser, useSaveRoles, useUsers, type RoleChange, type User } from './use-users';
import list from '../list.module.css';

interface UserRowProps {
  readonly user: User;
  readonly isSelf: boolean;
  readonly access: ReadonlyMap<number, string> | undefined;
  readonly changes: readonly RoleChange[];
  readonly onRole: (change: RoleChange) => void;
  readonly onDelete: () => void;
}

function UserRow({ user, isSelf, access, changes, onRole, onDelete }: UserRowProps) {
  const { sites } = useSession();
  const roleOf = (idSite: number) =>
    changes.find((change) => change.login === user.login && change.idSite === idSite)?.role ?? access?.get(idSite) ?? 'noaccess';
  const touched = (idSite: number) => access?.has(idSite) || changes.some((change) => change.login === user.login && change.idSite === idSite);
  const given = user.superuser ? [] : sites.filter((site) => touched(site.idsite));
  const others = sites.filter((site) => !touched(site.idsite));
  return (
    <li className={list.row}>
      <div className={list.main}>
        <p className={list.name}>
          {user.login}
          {user.superuser && <span className={list.badge}>Superuser</span>}
          {isSelf && <span className={list.badge}>You</span>}
        </p>
        <p className={list.sub}>{user.email}{user.superuser && ', may do everything on every site'}</p>
      </div>
      <div className={list.actions}>
        {!isSelf && <Button look="quiet" onPress={onDelete} aria-label={`Delete ${user.login}`}>Delete</Button>}
      </div>
      {given.map((site) => (
        <div key={site.idsite} className={list.access}>
          <span className={list.sub}>{site.name}</span>
          <Choice
            label={`Role of ${user.login} on ${site.name}`}
            bare
            options={roles}
            value={roleOf(site.idsite)}
            onChange={(role) => onRole({ login: user.login, idSite: site.idsite, role })}
          />
        </div>
      ))}
      {!user.superuser && others.length > 0 && (
        <div className={list.access}>
          <span className={list.sub}>{given.length === 0 ? 'No site yet' : ''}</span>
          <Choice
            label={`Give ${user.login} access to a site`}
            bare
            placeholder="Give access to…"
            options={others.map((site) => ({ id: String(site.idsite), text: site.name }))}
            value={null}
            isDisabled={access === undefined}
            onChange={(id) => onRole({ login: user.login, idSite: Number(id), role: 'view' })}
          />
        </div>
      )}
    </li>
  );
}

function DeleteUser({ login, onClose }: { readonly login: string; readonly onClose: () => void }) {
  const remove = useDeleteUser();
  return (
    <Confirm
      title={`Delete ${login}?`}
      onClose={onClose}
      action="Delete the user"
      danger
      isPending={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate(login, { onSuccess: onClose })}
    >
      <p>They are signed out everywhere and lose access to every site. The visits they looked at stay.</p>
    </Confirm>
  );
}

export default function UsersPage() {
  const { login } = useSession();
  const users = useUsers();
  const access = useAccess((users.data ?? []).filter((user) => !user.superuser).map((user) => user.login));
  const byLogin = new Map((users.data ?? []).filter((user) => !user.superuser).map((user, at) => [user.login, access[at]?.data]));
  const [changes, setChanges] = useState<readonly RoleChange[]>([]);
  const save = useSaveRoles();
  const [deleted, setDeleted] = useState<string>();
  const [adding, setAdding] = useState(false);
  const change = (next: RoleChange) => {
    const others = changes.filter((one) => one.login !== next.login || one.idSite !== next.idSite);
    const same = (byLogin.get(next.login)?.get(next.idSite) ?? 'noaccess') === next.role;
    setChanges(same ? others : [...others, next]);
  };
  const failed = access.find((one) => one.isError);
  return (
    <AdminPage
      title="Users"
      lead="Who may see which site, and what they may do there."
      action={<Button look="primary" onPress={() => setAdding(true)}><Plus size={15} aria-hidden /> Add a user</Button>}
    >
      {users.isPending ? (
        <Skeleton rows={8} />
      ) : users.isError ? (
        <ErrorState what="The users" error={users.error} onRetry={() => void users.refetch()} />
      ) : (
        <>
          {failed && <ErrorState what="Some roles" error={failed.error} onRetry={() => void failed.refetch()} />}
          <ul className={list.list}>
            {users.data.map((user) => (
              <UserRow
                key={user.login}
                user={user}
                isSelf={user.login === login}
                access={byLogin.get(user.login)}
                changes={changes}
                onRole={change}
                onDelete={() => setDeleted(user.login)}
              />
            ))}
          </ul>
        </>
      )}
      {changes.length > 0 && (
        <ChangeBar
          count={changes.length}
          isPending={save.isPending}
          error={save.error}
          onUndo={() => setChanges([])}
          onSave={() => save.mutate(changes, { onSuccess: () => setChanges([]) })}
        />
      )}
      {adding && <AddUser onClose={() => setAdding(false)} />}
      {deleted !== undefined && <DeleteUser login={deleted} onClose={() => setDeleted(undefined)} />}
    </AdminPage>
  );
}
