import { useMutation, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { forgetNames } from '../lib/value-names';
import { isHalf, type Session, type SignedIn } from './account';
import { sessionKey } from './client';
import { ApiError, deleteSession, getSession, getSetup, postSetup } from './generated';

export type { Session } from './account';
export type SessionSite = Session['sites'][number];

/** The session, or null when nobody is signed in. */
export function useSessionQuery() {
  return useQuery({
    queryKey: sessionKey,
    queryFn: async ({ signal }): Promise<Session | null> => {
      try {
        return await getSession(signal);
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) return null;
        throw error;
      }
    },
    staleTime: 60_000,
  });
}

const SessionContext = createContext<Session | null>(null);
export const SessionProvider = SessionContext.Provider;

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('this part is shown to signed-in people only');
  return session;
}

/** The sites whose users and settings the caller may change. */
export function useAdminSites(): readonly SessionSite[] {
  const { sites, superuser } = useSession();
  return sites.filter((site) => superuser || site.role === 'admin');
}

export function useSetupOpen() {
  return useQuery({ queryKey: ['setup'], queryFn: ({ signal }) => getSetup(signal), staleTime: Infinity });
}

/** Forgets every answer but the session's own, which the page watches. */
function forgetOthers(client: QueryClient): void {
  forgetNames();
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== sessionKey[0] });
}

/** Makes the answer of a sign-in the session of this page, unless a factor is still asked for. */
export function useEnter(): (answer: SignedIn) => void {
  const client = useQueryClient();
  return (answer) => {
    if (isHalf(answer)) return;
    // A session may have ended by itself: what is still known was for whoever had it.
    if (client.getQueryData<Session | null>(sessionKey)?.login !== answer.login) forgetOthers(client);
    client.setQueryData(sessionKey, answer);
  };
}

export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => deleteSession(),
    onSuccess: () => {
      client.setQueryData(sessionKey, null);
      // Whoever signs in next begins at the beginning.
      navigate('/login', { replace: true });
      forgetOthers(client);
    },
  });
}

export function useSetUp() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { token: string; login: string; email: string; password: string }) => postSetup(body),
    onSuccess: (session) => client.setQueryData(sessionKey, session),
  });
}

/** After a change to sites or rights the session is asked for again. */
export function useRefreshSession(): () => Promise<void> {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: sessionKey });
}
