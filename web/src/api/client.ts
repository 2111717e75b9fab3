import { MutationCache, QueryCache, QueryClient, type QueryKey } from '@tanstack/react-query';
import { isUnknownQuestion } from '../lib/refusal';
import { ApiError, mendRefusals } from './generated';
import { mendByProof } from './proof';

export const sessionKey = ['session'] as const;

const retries_max = 2;

/** Asking again helps when the server is away or busy, never when it refused. */
const worthRetrying = (failures: number, error: unknown): boolean =>
  failures < retries_max && error instanceof ApiError && (error.status === 0 || error.status === 502 || error.status === 503);

/** Refusals that the session itself explains: it ended, lost rights, or must set up a second factor first. */
const isOfSession = (error: ApiError): boolean => error.status === 401 || error.code === 'factor_required' || error.code === 'forbidden';

/** Asking for the session again leads to the login page, the enrolment, or to what may still be seen. */
function noticeSession(error: unknown): void {
  if (error instanceof ApiError && isOfSession(error)) void queryClient.invalidateQueries({ queryKey: sessionKey });
}

/** Is it asked under conditions? What the server does not know of them is the matter of the whole page. */
const hasConditions = (key: QueryKey): boolean => key.some((part) => typeof part === 'object' && part !== null && (part as { segment?: unknown }).segment !== undefined);

export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noticeSession }),
  mutationCache: new MutationCache({ onError: noticeSession }),
  defaultOptions: {
    // Also without a network the server is asked: waiting for one in silence would look like loading.
    queries: {
      networkMode: 'always', refetchOnReconnect: true, retry: worthRetrying, staleTime: 30_000, refetchOnWindowFocus: false,
      throwOnError: (error, query) => isUnknownQuestion(error) && hasConditions(query.queryKey),
    },
    // What was sent may be a password: it is not kept once nobody looks at it.
    mutations: { networkMode: 'always', gcTime: 0 },
  },
});

mendRefusals(mendByProof);
