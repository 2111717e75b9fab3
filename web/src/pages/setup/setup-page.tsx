import { useState } from 'react';
import { Redirect, useLocation } from 'wouter';
import { useSessionQuery, useSetupOpen } from '../../api/session';
import { EmptyState, ErrorState, Skeleton } from '../../components/states';
import { Gate } from '../../frame/gate';
import { useFragmentToken } from '../../lib/fragment';
import { useTitle } from '../../lib/screen';
import { AccountStep } from './account-step';
import { CodeStep } from './code-step';
import { SiteStep } from './site-step';

const steps = 3;

const tokenOf = (fragment: string): string => new URLSearchParams(fragment).get('token') ?? '';

/** Three steps: an account, a site, a first visit. It goes on where it was left. */
export default function SetupPage() {
  useTitle('Set up');
  const token = useFragmentToken(tokenOf);
  const [siteId, setSiteId] = useState<number>();
  const session = useSessionQuery();
  const setup = useSetupOpen();
  const [, navigate] = useLocation();

  if (session.isPending || setup.isPending) return <Gate title="Set up"><Skeleton rows={4} /></Gate>;
  const failed = [session, setup].find((query) => query.isError && query.data === undefined);
  if (failed) return <Gate title="Set up"><ErrorState what="The set-up" error={failed.error} onRetry={() => void failed.refetch()} /></Gate>;
  if (siteId !== undefined) {
    return (
      <Gate title="Put the code on your site" step={{ at: 3, of: steps }} lead={<>It goes on every page, just before <code>{'</head>'}</code>.</>}>
        <CodeStep idSite={siteId} onDone={() => navigate(`/sites/${siteId}`)} />
      </Gate>
    );
  }
  if (session.data && session.data.sites.length > 0) return <Redirect to="/" replace />;
  if (session.data) {
    return (
      <Gate title="Name your first site" step={{ at: 2, of: steps }} lead="You can add more sites and change all of this later.">
        <SiteStep onCreated={setSiteId} />
      </Gate>
    );
  }
  if (!setup.data?.open) {
    return (
      <Gate title="Set up">
        <EmptyState title="This server is set up already" action={<a href="/login">Sign in</a>}>
          The one-time link works once. If you lost your password, whoever runs the server can set a new one.
        </EmptyState>
      </Gate>
    );
  }
  return (
    <Gate title="Welcome to Makoto" step={{ at: 1, of: steps }} lead="This account runs the server: a superuser, who may do everything.">
      <AccountStep token={token} />
    </Gate>
  );
}
