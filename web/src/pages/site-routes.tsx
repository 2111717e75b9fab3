import { Suspense } from 'react';
import { Route, Switch, useLocation, useSearch } from 'wouter';
import { useSession } from '../api/session';
import { Boundary } from '../components/card';
import { Skeleton } from '../components/states';
import { BottomBar } from '../frame/bottom-bar';
import { Palette } from '../frame/palette';
import { SiteRail } from '../frame/rail';
import { Shell } from '../frame/shell';
import { Shortcuts } from '../frame/shortcuts';
import { SiteViewProvider } from '../frame/site-view';
import { UnknownConditions } from '../frame/unknown-conditions';
import { lazyPart } from '../lib/lazy-part';
import { NotFound } from './not-found';

const HomePage = lazyPart(() => import('./home/home-page'));
const ReportPage = lazyPart(() => import('./report/report-page'));
const VisitsPage = lazyPart(() => import('./visits/visits-page'));
const GoalsPage = lazyPart(() => import('./goals/goals-page'));
const EcommercePage = lazyPart(() => import('./goals/ecommerce-page'));
const DimensionsPage = lazyPart(() => import('./report/dimensions-page'));
const TransitionsPage = lazyPart(() => import('./transitions/transitions-page'));
const TimesPage = lazyPart(() => import('./times/times-page'));

/** The pages of one site, inside the frame. */
export default function SiteRoutes({ id }: { readonly id: string }) {
  const { sites } = useSession();
  const [path] = useLocation();
  const search = useSearch();
  const site = sites.find((one) => String(one.idsite) === id);
  if (!site) return <main><NotFound /></main>;
  return (
    <SiteViewProvider site={site}>
      <Shell rail={<SiteRail />} bottomBar={<BottomBar />} idSite={site.idsite}>
        <Boundary key={site.idsite} what="This page" place={path + search} unknown={(error) => <UnknownConditions error={error} />}>
          <Suspense fallback={<Skeleton rows={12} />}>
            <Switch>
              <Route path="/sites/:id"><HomePage /></Route>
              <Route path="/sites/:id/visits"><VisitsPage /></Route>
              <Route path="/sites/:id/times"><TimesPage /></Route>
              <Route path="/sites/:id/goals"><GoalsPage /></Route>
              <Route path="/sites/:id/ecommerce"><EcommercePage /></Route>
              <Route path="/sites/:id/dimensions"><DimensionsPage /></Route>
              <Route path="/sites/:id/transitions"><TransitionsPage /></Route>
              <Route path="/sites/:id/reports/:report">{(params) => <ReportPage id={params.report} />}</Route>
              <Route><NotFound /></Route>
            </Switch>
          </Suspense>
        </Boundary>
      </Shell>
      <Palette />
      <Shortcuts />
    </SiteViewProvider>
  );
}
