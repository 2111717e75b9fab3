import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import {
  usersManagerCreateToken, usersManagerDeleteAllTokens, usersManagerDeleteToken, usersManagerGetTokens,
} from '../../../../api/generated';
import { numberOf } from '../../../../lib/numbers';
import { type Cells, cellsOf, isTrue, listOf } from '../../../../lib/rows';

export const reaches = [
  { id: 'read', text: 'Read reports' },
  { id: 'track', text: 'Track for others: times, places, visitors' },
  { id: 'administer', text: 'Everything that the role allows' },
] as const;

export interface Token {
  readonly id: number;
  readonly name: string;
  readonly networks: readonly string[];
  /** The address that used it last; empty when unknown. */
  readonly usedFrom: string;
  readonly reach: string;
  readonly role: string;
  /** How many sites it is narrowed to; undefined for all of its owner's. */
  readonly sites: number | undefined;
  readonly created_s: number;
  readonly used_s: number | undefined;
  readonly expires_s: number | undefined;
  readonly urlAllowed: boolean;
  readonly provisioning: boolean;
}

export interface NewToken {
  readonly description: string;
  readonly scope: string;
  readonly sites: readonly number[];
  readonly reach: string;
  readonly networks: readonly string[];
  readonly expiresDays: number;
  readonly urlAllowed: boolean;
  readonly provisioning: boolean;
}

const tokensKey = ['tokens'] as const;

const tokenOf = (cells: Cells): Token => ({
  id: Number(cells.id),
  name: String(cells.description ?? ''),
  networks: Array.isArray(cells.networks) ? cells.networks.map(String) : [],
  usedFrom: String(cells.last_used_address ?? ''),
  reach: String(cells.reach ?? ''),
  role: String(cells.scope ?? 'all'),
  sites: Array.isArray(cells.sites) && cells.sites.length > 0 ? cells.sites.length : undefined,
  created_s: numberOf(cells.created_s) ?? 0,
  used_s: numberOf(cells.last_used_s) || undefined,
  expires_s: numberOf(cells.expires_s) || undefined,
  urlAllowed: isTrue(cells.url_allowed),
  provisioning: isTrue(cells.provisioning),
});

export function useTokens() {
  return useQuery({
    queryKey: tokensKey,
    queryFn: async ({ signal }): Promise<Token[]> => {
      const answer = await usersManagerGetTokens({}, signal);
      return listOf(answer).map(tokenOf);
    },
  });
}

/** Nothing waits for the news: the answer may be a token, which is shown once. */
function useTokenAct<V, A>(act: (values: V) => Promise<A>) {
  const client = useQueryClient();
  return useMutation({ mutationFn: act, onSuccess: () => void client.invalidateQueries({ queryKey: tokensKey }) });
}

/** Gives the token itself: it is never shown again. */
export const useCreateToken = () =>
  useTokenAct(async (token: NewToken): Promise<string> => {
    const cells = cellsOf(await usersManagerCreateToken({ ...token }));
    return String(cells.value ?? '');
  });

export const useDeleteToken = () => useTokenAct((id: number) => usersManagerDeleteToken({ id }));
export const useDeleteAllTokens = () => useTokenAct(() => usersManagerDeleteAllTokens({}));
