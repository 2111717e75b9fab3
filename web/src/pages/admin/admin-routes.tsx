import { lazy, Suspense } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import { useSession } from '../../api/session';
import { Boundary } from '../../components/card';
import { Skeleton } from '../../components/states';
import { Shell } from '../../frame/shell';
import { NotFound } from '../not-found';
import { AdminBar, AdminRail } from './admin-rail';

const PersonalSettingsPage = lazy(() => import('./personal/settings-page'));
const SecurityPage = lazy(() => import('./personal/security/security-page'));
const CheckupPage = lazy(() => import('./checkup/checkup-page'));
const DevicesPage = lazy(() => import('./diagnostic/devices-page'));
const FailuresPage = lazy(() => import('./diagnostic/failures-page'));
const LivePage = lazy(() => import('./diagnostic/live-page'));
const StoredPage = lazy(() => import('./diagnostic/stored-page'));
const SystemPage = lazy(() => import('./diagnostic/system-page'));
const TasksPage = lazy(() => import('./diagnostic/tasks-page'));
const ActivityPage = lazy(() => import('./diagnostic/activity-page'));
const GuessesPage = lazy(() => import('./diagnostic/guesses-page'));
const CompliancePage = lazy(() => import('./privacy/compliance-page'));
const ConsentPage = lazy(() => import('./privacy/consent-page'));
const KeepPage = lazy(() => import('./privacy/keep-page'));
const OptOutPage = lazy(() => import('./privacy/optout-page'));
const RetentionPage = lazy(() => import('./privacy/retention-page'));
const SubjectsPage = lazy(() => import('./privacy/subjects-page'));
const PublicRoutes = lazy(() => import('./public/public-routes'));
const ReviewPage = lazy(() => import('./review/review-page'));
const SuperusersPage = lazy(() => import('./superusers/superusers-page'));
const SettingsPage = lazy(() => import('./system/settings-page'));
const WidgetsPage = lazy(() => import('./platform/widgets-page'));
const UsersPage = lazy(() => import('./users/users-page'));
const ManageSitesPage = lazy(() => import('./websites/manage-page'));
const DimensionsPage = lazy(() => import('./websites/dimensions-page'));
const GoalsPage = lazy(() => import('./websites/goals-page'));
const TrackingCodePage = lazy(() => import('./websites/tracking-code-page'));

export default function AdminRoutes() {
  const { superuser, sites } = useSession();
  const administers = superuser || sites.some((site) => site.role === 'admin');
  return (
    <Shell rail={<AdminRail />} bottomBar={<AdminBar />}>
      <Boundary what="This page">
        <Suspense fallback={<Skeleton rows={10} />}>
          <Switch>
            <Route path="/admin"><Redirect to={superuser ? '/admin/security-checkup' : '/admin/personal/settings'} replace /></Route>
            {superuser && <Route path="/admin/security-checkup"><CheckupPage /></Route>}
            {administers && <Route path="/admin/diagnostic/tracking-failures"><FailuresPage /></Route>}
            {administers && <Route path="/admin/diagnostic/live"><LivePage /></Route>}
            {administers && <Route path="/admin/diagnostic/device-detection"><DevicesPage /></Route>}
            {superuser && <Route path="/admin/diagnostic/system-check"><SystemPage /></Route>}
            {superuser && <Route path="/admin/diagnostic/stored-data"><StoredPage /></Route>}
            {superuser && <Route path="/admin/diagnostic/timetable"><TasksPage /></Route>}
            <Route path="/admin/personal/settings"><PersonalSettingsPage /></Route>
            <Route path="/admin/personal/security"><SecurityPage /></Route>
            {superuser && <Route path="/admin/system/general-settings"><SettingsPage /></Route>}
            {administers && <Route path="/admin/system/users"><UsersPage /></Route>}
            {superuser && <Route path="/admin/system/superusers"><SuperusersPage /></Route>}
            {superuser && <Route path="/admin/system/access-review"><ReviewPage /></Route>}
            {superuser && <Route path="/admin/privacy/anonymise"><KeepPage /></Route>}
            {superuser && <Route path="/admin/privacy/retention"><RetentionPage /></Route>}
            {administers && <Route path="/admin/privacy/subjects"><SubjectsPage /></Route>}
            <Route path="/admin/privacy/opt-out"><OptOutPage /></Route>
            <Route path="/admin/privacy/consent"><ConsentPage /></Route>
            {superuser && <Route path="/admin/privacy/compliance"><CompliancePage /></Route>}
            {administers && <Route path="/admin/system/public-reports/*?"><PublicRoutes /></Route>}
            {administers && <Route path="/admin/platform/widgets"><WidgetsPage /></Route>}
            {superuser && <Route path="/admin/diagnostic/brute-force-log"><GuessesPage /></Route>}
            <Route path="/admin/websites/manage"><ManageSitesPage /></Route>
            <Route path="/admin/websites/goals"><GoalsPage /></Route>
            <Route path="/admin/websites/custom-dimensions"><DimensionsPage /></Route>
            <Route path="/admin/websites/tracking-code"><TrackingCodePage /></Route>
            <Route path="/admin/diagnostic/activity-log"><ActivityPage /></Route>
            <Route><NotFound /></Route>
          </Switch>
        </Suspense>
      </Boundary>
    </Shell>
  );
}
