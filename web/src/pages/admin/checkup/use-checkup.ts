import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { read, write } from '../../../api/generated';
import { numberOf } from '../../../lib/numbers';
import { cellsOf, isTrue, listOf, type Cells } from '../../../lib/rows';

export type State = 'pass' | 'warn' | 'fail' | 'unknown' | 'not-applicable' | 'accepted-risk';

export interface Fix {
  readonly kind: 'page' | 'operator' | 'deeds';
  readonly label: string;
  readonly path: string;
  readonly hours: number | undefined;
  readonly possible: boolean;
}

export interface Check {
  readonly id: string;
  readonly weight: string;
  readonly points: number;
  readonly group: string;
  readonly title: string;
  readonly why: string;
  readonly how: string;
  readonly state: State;
  readonly evidence: readonly { readonly name: string; readonly value: string }[];
  readonly since_s: number | undefined;
  readonly fix: Fix;
  readonly accepted: { readonly reason: string; readonly by: string; readonly until_s: number } | undefined;
}

export interface Checkup {
  readonly score: number;
  readonly grade: string;
  readonly measured_s: number;
  readonly next: readonly string[];
  readonly checks: readonly Check[];
}

export interface Change {
  readonly what: string;
  readonly before: string;
  readonly after: string;
}

export interface MadeFix {
  readonly id: number;
  readonly check: string;
  readonly done_s: number;
  readonly done_by: string;
  readonly changes: readonly Change[];
  readonly undo_until_s: number;
  readonly undone: boolean;
}

type None = Record<never, never>;
const get = read<None, unknown>('SecurityCheckup.get');
const run = write<None, unknown>('SecurityCheckup.run');
const getHistory = read<None, unknown>('SecurityCheckup.getHistory');
const preview = read<{ idCheck: string }, unknown>('SecurityCheckup.previewFix');
const fix = write<{ idCheck: string }, unknown>('SecurityCheckup.fix');
const undo = write<{ idFix: number }, unknown>('SecurityCheckup.undoFix');
const getFixes = read<None, unknown>('SecurityCheckup.getFixes');
const accept = write<{ idCheck: string; reason: string; days: number }, unknown>('SecurityCheckup.acceptRisk');
const withdraw = write<{ idCheck: string }, unknown>('SecurityCheckup.withdrawRisk');

const key = ['checkup'] as const;
const refresh_ms = 5 * 60_000;
const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

function fixOf(value: unknown): Fix {
  const cells = cellsOf(value);
  return {
    kind: cells.kind === 'page' || cells.kind === 'deeds' ? cells.kind : 'operator',
    label: String(cells.label ?? ''),
    path: String(cells.path ?? ''),
    hours: numberOf(cells.hours),
    possible: isTrue(cells.possible),
  };
}

function checkOf(cells: Cells): Check {
  const accepted = cells.accepted ? cellsOf(cells.accepted) : undefined;
  return {
    id: String(cells.id),
    weight: String(cells.weight),
    points: Number(cells.points),
    group: String(cells.group),
    title: String(cells.title),
    why: String(cells.why),
    how: String(cells.how),
    state: String(cells.state) as State,
    evidence: listOf(cells.evidence).map((one) => ({ name: String(one.name), value: String(one.value) })),
    since_s: numberOf(cells.since_s),
    fix: fixOf(cells.fix),
    accepted: accepted && { reason: String(accepted.reason), by: String(accepted.accepted_by), until_s: Number(accepted.until_s) },
  };
}

function checkupOf(answer: unknown): Checkup {
  const cells = cellsOf(answer);
  return {
    score: Number(cells.score ?? 0),
    grade: String(cells.grade ?? ''),
    measured_s: Number(cells.measured_s ?? 0),
    next: textsOf(cells.next),
    checks: listOf(cells.checks).map(checkOf),
  };
}

const changesOf = (value: unknown): Change[] =>
  listOf(value).map((cells) => ({ what: String(cells.what ?? ''), before: String(cells.before ?? ''), after: String(cells.after ?? '') }));

export const useCheckup = () =>
  useQuery({ queryKey: key, queryFn: async ({ signal }) => checkupOf(await get({}, signal)), staleTime: refresh_ms });

export const useHistory = () =>
  useQuery({
    queryKey: [...key, 'history'],
    queryFn: async ({ signal }) => listOf(await getHistory({}, signal)).map((cells) => ({ at_s: Number(cells.at_s), score: Number(cells.score) })),
  });

export const useFixes = () =>
  useQuery({
    queryKey: [...key, 'fixes'],
    queryFn: async ({ signal }): Promise<MadeFix[]> =>
      listOf(await getFixes({}, signal)).map((cells) => ({
        id: Number(cells.id),
        check: String(cells.check),
        done_s: Number(cells.done_s),
        done_by: String(cells.done_by),
        changes: changesOf(cells.changes),
        undo_until_s: Number(cells.undo_until_s),
        undone: numberOf(cells.undone_s) !== undefined,
      })),
  });

export const usePreview = (idCheck: string) =>
  useQuery({ queryKey: [...key, 'preview', idCheck], queryFn: async ({ signal }) => changesOf(await preview({ idCheck }, signal)), staleTime: 0 });

/** After anything that changes something, everything is measured and read anew. */
function useAct<V, R = unknown>(act: (values: V) => Promise<R>) {
  const client = useQueryClient();
  return useMutation({ mutationFn: act, onSettled: () => client.invalidateQueries({ queryKey: key }) });
}

export const useRun = () => useAct(() => run({}));
export const useFix = () => useAct((idCheck: string) => fix({ idCheck }));
/** Answers what stays as it is, and why. */
export const useUndo = () => useAct(async (idFix: number) => textsOf(cellsOf(await undo({ idFix })).left));
export const useAccept = () => useAct((values: { idCheck: string; reason: string; days: number }) => accept(values));
export const useWithdraw = () => useAct((idCheck: string) => withdraw({ idCheck }));
