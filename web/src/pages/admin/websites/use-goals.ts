import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { goalsAddGoal, goalsDeleteGoal, goalsGetGoals, goalsUpdateGoal } from '../../../api/generated';
import { numberOf } from '../../../lib/numbers';
import { isTrue, listOf, type Cells } from '../../../lib/rows';

/** A goal as the form shows it. */
export interface GoalDraft {
  readonly name: string;
  readonly description: string;
  readonly attribute: string;
  readonly pattern: string;
  readonly patternType: string;
  readonly caseSensitive: boolean;
  readonly many: boolean;
  readonly revenue: string;
  readonly eventValue: boolean;
}

export interface Goal extends GoalDraft {
  readonly id: number;
}

const goalOf = (cells: Cells): Goal => ({
  id: numberOf(cells.idgoal) ?? 0,
  name: String(cells.name ?? ''),
  description: String(cells.description ?? ''),
  attribute: String(cells.match_attribute ?? 'url'),
  pattern: String(cells.pattern ?? ''),
  patternType: String(cells.pattern_type ?? 'contains'),
  caseSensitive: isTrue(cells.case_sensitive),
  many: isTrue(cells.allow_multiple),
  revenue: String(numberOf(cells.revenue) ?? 0),
  eventValue: isTrue(cells.event_value_as_revenue),
});

export function useGoals(idSite: number) {
  return useQuery({
    queryKey: ['goals-to-manage', idSite],
    enabled: idSite > 0,
    queryFn: async ({ signal }): Promise<Goal[]> => listOf(await goalsGetGoals({ idSite }, signal)).map(goalOf),
  });
}

/** The server reads names and patterns as parts of an address: what has a meaning there is encoded. */
const encoded = (text: string): string => text.replace(/[%+]/g, encodeURIComponent);

function useForgetGoals() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ predicate: (query) => ['goals', 'goals-to-manage', 'conversions'].includes(String(query.queryKey[0])) });
}

/** Adds a goal, or changes it when it has a number already. */
export function useSaveGoal(idSite: number, idGoal: number | undefined) {
  const forget = useForgetGoals();
  return useMutation({
    mutationFn: async (draft: GoalDraft) => {
      const fields = {
        idSite,
        name: encoded(draft.name.trim()),
        description: encoded(draft.description.trim()),
        matchAttribute: draft.attribute,
        pattern: encoded(draft.pattern),
        patternType: draft.patternType,
        caseSensitive: draft.caseSensitive ? 1 : 0,
        allowMultipleConversionsPerVisit: draft.many ? 1 : 0,
        revenue: draft.revenue.trim() === '' ? 0 : draft.revenue.trim(),
        useEventValueAsRevenue: draft.eventValue ? 1 : 0,
      };
      await (idGoal === undefined ? goalsAddGoal(fields) : goalsUpdateGoal({ ...fields, idGoal }));
    },
    onSuccess: forget,
  });
}

export function useDeleteGoal(idSite: number) {
  const forget = useForgetGoals();
  return useMutation({ mutationFn: (idGoal: number) => goalsDeleteGoal({ idSite, idGoal }), onSuccess: forget });
}
