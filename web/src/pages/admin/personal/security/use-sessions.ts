import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { loginEndOtherSessions, loginEndSession, loginGetSessions } from '../../../../api/generated';
import { numberOf } from '../../../../lib/numbers';
import { countryName, deviceWords } from '../../../../lib/device';
import { type Cells, listOf } from '../../../../lib/rows';

export interface OpenSession {
  readonly id: number;
  readonly device: string;
  /** Where it came from last: a place, an address, or both. */
  readonly place: string;
  readonly started_s: number;
  readonly used_s: number;
  readonly current: boolean;
}

export const sessionsKey = ['sessions'] as const;

const placeOf = (cells: Cells): string => [countryName(String(cells.country ?? '')), String(cells.address ?? '')].filter((part) => part !== '').join(', ');

export function useSessions() {
  return useQuery({
    queryKey: sessionsKey,
    queryFn: async ({ signal }): Promise<OpenSession[]> => {
      const answer = await loginGetSessions({}, signal);
      return listOf(answer).map((cells) => ({
        id: Number(cells.id),
        device: deviceWords(String(cells.agent ?? '')),
        place: placeOf(cells),
        started_s: numberOf(cells.created_s) ?? 0,
        used_s: numberOf(cells.last_used_s) ?? 0,
        current: cells.current === true || Number(cells.current) === 1,
      }));
    },
  });
}

function useSessionAct<V>(act: (values: V) => Promise<unknown>) {
  const client = useQueryClient();
  return useMutation({ mutationFn: act, onSettled: () => client.invalidateQueries({ queryKey: sessionsKey }) });
}

export const useEndSession = () => useSessionAct((id: number) => loginEndSession({ id }));
export const useEndOthers = () => useSessionAct(() => loginEndOtherSessions({}));
