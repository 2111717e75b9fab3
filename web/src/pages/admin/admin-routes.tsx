import { Suspense } from 'react';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { useSession } from '../../api/session';
import { Boundary } from '../../components/card';
import { Skeleton } from '../../components/states';
import { Shell } from '../../frame/shell';
import { lazyPart } from '../../lib/lazy-part';
import { NotFound } from '../not-found';
import { AdminBar, AdminRail } from './admin-rail';

const PersonalSettingsPage = lazyPart(() => import('./personal/settings-page'));
const SecurityPage = lazyPart(() => import('./personal/security/security-page'));
const CheckupPage = lazyPart(() => import('./checkup/checkup-page'));
const DevicesPage = lazyPart(() => import('./diagnostic/devices-page'));
const FailuresPage = lazyPart(() => import('./diagnostic/failures-page'));
const LivePage = lazyPart(() => import('./diagnostic/live-page'));
const StoredPage = lazyPart(() => import('./diagnostic/stored-page'));
const SystemPage = lazyPart(() => import('./diagnostic/system-page'));
const TasksPage = lazyPart(() => import('./diagnostic/tasks-page'));
const ActivityPage = lazyPart(() => import('./diagnostic/activity-page'));
const GuessesPage = lazyPart(() => import('./diagnostic/guesses-page'));
const CompliancePage = lazyPart(() => import('./privacy/compliance-page'));
const ConsentPage = lazyPart(() => import('./privacy/consent-page'));
const KeepPage = lazyPart(() => import('./privacy/keep-page'));
const OptOutPage = lazyPart(() => import('./privacy/optout-page'));
const RetentionPage = lazyPart(() => import('./privacy/retention-page'));
const SubjectsPage = lazyPart(() => import('./privacy/subjects-page'));
const PublicRoutes = lazyPart(() => import('./public/public-routes'));
const ReviewPage = lazyPart(() => import('./review/review-page'));
const SuperusersPage = lazyPart(() => import('./superusers/superusers-page'));
const SettingsPage = lazyPart(() => import('./system/settings-page'));
const WidgetsPage = lazyPart(() => import('./platform/widgets-page'));
const UsersPage = lazyPart(() => import('./users/users-page'));
const ManageSitesPage = lazyPart(() => import('./websites/manage-page'));
const DimensionsPage = lazyPart(() => import('./websites/dimensions-page'));
const GoalsPage = lazyPart(() => import('./websites/goals-page'));
const TrackingCodePage = lazyPart(() => import('./websites/tracking-code-page'));

export default function AdminRoutes() {
  const { superuser, sites } = useSession();
  const [path] = useLocation();
  const administers = superuser || sites.some((site) => site.role === 'admin');
  return (
    <Shell rail={<AdminRail />} bottomBar={<AdminBar />}>
      <Boundary what="This page" place={path}>
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
