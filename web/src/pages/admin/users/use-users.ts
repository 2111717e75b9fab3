import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { read, write } from '../../../api/generated';
import { type Cells, cellsOf, isTrue, listOf } from '../../../lib/rows';

export const roles = [
  { id: 'noaccess', text: 'No access' },
  { id: 'view', text: 'View' },
  { id: 'write', text: 'Write' },
  { id: 'admin', text: 'Admin' },
] as const;

export const roleWords = (id: string): string => roles.find((role) => role.id === id)?.text ?? id;

export type UserStatus = 'active' | 'pending' | 'expired' | 'suspended' | 'blocked';

export interface User {
  readonly login: string;
  readonly email: string;
  readonly superuser: boolean;
  readonly status: UserStatus;
  /** On the chosen site; `superuser` where the right is not the site's. */
  readonly role: string;
  readonly seen_s: number | undefined;
  /** Undefined where the caller is not told. */
  readonly hasFactor: boolean | undefined;
  /** Whether the caller may send the invitation again, or take it back: of who is invited. */
  readonly mayManageInvite: boolean;
}

export interface UserFilter {
  readonly idSite: number;
  readonly search: string;
  readonly access: string;
  readonly status: string;
  readonly factor: string;
  readonly seen: string;
}

export interface BulkChange {
  readonly login: string;
  readonly site: string;
  readonly before: string;
  readonly after: string;
}

export interface BulkPreview {
  readonly hash: string;
  readonly unchanged: number;
  readonly superusers: readonly string[];
  readonly changes: readonly BulkChange[];
}

/** Users of one page of the list. */
export const pageUsers = 25;

type FilterParams = { idSite: number; filter_search?: string; filter_access?: string; filter_status?: string; filter_factor?: string; filter_seen?: string };
type OfLogin = { userLogin: string };
/** Numbers of sites, or "all" for every site that the caller administers. */
export type SitesAsked = readonly number[] | 'all';
type Bulk = { userLogin: readonly string[]; access: string; idSites: SitesAsked };
const getUsers = read<FilterParams & { limit: number; offset: number }, unknown>('UsersManager.getUsersPlusRole');
const getCount = read<FilterParams, unknown>('UsersManager.getUserCount');
const getAccess = read<OfLogin, unknown>('UsersManager.getSitesAccessForUser');
const previewBulk = read<Bulk, unknown>('UsersManager.previewBulk');

const act = {
  setBulk: write<Bulk & { previewHash: string }, unknown>('UsersManager.setBulk'),
  setAccess: write<OfLogin & { access: string; idSites: SitesAsked }, unknown>('UsersManager.setUserAccess'),
  setSuperuser: write<OfLogin & { hasSuperUserAccess: string }, unknown>('UsersManager.setSuperUserAccess'),
  update: write<OfLogin & { email: string }, unknown>('UsersManager.updateUser'),
  suspend: write<OfLogin, unknown>('UsersManager.suspendUser'),
  reactivate: write<OfLogin, unknown>('UsersManager.reactivateUser'),
  remove: write<OfLogin, unknown>('UsersManager.deleteUser'),
  signOut: write<OfLogin, unknown>('UsersManager.logoutUser'),
  resetFactors: write<OfLogin, unknown>('TwoFactorAuth.resetTwoFactorAuth'),
  sendReset: write<OfLogin, unknown>('UsersManager.sendPasswordReset'),
  invite: write<OfLogin & { email: string; initialIdSite: number; access: string }, unknown>('UsersManager.inviteUser'),
  resend: write<OfLogin, unknown>('UsersManager.resendInvite'),
  link: write<OfLogin, unknown>('UsersManager.generateInviteLink'),
  revoke: write<OfLogin, unknown>('UsersManager.revokeInvitation'),
} as const;

export const usersKey = ['users'] as const;

/** Reads "2026-11-22 08:03:11", which is in UTC. */
export function secondsOf(time: unknown): number | undefined {
  if (typeof time !== 'string' || time === '') return undefined;
  const ms = Date.parse(`${time.replace(' ', 'T')}Z`);
  return Number.isNaN(ms) ? undefined : ms / 1000;
}

export const userOf = (cells: Cells): User => ({
  login: String(cells.login),
  email: String(cells.email ?? ''),
  superuser: Number(cells.superuser_access ?? 0) === 1,
  status: String(cells.status ?? 'active') as UserStatus,
  role: String(cells.role ?? 'noaccess'),
  seen_s: secondsOf(cells.last_seen),
  hasFactor: cells.uses_2fa === undefined ? undefined : isTrue(cells.uses_2fa),
  mayManageInvite: isTrue(cells.may_manage_invite),
});

const paramsOf = ({ idSite, search, access, status, factor, seen }: UserFilter): FilterParams => ({
  idSite,
  ...(search !== '' && { filter_search: search }),
  ...(access !== '' && { filter_access: access }),
  ...(status !== '' && { filter_status: status }),
  ...(factor !== '' && { filter_factor: factor }),
  ...(seen !== '' && { filter_seen: seen }),
});

export function useUsers(filter: UserFilter, page: number) {
  return useQuery({
    queryKey: [...usersKey, filter, page],
    queryFn: async ({ signal }): Promise<{ users: readonly User[]; count: number }> => {
      const params = paramsOf(filter);
      const [users, count] = await Promise.all([getUsers({ ...params, limit: pageUsers, offset: page * pageUsers }, signal), getCount(params, signal)]);
      return { users: listOf(users).map(userOf), count: Number(cellsOf(count).value ?? 0) };
    },
    placeholderData: keepPreviousData,
  });
}

/** Role by number of site, on the sites that the caller administers. */
export function useAccess(login: string) {
  return useQuery({
    queryKey: [...usersKey, 'access', login],
    queryFn: async ({ signal }) => new Map(listOf(await getAccess({ userLogin: login }, signal)).map((row) => [Number(row.idsite), String(row.role)])),
  });
}

/** What a bulk change would do, line by line. */
export function usePreview(logins: readonly string[], access: string, sites: SitesAsked) {
  return useQuery({
    queryKey: [...usersKey, 'preview', logins, access, sites],
    queryFn: async ({ signal }): Promise<BulkPreview> => {
      const cells = cellsOf(await previewBulk({ userLogin: logins, access, idSites: sites }, signal));
      const changes = listOf(cells.changes).map((row) => ({ login: String(row.login), site: String(row.site_name), before: String(row.before), after: String(row.after) }));
      const superusers = Array.isArray(cells.superusers) ? cells.superusers.map(String) : [];
      return { hash: String(cells.hash), unchanged: Number(cells.unchanged ?? 0), superusers, changes };
    },
    enabled: access !== '' && sites.length > 0,
    // The preview must be of this moment: the change is refused when roles differ from it.
    staleTime: 0,
  });
}

function useUserAct<V, A>(run: (values: V) => Promise<A>) {
  const client = useQueryClient();
  return useMutation({ mutationFn: run, onSettled: () => client.invalidateQueries({ queryKey: usersKey }) });
}

export const useSetBulk = () =>
  useUserAct(({ logins, access, sites, hash }: { logins: readonly string[]; access: string; sites: SitesAsked; hash: string }) =>
    act.setBulk({ userLogin: logins, access, idSites: sites, previewHash: hash }));

/** Sets several roles of one user; `everywhere` gives one role on all sites, those to come not included. */
export const useSetAccess = () =>
  useUserAct(async ({ login, roles: changed, everywhere }: { login: string; roles: ReadonlyMap<number, string>; everywhere?: string | undefined }) => {
    if (everywhere !== undefined) return void (await act.setAccess({ userLogin: login, access: everywhere, idSites: 'all' }));
    const byRole = new Map<string, number[]>();
    for (const [site, role] of changed) byRole.set(role, [...(byRole.get(role) ?? []), site]);
    for (const [access, idSites] of byRole) await act.setAccess({ userLogin: login, access, idSites });
    return undefined;
  });

export const useInvite = () =>
  useUserAct((invite: { login: string; email: string; site: number; role: string }) =>
    act.invite({ userLogin: invite.login, email: invite.email, initialIdSite: invite.site, access: invite.role }));

export const useUpdateEmail = () => useUserAct(({ login, email }: { login: string; email: string }) => act.update({ userLogin: login, email }));
export const useSetSuperuser = () => useUserAct(({ login, superuser }: { login: string; superuser: boolean }) => act.setSuperuser({ userLogin: login, hasSuperUserAccess: superuser ? '1' : '0' }));
/** Gives the link itself: it is never shown again, and waits for nothing. */
export function useInviteLink() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (login: string) => String(cellsOf(await act.link({ userLogin: login })).value ?? ''),
    onSuccess: () => void client.invalidateQueries({ queryKey: usersKey }),
  });
}

export type SimpleAct = 'suspend' | 'reactivate' | 'remove' | 'signOut' | 'resetFactors' | 'sendReset' | 'resend' | 'revoke';
export const useSimpleAct = () => useUserAct(({ what, login }: { what: SimpleAct; login: string }) => act[what]({ userLogin: login }));
