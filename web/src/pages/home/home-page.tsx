import { useQuery } from '@tanstack/react-query';
import { sitesManagerGetJavascriptTag } from '../../api/generated';
import { Button } from '../../components/button';
import { CopyCode } from '../../components/copy-code';
import { EmptyState, Notice, Skeleton } from '../../components/states';
import { useSiteView } from '../../frame/site-view';
import { TopLine } from '../../frame/top-line';
import { pointWords } from '../../lib/dates';
import { numberOf } from '../../lib/numbers';
import { cellsOf } from '../../lib/rows';
import { CheckupWidget } from '../admin/checkup/checkup-widget';
import { KeyFigures } from './key-figures';
import { MainGraph } from './main-graph';
import { ReportCard } from './report-card';
import { RightNow } from './right-now';
import { useTotals } from './use-overview';
import { useNewestDay } from './use-right-now';
import styles from './home-page.module.css';

function TrackingCode() {
  const { site } = useSiteView();
  const code = useQuery({
    queryKey: ['tracking-code', site.idsite],
    queryFn: async ({ signal }) => String(cellsOf(await sitesManagerGetJavascriptTag({ idSite: site.idsite }, signal)).value ?? ''),
  });
  if (code.isPending) return <Skeleton rows={4} />;
  if (code.isError) return <Notice tone="warn">The code could not be loaded. Find it under Administration, Tracking code.</Notice>;
  return <CopyCode code={code.data} label="Tracking code" />;
}

/** No visit in the whole period: why, and what to do about it. */
function NoVisits() {
  const { view, change } = useSiteView();
  const newest = useNewestDay();
  if (view.segment.length > 0) {
    return (
      <section className={styles.nothing}>
        <EmptyState title="No visit fits all the conditions" action={<Button onPress={() => change({ segment: [] })}>Remove the conditions</Button>}>
          In this period nobody came who matches them all.
        </EmptyState>
      </section>
    );
  }
  if (newest.isPending) return <section className={styles.nothing}><Skeleton rows={8} /></section>;
  if (newest.data) {
    const day = newest.data;
    return (
      <section className={styles.nothing}>
        <EmptyState title="No visits in this period" action={<Button onPress={() => change({ period: 'month', date: day })}>Look at that month</Button>}>
          The newest visit came on {pointWords(day, 'full')}.
        </EmptyState>
      </section>
    );
  }
  return (
    <section className={styles.nothing}>
      <EmptyState title="No visits yet">
        Put this code on every page, just before <code>{'</head>'}</code>. Visits appear within seconds.
      </EmptyState>
      <TrackingCode />
    </section>
  );
}

function Cards() {
  return (
    <div className={styles.cards}>
      <ReportCard
        id="referrers"
        title="Referrers"
        reports={[
          { id: 'channels', text: 'Channels' }, { id: 'referrers', text: 'All' }, { id: 'search-engines', text: 'Search engines' },
          { id: 'websites', text: 'Websites' }, { id: 'socials', text: 'Social' }, { id: 'campaigns', text: 'Campaigns' },
        ]}
      />
      <ReportCard
        id="pages"
        title="Pages"
        reports={[
          { id: 'pages', text: 'Pages' }, { id: 'entry-pages', text: 'Entries' }, { id: 'exit-pages', text: 'Exits' },
          { id: 'titles', text: 'Titles' }, { id: 'downloads', text: 'Downloads' }, { id: 'outlinks', text: 'Outlinks' },
        ]}
      />
      <ReportCard
        id="places"
        title="Places"
        map
        reports={[{ id: 'countries', text: 'Countries' }, { id: 'cities', text: 'Cities' }, { id: 'languages', text: 'Languages' }]}
      />
      <ReportCard
        id="devices"
        title="Devices"
        reports={[
          { id: 'device-types', text: 'Types' }, { id: 'browsers', text: 'Browsers' }, { id: 'systems', text: 'Systems' },
          { id: 'brands', text: 'Brands' }, { id: 'resolutions', text: 'Resolutions' },
        ]}
      />
    </div>
  );
}

export default function HomePage() {
  const { scope } = useSiteView();
  const totals = useTotals(scope);
  const nothing = totals.isSuccess && !totals.isPlaceholderData && (numberOf(totals.data.nb_visits) ?? 0) === 0;
  return (
    <>
      <TopLine title="Home" />
      {!nothing && <KeyFigures />}
      <div className={styles.first}>
        {nothing ? <NoVisits /> : <MainGraph />}
        <RightNow />
      </div>
      {!nothing && <Cards />}
      <CheckupWidget />
    </>
  );
}
