import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { EmptyState } from '../../components/states';
import { useSiteView } from '../../frame/site-view';
import type { Report } from '../../reports/catalog';
import { useIsShop } from '../admin/websites/use-sites';

/** What a site has to do before a report can hold anything. */
const steps: Readonly<Record<string, ReactNode>> = {
  users: <>If nobody was ever named: tell the tracking script who is signed in, with <code>setUserId</code>.</>,
  contents: <>If none was ever counted: mark banners and boxes with <code>data-track-content</code>, and call <code>trackAllContentImpressions</code>.</>,
  'ai-assistants': 'People are counted here who follow a link in the answer of an assistant, as ChatGPT, Claude or Gemini. Most sites have few of them.',
  'event-categories': <>If none was ever counted: send events with <code>trackEvent</code>.</>,
};
const sameStep: Readonly<Record<string, string>> = { 'content-pieces': 'contents', 'event-actions': 'event-categories', 'event-names': 'event-categories' };

/** Why a report is empty, and the next step. */
export function NothingHere({ report }: { readonly report: Report }) {
  const { site, view } = useSiteView();
  const isOfShop = report.section === 'ecommerce';
  const shop = useIsShop(isOfShop ? site.idsite : undefined);
  if (isOfShop && shop.data === false) {
    const mayChange = site.role === 'admin';
    return (
      <EmptyState
        title="Products are reported for shops"
        action={mayChange && <Link href={`/admin/websites/manage?q=${encodeURIComponent(site.name)}`}>Edit the site</Link>}
      >
        {mayChange ? 'Tick “This site is a shop” in its settings. What it has sold so far appears too.' : 'An administrator of this site can say that it is one. What it has sold so far appears then too.'}
      </EmptyState>
    );
  }
  return (
    <EmptyState title="Nothing here in this period">
      <p>{view.segment.length > 0 ? 'Take a condition off, or choose a longer period.' : 'Choose a longer period.'}</p>
      {view.segment.length === 0 && <p>{steps[sameStep[report.id] ?? report.id]}</p>}
    </EmptyState>
  );
}
