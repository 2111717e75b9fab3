import { lazy, Suspense } from 'react';
import { Route, Switch } from 'wouter';
import { useSession } from '../api/session';
import { Boundary } from '../components/card';
import { Skeleton } from '../components/states';
import { BottomBar } from '../frame/bottom-bar';
import { Palette } from '../frame/palette';
import { SiteRail } from '../frame/rail';
import { Shell } from '../frame/shell';
import { Shortcuts } from '../frame/shortcuts';
import { SiteViewProvider } from '../lib/site-view';
import { NotFound } from './not-found';

const HomePage = lazy(() => import('./home/home-page'));
const ReportPage = lazy(() => import('./report/report-page'));
const VisitsPage = lazy(() => import('./visits/visits-page'));
const GoalsPage = lazy(() => import('./goals/goals-page'));
const EcommercePage = lazy(() => import('./goals/ecommerce-page'));
const DimensionsPage = lazy(() => import('./report/dimensions-page'));
const TransitionsPage = lazy(() => import('./transitions/transitions-page'));
const TimesPage = lazy(() => import('./times/times-page'));

/** The pages of one site, inside the frame. */
export default function SiteRoutes({ id }: { readonly id: string }) {
  const { sites } = useSession();
  const site = sites.find((one) => String(one.idsite) === id);
  if (!site) return <main><NotFound /></main>;
  return (
    <SiteViewProvider site={site}>
      <Shell rail={<SiteRail />} bottomBar={<BottomBar />} idSite={site.idsite}>
        <Boundary key={site.idsite} what="This page">
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
