import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { read, write } from '../../../api/generated';
import { type Cells, cellsOf, isTrue, listOf } from '../../../lib/rows';
import { secondsOf } from '../users/use-users';

export interface Review {
  readonly id: number;
  readonly begun_s: number | undefined;
  readonly begunBy: string;
  readonly signed_s: number | undefined;
  readonly signedBy: string;
}

export interface Reviews {
  readonly due_s: number | undefined;
  readonly isOverdue: boolean;
  readonly lastSigned_s: number | undefined;
  readonly days: number;
  readonly open: number | undefined;
  readonly all: readonly Review[];
}

export interface ReviewLine {
  readonly id: number;
  readonly login: string;
  readonly email: string;
  readonly site: string;
  readonly role: string;
  readonly granted_s: number | undefined;
  readonly grantedBy: string;
  readonly used_s: number | undefined;
  /** Empty until it is decided. */
  readonly verdict: string;
  readonly after: string;
}

const reviewsKey = ['reviews'] as const;
const getReviews = read<Record<never, never>, unknown>('UsersManager.getReviews');
const getReview = read<{ idReview: number }, unknown>('UsersManager.getReview');
const getReport = read<{ idReview: number }, unknown>('UsersManager.getReviewReport');
const act = {
  begin: write<Record<never, never>, unknown>('UsersManager.beginReview'),
  refresh: write<{ idReview: number }, unknown>('UsersManager.refreshReview'),
  confirm: write<{ idReview: number; lines: readonly number[] }, unknown>('UsersManager.confirmReviewLines'),
  lower: write<{ idReview: number; line: number; access: string }, unknown>('UsersManager.lowerReviewLine'),
  sign: write<{ idReview: number }, unknown>('UsersManager.signReview'),
} as const;

const reviewOf = (cells: Cells): Review => ({
  id: Number(cells.idreview),
  begun_s: secondsOf(cells.begun),
  begunBy: String(cells.begun_by ?? ''),
  signed_s: secondsOf(cells.signed),
  signedBy: String(cells.signed_by ?? ''),
});

const lineOf = (cells: Cells): ReviewLine => ({
  id: Number(cells.line),
  login: String(cells.login),
  email: String(cells.email ?? ''),
  site: String(cells.site_name ?? ''),
  role: String(cells.role),
  granted_s: secondsOf(cells.granted),
  grantedBy: String(cells.granted_by ?? ''),
  used_s: secondsOf(cells.last_used),
  verdict: String(cells.verdict ?? ''),
  after: String(cells.after ?? ''),
});

export function useReviews() {
  return useQuery({
    queryKey: reviewsKey,
    queryFn: async ({ signal }): Promise<Reviews> => {
      const cells = cellsOf(await getReviews({}, signal));
      const open = Number(cells.open ?? 0);
      return {
        due_s: secondsOf(cells.due),
        isOverdue: isTrue(cells.overdue),
        lastSigned_s: secondsOf(cells.last_signed),
        days: Number(cells.days ?? 0),
        open: open > 0 ? open : undefined,
        all: listOf(cells.reviews).map(reviewOf),
      };
    },
  });
}

export function useReview(id: number) {
  return useQuery({
    queryKey: [...reviewsKey, id],
    queryFn: async ({ signal }) => listOf(cellsOf(await getReview({ idReview: id }, signal)).lines).map(lineOf),
  });
}

function useReviewAct<V, A>(run: (values: V) => Promise<A>) {
  const client = useQueryClient();
  return useMutation({ mutationFn: run, onSettled: () => client.invalidateQueries({ queryKey: reviewsKey }) });
}

export const useBegin = () => useReviewAct(() => act.begin({}));
export const useRefresh = () => useReviewAct((idReview: number) => act.refresh({ idReview }));
export const useConfirm = () => useReviewAct((values: { idReview: number; lines: readonly number[] }) => act.confirm(values));
export const useLower = () => useReviewAct((values: { idReview: number; line: number; access: string }) => act.lower(values));
export const useSign = () => useReviewAct((idReview: number) => act.sign({ idReview }));
/** One row for each role, for a file. */
export const useReport = () => useMutation({ mutationFn: async (idReview: number) => listOf(await getReport({ idReview })) });
