import { useQueries } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import type { Value } from '../../api/generated';
import type { Scope } from '../../frame/site-view';
import type { Metric } from '../../lib/metrics';
import { rowsOf, sortRows, type Row } from '../../lib/rows';
import type { Report } from '../../reports/catalog';

/** A line of the table: a row at its depth, or what stands in while its children come. */
export interface Line {
  readonly key: string;
  readonly row: Row;
  readonly depth: number;
  /** The labels from the root to the row. */
  readonly path: readonly string[];
  readonly parent: string | undefined;
  readonly state: 'row' | 'loading' | 'failed' | 'empty';
  readonly open: boolean;
}

interface Branch {
  readonly key: string;
  readonly subtableId: number;
}

const branchRows_max = 500;

function standIn(key: string, depth: number, state: Line['state'], label: string): Line {
  const row: Row = { label, cells: {}, segment: undefined, url: undefined, subtableId: undefined, isSummary: false };
  return { key, row, depth, path: [], parent: undefined, state, open: false };
}

/** Rows with the rows inside the open ones, in the order they stand on the screen. */
export function useTree(report: Report, scope: Scope, roots: readonly Row[], more: Readonly<Record<string, Value>>, metric: Metric | undefined, order: 'asc' | 'desc') {
  const [branches, setBranches] = useState<readonly Branch[]>([]);
  const answers = useQueries({
    queries: branches.map((branch) => ({
      queryKey: ['branch', report.branch?.method, report.asked, scope, branch.subtableId, more],
      queryFn: async ({ signal }: { signal: AbortSignal }) =>
        rowsOf(await report.branch?.({ ...scope, ...report.asked, ...more, idSubtable: branch.subtableId, filter_limit: branchRows_max }, signal)),
    })),
  });

  const lines = useMemo(() => {
    const at = new Map(branches.map((branch, index) => [branch.key, answers[index]]));
    const result: Line[] = [];
    const walk = (rows: readonly Row[], depth: number, parent: string | undefined, above: readonly string[]) => {
      sortRows(rows, metric, order, report.isNatural).forEach((row, index) => {
        const key = `${parent ?? ''}/${row.subtableId ?? index}/${row.label}`;
        const answer = at.get(key);
        const path = [...above, row.label];
        result.push({ key, row, depth, path, parent, state: 'row', open: answer !== undefined });
        if (!answer) return;
        if (answer.isPending) result.push(standIn(`${key}/…`, depth + 1, 'loading', 'Loading…'));
        else if (answer.isError) result.push(standIn(`${key}/!`, depth + 1, 'failed', 'These rows could not be loaded. Close and open to try again.'));
        else if (answer.data.length === 0) result.push(standIn(`${key}/0`, depth + 1, 'empty', 'Nothing inside'));
        else walk(answer.data, depth + 1, key, path);
      });
    };
    walk(roots, 0, undefined, []);
    return result;
  }, [roots, branches, answers, metric, order, report.isNatural]);

  const toggle = useCallback((line: Line) => {
    const { subtableId } = line.row;
    if (subtableId === undefined) return;
    setBranches((old) =>
      old.some((branch) => branch.key === line.key)
        ? old.filter((branch) => !branch.key.startsWith(line.key))
        : [...old, { key: line.key, subtableId }],
    );
  }, []);
  return { lines, toggle };
}
