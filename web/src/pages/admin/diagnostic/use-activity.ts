import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { read, write } from '../../../api/generated';
import { type Cells, cellsOf, listOf } from '../../../lib/rows';

/** What narrows the lines; empty texts mean any. */
export interface ActivityFilter {
  readonly login: string;
  readonly kind: string;
  readonly result: string;
  readonly text: string;
  readonly from: string;
  readonly until: string;
}

export interface ActivityLine {
  readonly id: number;
  readonly at_ms: number;
  readonly who: string;
  readonly subject: string;
  readonly kind: string;
  readonly words: string;
  readonly refused: boolean;
  readonly address: string;
  readonly agent: string;
  readonly proof: string;
  readonly request: string;
  readonly detail: unknown;
}

export interface ActivityKind {
  readonly id: string;
  readonly text: string;
  /** What it is about, in words. */
  readonly subject: string;
}

/** Lines of one page of the list. */
export const pageLines = 50;

type Narrow = { filterByUserLogin?: string; filterByActivityType?: string; filterByResult?: string; filterByText?: string; period?: string; date?: string };
const getEntries = read<Narrow & { offset: number; limit: number }, unknown>('ActivityLog.getEntries');
const getEntryCount = read<Narrow, unknown>('ActivityLog.getEntryCount');
const getKinds = read<Record<never, never>, unknown>('ActivityLog.getKinds');
const exportLines = write<Narrow, unknown>('ActivityLog.export');
const verifyLines = write<Record<never, never>, unknown>('ActivityLog.verify');

function narrow({ login, kind, result, text, from, until }: ActivityFilter): Narrow {
  const days = from !== '' || until !== '' ? { period: 'range', date: `${from || '1970-01-01'},${until || '9999-12-30'}` } : {};
  return {
    ...(login !== '' && { filterByUserLogin: login }),
    ...(kind !== '' && { filterByActivityType: kind }),
    ...(result !== '' && { filterByResult: result }),
    ...(text !== '' && { filterByText: text }),
    ...days,
  };
}

const lineOf = (cells: Cells): ActivityLine => ({
  id: Number(cells.id),
  at_ms: Number(cells.timestamp_ms),
  who: String(cells.user_login ?? ''),
  subject: String(cells.subject ?? ''),
  kind: String(cells.type ?? ''),
  words: String(cells.description ?? ''),
  refused: cells.result === 'refused',
  address: String(cells.ip ?? ''),
  agent: String(cells.user_agent ?? ''),
  proof: String(cells.proof ?? ''),
  request: String(cells.request ?? ''),
  detail: cells.detail,
});

export function useActivity(filter: ActivityFilter, page: number) {
  return useQuery({
    queryKey: ['activity', filter, page],
    queryFn: async ({ signal }): Promise<ActivityLine[]> =>
      listOf(await getEntries({ ...narrow(filter), offset: page * pageLines, limit: pageLines }, signal)).map(lineOf),
    placeholderData: keepPreviousData,
  });
}

export function useActivityCount(filter: ActivityFilter) {
  return useQuery({
    queryKey: ['activity-count', filter],
    queryFn: async ({ signal }) => Number(cellsOf(await getEntryCount(narrow(filter), signal)).value ?? 0),
    placeholderData: keepPreviousData,
  });
}

export function useActivityKinds() {
  return useQuery({
    queryKey: ['activity-kinds'],
    queryFn: async ({ signal }): Promise<ActivityKind[]> =>
      listOf(await getKinds({}, signal)).map((cells) => ({ id: String(cells.kind), text: String(cells.words), subject: String(cells.subject) })),
    staleTime: Infinity,
  });
}

/** The lines as they arrive, for a file. */
export const useExport = () => useMutation({ mutationFn: async (filter: ActivityFilter) => listOf(await exportLines(narrow(filter))) });

/** What is wrong with the record, in sentences; empty when it is whole. */
export const useVerify = () =>
  useMutation({
    mutationFn: async () => {
      const answer = await verifyLines({});
      return Array.isArray(answer) ? answer.map(String) : [];
    },
  });
