import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { read, write } from '../../../api/generated';
import { Button } from '../../../components/button';
import { Confirm } from '../../../components/confirm';
import { EmptyState, ErrorState, Notice, Skeleton } from '../../../components/states';
import { numberOf } from '../../../lib/numbers';
import { refusalWords } from '../../../lib/refusal';
import { listOf } from '../../../lib/rows';
import { counted, whenWords } from '../../../lib/words';
import { AdminPage, SettingGroup } from '../admin-page';
import list from '../list.module.css';

interface Blocked {
  readonly address: string;
  readonly bySetting: boolean;
  readonly failed: number;
  readonly until_s: number | undefined;
}

interface Attempts {
  readonly kind: string;
  readonly name: string;
  readonly since_s: number;
  readonly last_s: number;
  readonly failed: number;
  readonly refused: number;
}

const guessesKey = ['guesses'] as const;
const refresh_ms = 15_000;
const getBlocked = read<Record<never, never>, unknown>('Login.getBlockedAddresses');
const getAttempts = read<Record<never, never>, unknown>('Login.getAttempts');
const unblock = write<{ ip: string }, unknown>('Login.unblockAddress');
const unblockAll = write<Record<never, never>, unknown>('Login.unblockBruteForceIPs');

function useGuesses() {
  return useQuery({
    queryKey: guessesKey,
    queryFn: async ({ signal }): Promise<{ blocked: Blocked[]; attempts: Attempts[] }> => {
      const [blocked, attempts] = await Promise.all([getBlocked({}, signal), getAttempts({}, signal)]);
      return {
        blocked: listOf(blocked).map((cells) => ({ address: String(cells.address), bySetting: cells.why === 'setting', failed: Number(cells.failed ?? 0), until_s: numberOf(cells.until_s) })),
        attempts: listOf(attempts).map((cells) => ({
          kind: String(cells.kind),
          name: String(cells.name),
          since_s: Number(cells.since_s),
          last_s: Number(cells.last_s),
          failed: Number(cells.failed_total ?? cells.failed ?? 0),
          refused: Number(cells.refused_total ?? 0),
        })),
      };
    },
    refetchInterval: refresh_ms,
  });
}

function useUnblock<V>(run: (values: V) => Promise<unknown>) {
  const client = useQueryClient();
  return useMutation({ mutationFn: run, onSettled: () => client.invalidateQueries({ queryKey: guessesKey }) });
}

function BlockedRow({ blocked }: { readonly blocked: Blocked }) {
  const act = useUnblock((ip: string) => unblock({ ip }));
  const problem = refusalWords(act.error);
  const left_min = blocked.until_s === undefined ? 0 : Math.max(1, Math.ceil(blocked.until_s / 60 - Date.now() / 60_000));
  const why = blocked.bySetting ? 'By the settings, for good' : `${counted(blocked.failed, 'failed sign-in')}, blocked for ${counted(left_min, 'more minute', 'more minutes')}`;
  return (
    <li className={list.row}>
      <div className={list.main}>
        <p className={list.name}>{blocked.address}</p>
        <p className={list.sub}>{why}</p>
        {problem && <Notice tone="danger">{problem}</Notice>}
      </div>
      {!blocked.bySetting && <Button look="quiet" isPending={act.isPending} onPress={() => act.mutate(blocked.address)} aria-label={`Unblock ${blocked.address}`}>Unblock</Button>}
    </li>
  );
}

const kindWords: Readonly<Record<string, string>> = { login: 'Login', account: 'Login', address: 'Address', network: 'Network', device: 'Known device of' };

function AttemptsRow({ attempts }: { readonly attempts: Attempts }) {
  const now_ms = Date.now();
  const refused = attempts.refused > 0 ? `, ${counted(attempts.refused, 'more', 'more')} refused without a look` : '';
  return (
    <li className={list.row}>
      <div className={list.main}>
        <p className={list.name}>{kindWords[attempts.kind] ?? attempts.kind} {attempts.name}</p>
        <p className={list.sub}>{counted(attempts.failed, 'failed sign-in')}{refused}</p>
      </div>
      <span className={list.sub}>last {whenWords(attempts.last_s, now_ms)}</span>
    </li>
  );
}

function UnblockAll({ count, onClose }: { readonly count: number; readonly onClose: () => void }) {
  const act = useUnblock(() => unblockAll({}));
  return (
    <Confirm title="Unblock all addresses?" onClose={onClose} action="Unblock them" isPending={act.isPending} error={act.error} onConfirm={() => act.mutate(undefined, { onSuccess: onClose })}>
      <p>{counted(count, 'address', 'addresses')} may try again at once. What they did stays in the log.</p>
    </Confirm>
  );
}

export default function GuessesPage() {
  const guesses = useGuesses();
  const [asking, setAsking] = useState(false);
  const blockedNow = (guesses.data?.blocked ?? []).filter((one) => !one.bySetting);
  return (
    <AdminPage
      title="Brute force log"
      lead="Who tries to guess passwords, and which addresses are blocked for it. The owner of an account is never locked out."
      action={blockedNow.length > 0 && <Button onPress={() => setAsking(true)}>Unblock all</Button>}
    >
      {guesses.isPending ? (
        <Skeleton rows={8} />
      ) : guesses.isError ? (
        <ErrorState what="The log" error={guesses.error} onRetry={() => void guesses.refetch()} />
      ) : (
        <>
          <SettingGroup title="Blocked now">
            {guesses.data.blocked.length === 0 ? <EmptyState title="No address is blocked" /> : <ul aria-label="Blocked addresses">{guesses.data.blocked.map((one) => <BlockedRow key={one.address} blocked={one} />)}</ul>}
          </SettingGroup>
          <SettingGroup title="Failed sign-ins">
            {guesses.data.attempts.length === 0 ? <EmptyState title="No failed sign-ins of late" /> : <ul aria-label="Failed sign-ins">{guesses.data.attempts.map((one) => <AttemptsRow key={`${one.kind} ${one.name}`} attempts={one} />)}</ul>}
          </SettingGroup>
        </>
      )}
      {asking && <UnblockAll count={blockedNow.length} onClose={() => setAsking(false)} />}
    </AdminPage>
  );
}
