import { useQuery } from '@tanstack/react-query';
import { transitionsGetTransitionsForAction } from '../../api/generated';
import { useSiteView } from '../../frame/site-view';
import { numberOf } from '../../lib/numbers';
import { cellsOf, listOf, type Cells } from '../../lib/rows';
import type { PageName } from './page-name';

/** Something that led to a page or that it led to, with how often it did. */
export interface Step {
  readonly label: string;
  readonly count: number;
}

export interface Group {
  readonly id: string;
  readonly title: string;
  readonly count: number;
  readonly steps: readonly Step[];
  /** Steps are pages of the site: each can be looked at in its turn. */
  readonly arePages?: boolean;
}

export interface Transitions {
  readonly views: number;
  readonly entries: number;
  readonly exits: number;
  readonly reloads: number;
  readonly before: readonly Group[];
  readonly after: readonly Group[];
}

const stepsOf = (answer: unknown): Step[] =>
  listOf(answer).map((cells) => ({ label: String(cells.label ?? ''), count: numberOf(cells.referrals) ?? 0 }));

function group(id: string, title: string, steps: readonly Step[], arePages = false): Group {
  return { id, title, steps, arePages, count: steps.reduce((sum, step) => sum + step.count, 0) };
}

/** The ways by which visits came that began here, each with its details. */
function channels(answer: unknown): Group[] {
  return listOf(answer).map((cells) => ({
    id: `channel ${String(cells.shortName)}`,
    title: String(cells.label),
    count: numberOf(cells.visits) ?? 0,
    steps: stepsOf(cells.details),
  }));
}

export function readTransitions(answer: Cells): Transitions {
  const page = cellsOf(answer.pageMetrics);
  const amount = (name: string) => numberOf(page[name]) ?? 0;
  const some = (groups: readonly Group[]) => groups.filter((one) => one.count > 0);
  return {
    views: amount('pageviews'),
    entries: amount('entries'),
    exits: amount('exits'),
    reloads: amount('loops'),
    before: some([
      group('pages-before', 'Pages of this site', stepsOf(answer.previousPages), true),
      group('searches-before', 'Searches on this site', stepsOf(answer.previousSiteSearches)),
      ...channels(answer.referrers),
    ]),
    after: some([
      group('pages-after', 'Pages of this site', stepsOf(answer.followingPages), true),
      group('searches-after', 'Searches on this site', stepsOf(answer.followingSiteSearches)),
      group('outlinks', 'Links to other sites', stepsOf(answer.outlinks)),
      group('downloads', 'Downloads', stepsOf(answer.downloads)),
      { id: 'exits', title: 'Left the site', count: amount('exits'), steps: [] },
    ]),
  };
}

/** What came before and after a page in the period. */
export function useTransitions(page: PageName | undefined) {
  const { scope } = useSiteView();
  return useQuery({
    queryKey: ['transitions', scope, page],
    enabled: page !== undefined,
    queryFn: async ({ signal }) =>
      readTransitions(cellsOf(await transitionsGetTransitionsForAction({ ...scope, actionName: page?.name ?? '', actionType: page?.kind ?? 'url' }, signal))),
  });
}
