import { Suspense, useState, type ReactNode } from 'react';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { SessionProvider, useRefreshSession, useSessionQuery, type Session } from './api/session';
import { Boundary } from './components/card';
import { EmptyState, ErrorState, Skeleton } from './components/states';
import { ProofDialog } from './frame/proof-dialog';
import { firstPath } from './lib/first-view';
import { lazyPart } from './lib/lazy-part';
import { NotFound } from './pages/not-found';
import styles from './app.module.css';

const LoginPage = lazyPart(() => import('./pages/login/login-page'));
const SetupPage = lazyPart(() => import('./pages/setup/setup-page'));
const ResetPage = lazyPart(() => import('./pages/reset/reset-page'));
const InvitationPage = lazyPart(() => import('./pages/invitation/invitation-page'));
const EnrolPage = lazyPart(() => import('./pages/enrol/enrol-page'));
const AllSitesPage = lazyPart(() => import('./pages/all-sites/all-sites-page'));
const SiteRoutes = lazyPart(() => import('./pages/site-routes'));
const AdminRoutes = lazyPart(() => import('./pages/admin/admin-routes'));
// Compiled out of the production build.
const ComponentsPage = import.meta.env.DEV ? lazyPart(() => import('./pages/components/components-page')) : undefined;

/** Only addresses of this application are returned to after signing in. */
function wanted(): string {
  const next = new URLSearchParams(window.location.search).get('next') ?? '/';
  return next.startsWith('/') && !next.startsWith('//') ? next : '/';
}

function FirstPlace({ session }: { readonly session: Session }) {
  const first = firstPath(session);
  if (first) return <Redirect to={first} replace />;
  if (session.superuser) return <Redirect to="/admin/websites/manage" replace />;
  return (
    <main className={styles.alone}>
      <EmptyState title="No site for you yet">Ask an administrator to give your account access to a site, then load this page again.</EmptyState>
    </main>
  );
}

function SignedIn({ session }: { readonly session: Session }) {
  const refresh = useRefreshSession();
  // The enrolment stays until its recovery codes were kept, also when the session knows already that it is done.
  const [enrolling, setEnrolling] = useState(session.enrolling);
  if (session.enrolling && !enrolling) setEnrolling(true);
  if (enrolling) {
    const leave = async () => {
      await refresh();
      setEnrolling(false);
    };
    return <SessionProvider value={session}><EnrolPage onDone={() => void leave()} /></SessionProvider>;
  }
  return (
    <SessionProvider value={session}>
      <ProofDialog />
      <Switch>
        <Route path="/"><FirstPlace session={session} /></Route>
        <Route path="/login"><Redirect to={wanted()} replace /></Route>
        <Route path="/sites"><AllSitesPage /></Route>
        <Route path="/sites/:id/*?">{(params) => <SiteRoutes id={params.id ?? ''} />}</Route>
        <Route path="/admin/*?"><AdminRoutes /></Route>
        <Route><main className={styles.alone}><NotFound /></main></Route>
      </Switch>
    </SessionProvider>
  );
}

function SignedOut({ sessionEnded }: { readonly sessionEnded: boolean }) {
  const [path] = useLocation();
  if (path === '/login') return <LoginPage sessionEnded={sessionEnded} goesOn={wanted() !== '/'} />;
  const here = path + window.location.search;
  return <Redirect to={here === '/' ? '/login' : `/login?next=${encodeURIComponent(here)}`} replace />;
}

function Gatekeeper() {
  const session = useSessionQuery();
  const [known, know] = useState(false);
  if (session.data && !known) know(true);
  if (session.isPending) return <main className={styles.alone}><Skeleton rows={6} /></main>;
  if (session.isError && session.data === undefined) {
    return (
      <main className={styles.alone}>
        <ErrorState what="Makoto" error={session.error} onRetry={() => void session.refetch()} />
      </main>
    );
  }
  return session.data ? <SignedIn session={session.data} /> : <SignedOut sessionEnded={known} />;
}

const alone = (message: ReactNode) => (
  <main className={styles.alone}>
    <h1 className="hidden-text">Makoto</h1>
    {message}
  </main>
);

export function App() {
  const [path] = useLocation();
  return (
    <Boundary what="This page" place={path} around={alone}>
      <Suspense fallback={<div className={styles.alone}><Skeleton rows={6} /></div>}>
        <Switch>
          <Route path="/setup"><SetupPage /></Route>
          <Route path="/reset"><ResetPage /></Route>
          <Route path="/invitation"><InvitationPage /></Route>
          {ComponentsPage && <Route path="/_components"><ComponentsPage /></Route>}
          <Route><Gatekeeper /></Route>
        </Switch>
      </Suspense>
    </Boundary>
  );
}
