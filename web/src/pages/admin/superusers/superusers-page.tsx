import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { read } from '../../../api/generated';
import { useSession } from '../../../api/session';
import { Button } from '../../../components/button';
import { SearchChoice } from '../../../components/choice';
import { Dialog, DialogActions } from '../../../components/dialog';
import { ErrorState, Notice, Skeleton } from '../../../components/states';
import { listOf } from '../../../lib/rows';
import { counted, whenWords } from '../../../lib/words';
import { AdminPage } from '../admin-page';
import { SuperuserRisks, UserDialog } from '../users/user-dialogs';
import { userOf, usersKey, type User } from '../users/use-users';
import list from '../list.module.css';

/** With more of them it is likely that one is not needed. */
const many = 3;

const getSuperusers = read<Record<never, never>, unknown>('UsersManager.getSuperusers');
const getUsers = read<Record<never, never>, unknown>('UsersManager.getUsers');

const rowsOf = (answer: unknown): User[] => listOf(answer).map(userOf);

const useSuperusers = () => useQuery({ queryKey: [...usersKey, 'superusers'], queryFn: async ({ signal }) => rowsOf(await getSuperusers({}, signal)) });
const useEverybody = () => useQuery({ queryKey: [...usersKey, 'everybody'], queryFn: async ({ signal }) => rowsOf(await getUsers({}, signal)) });

/** Who is to become one; the risks follow in the next step. */
function PickUser({ onPick, onClose }: { readonly onPick: (user: User) => void; readonly onClose: () => void }) {
  const everybody = useEverybody();
  const [login, setLogin] = useState('');
  const others = (everybody.data ?? []).filter((user) => !user.superuser && user.status === 'active');
  const chosen = others.find((user) => user.login === login);
  return (
    <Dialog title="Make a user superuser" isOpen onClose={onClose}>
      {everybody.isPending && <Skeleton rows={2} />}
      {everybody.isError && <ErrorState what="The users" error={everybody.error} onRetry={() => void everybody.refetch()} />}
      {everybody.data && <SearchChoice label="User" groups={[{ name: 'Users', options: others.map((user) => ({ id: user.login, text: `${user.login}, ${user.email}` })) }]} value={login} onChange={setLogin} />}
      <DialogActions>
        <Button onPress={onClose}>Cancel</Button>
        <Button look="primary" isDisabled={!chosen} onPress={() => chosen && onPick(chosen)}>Go on</Button>
      </DialogActions>
    </Dialog>
  );
}

function Row({ user, onRevoke }: { readonly user: User; readonly onRevoke: () => void }) {
  const { login } = useSession();
  const seen = user.seen_s === undefined ? 'never seen' : `seen ${whenWords(user.seen_s, Date.now())}`;
  return (
    <li className={list.row}>
      <div className={list.main}>
        <p className={list.name}>{user.login}{user.login === login && <span className={list.badge}>You</span>}</p>
        <p className={list.sub}>{user.email}</p>
        <p className={list.sub}>{seen}, {user.hasFactor ? 'second factor' : 'no second factor'}</p>
      </div>
      <div className={list.actions}><Button look="quiet" onPress={onRevoke} aria-label={`Withdraw the rights of ${user.login}`}>Withdraw the rights</Button></div>
    </li>
  );
}

export default function SuperusersPage() {
  const superusers = useSuperusers();
  const [open, setOpen] = useState<'pick' | User>();
  const close = () => setOpen(undefined);
  const without = (superusers.data ?? []).filter((user) => !user.hasFactor);
  return (
    <AdminPage title="Superusers" lead="Those who may do everything on every site. Have as few as you can, and never fewer than one." action={<Button onPress={() => setOpen('pick')}>Make a user superuser</Button>}>
      {superusers.isPending ? (
        <Skeleton rows={4} />
      ) : superusers.isError ? (
        <ErrorState what="The superusers" error={superusers.error} onRetry={() => void superusers.refetch()} />
      ) : (
        <>
          {superusers.data.length > many && <Notice tone="warn">There are {superusers.data.length} superusers. Does each of them need it? A role of admin on some sites is often enough.</Notice>}
          {superusers.data.length === 1 && <Notice>There is one superuser. If they lose their device and their recovery codes, only the operator of the server can help.</Notice>}
          {without.length > 0 && <Notice tone="danger">{counted(without.length, 'superuser uses', 'superusers use')} no second factor: {without.map((user) => user.login).join(', ')}.</Notice>}
          <ul className={list.list} aria-label="Superusers">
            {superusers.data.map((user) => <Row key={user.login} user={user} onRevoke={() => setOpen(user)} />)}
          </ul>
        </>
      )}
      <section>
        <h2>What a superuser can do</h2>
        <p className={list.sub}>Whoever gets hold of the account of a superuser can:</p>
        <SuperuserRisks />
      </section>
      {open === 'pick' && <PickUser onPick={setOpen} onClose={close} />}
      {typeof open === 'object' && <UserDialog user={open} act={open.superuser ? 'revokeSuper' : 'grant'} onClose={close} />}
    </AdminPage>
  );
}
