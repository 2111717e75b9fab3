import { useIsMutating, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import {
  twoFactorAuthFinishPasskey, twoFactorAuthFinishTotp, twoFactorAuthGetState, twoFactorAuthRegenerateRecoveryCodes, twoFactorAuthRemovePasskey, twoFactorAuthRemoveTotp, twoFactorAuthRenamePasskey, twoFactorAuthStartPasskey, twoFactorAuthStartTotp,
} from '../api/generated';
import { numberOf } from '../lib/numbers';
import { makePasskey } from '../lib/passkey';
import { type Cells, cellsOf, isTrue } from '../lib/rows';

export interface Passkey {
  readonly id: number;
  readonly name: string;
  readonly created_s: number;
  readonly used_s: number | undefined;
}

export interface FactorState {
  readonly totp: boolean;
  readonly totpSince_s: number | undefined;
  readonly passkeys: readonly Passkey[];
  readonly recoveryLeft: number;
  /** The rules ask this person for a second factor: the last one cannot be taken away. */
  readonly required: boolean;
}

export interface TotpStart {
  readonly secret: string;
  /** The QR code as an address that an image can show. */
  readonly picture: string;
}

export const factorsKey = ['factors'] as const;

const list = (value: unknown): Cells[] => (Array.isArray(value) ? (value as Cells[]) : []);

const passkeyOf = (cells: Cells): Passkey => ({
  id: Number(cells.id),
  name: String(cells.name ?? ''),
  created_s: numberOf(cells.created_s) ?? 0,
  used_s: numberOf(cells.last_used_s) || undefined,
});

export function useFactorState() {
  return useQuery({
    queryKey: factorsKey,
    queryFn: async ({ signal }): Promise<FactorState> => {
      const cells = cellsOf(await twoFactorAuthGetState({}, signal));
      return {
        totp: isTrue(cells.totp),
        totpSince_s: numberOf(cells.totp_since_s) || undefined,
        passkeys: list(cells.passkeys).map(passkeyOf),
        recoveryLeft: numberOf(cells.recovery_left) ?? 0,
        required: isTrue(cells.required),
      };
    },
  });
}

/** Recovery codes come with the first factor, and when new ones are asked for; else there are none in the answer. */
const codesOf = (answer: unknown): string[] => {
  const codes = cellsOf(answer).recoveryCodes;
  return Array.isArray(codes) ? codes.map(String) : [];
};

const picture = (svg: string): string => (svg.startsWith('data:') ? svg : `data:image/svg+xml,${encodeURIComponent(svg)}`);

/** What the page knows of factors is old after each of these acts. Nothing waits for the news: the answer may hold codes that are shown once. */
function useFactorAct<V, A>(act: (values: V) => Promise<A>) {
  const client = useQueryClient();
  return useMutation({ mutationKey: factorsKey, mutationFn: act, onSuccess: () => void client.invalidateQueries({ queryKey: factorsKey }) });
}

/** Whether such an act goes on: who left its step meanwhile would never see the codes. */
export const useFactorsBusy = (): boolean => useIsMutating({ mutationKey: factorsKey }) > 0;

export const useStartTotp = () =>
  useMutation({
    mutationFn: async (): Promise<TotpStart> => {
      const cells = cellsOf(await twoFactorAuthStartTotp({}));
      return { secret: String(cells.secret ?? ''), picture: picture(String(cells.qr ?? '')) };
    },
  });

export const useFinishTotp = () => useFactorAct(async (code: string) => codesOf(await twoFactorAuthFinishTotp({ code })));
export const useRemoveTotp = () => useFactorAct(() => twoFactorAuthRemoveTotp({}));
export const useAddPasskey = () =>
  useFactorAct(async (name: string) => {
    const credential = await makePasskey(await twoFactorAuthStartPasskey({}));
    return codesOf(await twoFactorAuthFinishPasskey({ credential: JSON.stringify(credential), name }));
  });
export const useRenamePasskey = () => useFactorAct((change: { id: number; name: string }) => twoFactorAuthRenamePasskey(change));
export const useRemovePasskey = () => useFactorAct((id: number) => twoFactorAuthRemovePasskey({ id }));
export const useNewCodes = () => useFactorAct(async () => codesOf(await twoFactorAuthRegenerateRecoveryCodes({})));
