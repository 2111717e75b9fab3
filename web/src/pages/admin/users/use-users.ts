import { useMutation, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { ApiError, usersManagerAddUser, usersManagerDeleteUser, usersManagerGetSitesAccessFromUser, usersManagerGetUsers, usersManagerSetUserAccess } from '../../../api/generated';
import type { Cells } from '../../../lib/rows';

export const roles = [
  { id: 'noaccess', text: 'No access' },
  { id: 'view', text: 'View' },
  { id: 'write', text: 'Write' },
  { id: 'admin', text: 'Admin' },
] as const;

export interface User {
  readonly login: string;
  readonly email: string;
  readonly superuser: boolean;
}

interface NewUser {
  readonly login: string;
  readonly email: string;
  readonly password: string;
  /** The site they may view from the start. */
  readonly idSite: number | undefined;
}

/** One changed role that waits to be saved. */
export interface RoleChange {
  readonly login: string;
  readonly idSite: number;
  readonly role: string;
}

const usersKey = ['users'] as const;
const accessKey = (login: string) => ['user-access', login] as const;
const cells = (answer: unknown): Cells[] => (Array.isArray(answer) ? (answer as Cells[]) : []);

export function useUsers() {
  return useQuery({
    queryKey: usersKey,
    queryFn: async ({ signal }): Promise<User[]> =>
      cells(await usersManagerGetUsers({}, signal)).map((row) => ({
        login: String(row.login),
        email: String(row.email ?? ''),
        superuser: Number(row.superuser_access ?? 0) === 1,
      })),
  });
}

/** Role by number of site for each of these people, in their order. */
export function useAccess(logins: readonly string[]) {
  return useQueries({
    queries: logins.map((login) => ({
      queryKey: accessKey(login),
      queryFn: async ({ signal }: { signal: AbortSignal }) =>
        new Map(cells(await usersManagerGetSitesAccessFromUser({ userLogin: login }, signal)).map((row) => [Number(row.site), String(row.access)])),
    })),
  });
}

export function useAddUser() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ login, email, password, idSite }: NewUser) => {
      await usersManagerAddUser({ userLogin: login, email, password });
      if (idSite === undefined) return;
      try {
        await usersManagerSetUserAccess({ userLogin: login, access: 'view', idSites: [idSite] });
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        throw new ApiError(error.status, error.code, `the user was added, but without access to the site: ${error.message}`, error.request);
      }
    },
    onSettled: () => client.invalidateQueries({ queryKey: usersKey }),
  });
}

export function useDeleteUser() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (login: string) => usersManagerDeleteUser({ userLogin: login }),
    onSuccess: () => client.invalidateQueries({ queryKey: usersKey }),
  });
}

export function useSaveRoles() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (changes: readonly RoleChange[]) => {
      for (const { login, idSite, role } of changes) {
        await usersManagerSetUserAccess({ userLogin: login, access: role, idSites: [idSite] });
      }
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['user-access'] }),
  });
}
