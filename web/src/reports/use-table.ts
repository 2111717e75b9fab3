import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { Value } from '../api/generated';
import type { Scope } from '../frame/site-view';
import { rowsOf } from '../lib/rows';
import type { Report } from './catalog';

/** The rows of a report. Without a scope nothing is asked. */
export function useTable(report: Report, scope: Scope | undefined, more: Readonly<Record<string, Value>> = {}) {
  return useQuery({
    queryKey: ['table', report.method.method, report.asked, scope, more],
    enabled: scope !== undefined,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => rowsOf(await report.method({ ...(scope as Scope), ...report.asked, ...more }, signal)),
  });
}
