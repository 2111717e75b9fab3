import type { CalendarDate } from '@internationalized/date';
import { createContext, useCallback, useContext, useMemo, type ReactNode } from 'react';
import { useLocation, useSearch } from 'wouter';
import type { SessionSite } from '../api/session';
import { compareSpan, siteToday, spanDate, spanOf, type Span } from '../lib/dates';
import { readView, writeView, type View } from '../lib/view';

/** A question about one site: the parameters every report method shares. */
export interface Scope {
  readonly idSite: number;
  readonly period: string;
  readonly date: string;
  readonly segment: string | undefined;
}

interface SiteView {
  readonly site: SessionSite;
  readonly view: View;
  readonly now: CalendarDate;
  readonly span: Span;
  readonly compared: Span | undefined;
  readonly scope: Scope;
  /** The same question about the compared days; undefined when nothing is compared. */
  readonly comparedScope: Scope | undefined;
  readonly change: (change: Partial<View>) => void;
  readonly filterBy: (segment: string) => void;
  /** An address of this site that keeps period, comparison and segment. */
  readonly href: (path: string, other?: Readonly<Record<string, string | undefined>>) => string;
}

const SiteViewContext = createContext<SiteView | null>(null);

export function useSiteView(): SiteView {
  const value = useContext(SiteViewContext);
  if (!value) throw new Error('this part is shown on the pages of a site only');
  return value;
}

export function SiteViewProvider({ site, children }: { readonly site: SessionSite; readonly children: ReactNode }) {
  const search = useSearch();
  const [path, navigate] = useLocation();
  const change = useCallback(
    (changes: Partial<View>) => {
      const query = new URLSearchParams(search);
      for (const name of ['period', 'date', 'compare', 'segment', 'offset', 'open']) query.delete(name);
      navigate(path + writeView({ ...readView(search), ...changes }, Object.fromEntries(query)));
    },
    [search, path, navigate],
  );
  const value = useMemo((): SiteView => {
    const view = readView(search);
    const now = siteToday(site.timezone);
    const span = spanOf(view, now);
    const compared = compareSpan(view, view.compare, now);
    const segment = view.segment.length > 0 ? view.segment.join(';') : undefined;
    const scopeOf = (days: Span): Scope => ({ idSite: site.idsite, period: view.period, date: spanDate(view.period, days), segment });
    return {
      site, view, now, span, compared, change,
      scope: scopeOf(span),
      comparedScope: compared && scopeOf(compared),
      filterBy: (added) => {
        const fresh = added.split(/(?<!\\);/).filter((condition) => !view.segment.includes(condition));
        if (fresh.length > 0) change({ segment: [...view.segment, ...fresh] });
      },
      href: (to, other) => `/sites/${site.idsite}${to}${writeView(view, other)}`,
    };
  }, [search, site, change]);
  return <SiteViewContext.Provider value={value}>{children}</SiteViewContext.Provider>;
}
