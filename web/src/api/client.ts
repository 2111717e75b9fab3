import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError } from './generated';

export const sessionKey = ['session'] as const;

const retries_max = 2;

/** Asking again helps when the server is away or busy, never when it refused. */
const worthRetrying = (failures: number, error: unknown): boolean =>
  failures < retries_max && error instanceof ApiError && (error.status === 0 || error.status === 502 || error.status === 503);

/** The session ended: asking for it again leads to the login page. */
function noticeSignedOut(error: unknown): void {
  if (error instanceof ApiError && error.status === 401) void queryClient.invalidateQueries({ queryKey: sessionKey });
}

export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noticeSignedOut }),
  mutationCache: new MutationCache({ onError: noticeSignedOut }),
  defaultOptions: {
    queries: { retry: worthRetrying, staleTime: 30_000, refetchOnWindowFocus: false },
  },
});
