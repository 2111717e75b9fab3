import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import {
  customDimensionsConfigureExistingCustomDimension, customDimensionsConfigureNewCustomDimension, customDimensionsGetAvailableScopes,
  customDimensionsGetConfiguredCustomDimensions,
} from '../../../api/generated';
import { numberOf } from '../../../lib/numbers';
import { isTrue, listOf, type Cells } from '../../../lib/rows';

/** Where a value is taken from: the page's address, a parameter of it, or the page's title. */
export interface Extraction {
  readonly from: string;
  readonly pattern: string;
}

/** A dimension of a site's own as the form shows it. */
export interface DimensionDraft {
  readonly name: string;
  readonly scope: 'visit' | 'action';
  readonly active: boolean;
  readonly caseSensitive: boolean;
  readonly extractions: readonly Extraction[];
}

export interface Dimension extends DimensionDraft {
  readonly id: number;
}

const dimensionOf = (cells: Cells): Dimension => ({
  id: numberOf(cells.idcustomdimension) ?? 0,
  name: String(cells.name ?? ''),
  scope: cells.scope === 'action' ? 'action' : 'visit',
  active: isTrue(cells.active),
  caseSensitive: isTrue(cells.case_sensitive),
  extractions: listOf(cells.extractions).map((rule) => ({ from: String(rule.dimension), pattern: String(rule.pattern) })),
});

const dimensionsKey = (idSite: number) => ['dimensions', idSite];

export function useDimensions(idSite: number) {
  return useQuery({
    queryKey: dimensionsKey(idSite),
    enabled: idSite > 0,
    queryFn: async ({ signal }): Promise<Dimension[]> =>
      listOf(await customDimensionsGetConfiguredCustomDimensions({ idSite }, signal)).map(dimensionOf),
  });
}

/** How many more dimensions of a scope the site may define. */
export function useSlotsLeft(idSite: number) {
  return useQuery({
    queryKey: [...dimensionsKey(idSite), 'slots'],
    queryFn: async ({ signal }): Promise<Readonly<Record<string, number>>> =>
      Object.fromEntries(listOf(await customDimensionsGetAvailableScopes({ idSite }, signal)).map((cells) => [String(cells.value), numberOf(cells.numSlotsLeft) ?? 0])),
  });
}

/** Defines a dimension, or changes it when it has a number already. */
export function useSaveDimension(idSite: number, idDimension: number | undefined) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (draft: DimensionDraft) => {
      const rules = draft.extractions.filter((rule) => rule.pattern.trim() !== '');
      const fields = {
        idSite,
        name: draft.name.trim(),
        active: draft.active ? 1 : 0,
        caseSensitive: draft.caseSensitive ? 1 : 0,
        ...Object.fromEntries(rules.flatMap((rule, at) => [[`extractions[${at}][dimension]`, rule.from], [`extractions[${at}][pattern]`, rule.pattern.trim()]])),
      };
      await (idDimension === undefined
        ? customDimensionsConfigureNewCustomDimension({ ...fields, scope: draft.scope })
        : customDimensionsConfigureExistingCustomDimension({ ...fields, idDimension }));
    },
    onSuccess: () => client.invalidateQueries({ queryKey: dimensionsKey(idSite) }),
  });
}
