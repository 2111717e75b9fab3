import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
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
        return (await getSession(signal)) as Session;
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

export function useSetupOpen() {
  return useQuery({ queryKey: ['setup'], queryFn: ({ signal }) => getSetup(signal), staleTime: Infinity });
}

/** Makes the answer of a sign-in the session of this page, unless a factor is still asked for. */
export function useEnter(): (answer: SignedIn) => void {
  const client = useQueryClient();
  return (answer) => {
    if (!isHalf(answer)) client.setQueryData(sessionKey, answer);
  };
}

export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => deleteSession(),
    onSuccess: () => {
      forgetNames();
      // The session's own query stays, since the page watches it; every other answer was for somebody who has left.
      client.setQueryData(sessionKey, null);
      client.removeQueries({ predicate: (query) => query.queryKey[0] !== sessionKey[0] });
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
