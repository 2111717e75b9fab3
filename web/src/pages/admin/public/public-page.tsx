import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { useSession } from '../../../api/session';
import { Button } from '../../../components/button';
import { Checkbox } from '../../../components/checkbox';
import { EmptyState, ErrorState, Skeleton } from '../../../components/states';
import { useQueryState } from '../../../frame/query-state';
import { publicPlace } from '../../../public-reports/banner';
import type { Grant, GrantState } from '../../../public-reports/model';
import { useGrants, usePublicHistory, usePublicState } from '../../../public-reports/use-public-reports';
import { AdminPage, SettingGroup } from '../admin-page';
import { GrantDialog, PauseAllDialog } from './act-dialogs';
import { GrantRow, type GrantAct } from './grant-row';
import { HistoryList } from './history-list';
import { Reminder, Rules, Switch } from './rules';
import { Alarms, StateCard } from './state-card';

const order: readonly GrantState[] = ['pending', 'active', 'paused', 'expired', 'revoked'];
const titles: Readonly<Record<GrantState, string>> = { pending: 'Waiting', active: 'Public now', paused: 'Paused', expired: 'Expired', revoked: 'Revoked' };
const lines_shown = 12;

interface Open {
  readonly grant: Grant;
  readonly act: GrantAct;
}

interface GrantsProps {
  readonly grants: readonly Grant[];
  readonly superuser: boolean;
  readonly isOn: boolean;
  readonly onOpen: (open: Open) => void;
}

function Grants({ grants, superuser, isOn, onOpen }: GrantsProps) {
  const [ended, setEnded] = useState(false);
  const hasEnded = grants.some((grant) => grant.state === 'revoked');
  const now_ms = Date.now();
  const titleOf = (state: GrantState) => (state === 'active' && !isOn ? 'Held back' : titles[state]);
  return (
    <>
      {order.filter((state) => state !== 'revoked' || ended).map((state) => {
        const some = grants.filter((grant) => grant.state === state);
        if (some.length === 0) return null;
        return (
          <SettingGroup key={state} title={titleOf(state)}>
            <ul aria-label={titleOf(state)}>
              {some.map((grant) => <GrantRow key={grant.id} grant={grant} isOn={isOn} superuser={superuser} now_ms={now_ms} onAct={(act) => onOpen({ grant, act })} />)}
            </ul>
          </SettingGroup>
        );
      })}
      {hasEnded && <Checkbox isSelected={ended} onChange={setEnded}>Show what was revoked too</Checkbox>}
    </>
  );
}

function History() {
  const history = usePublicHistory();
  if (history.isPending) return <Skeleton rows={4} />;
  if (history.isError) return <ErrorState what="The history" error={history.error} onRetry={() => void history.refetch()} />;
  if (history.data.length === 0) return null;
  return <SettingGroup title="History"><HistoryList lines={history.data.slice(0, lines_shown)} now_ms={Date.now()} /></SettingGroup>;
}

export default function PublicPage() {
  const { superuser } = useSession();
  const state = usePublicState();
  const grants = useGrants();
  const [, navigate] = useLocation();
  const [toPause, setToPause] = useQueryState('pause');
  const [open, setOpen] = useState<Open>();
  const [pausing, setPausing] = useState(false);
  // A mail leads here with the number of a grant: nothing is done before it was confirmed.
  const mailed = grants.data?.find((grant) => String(grant.id) === toPause);
  const stop = mailed?.state === 'active' ? 'pause' : superuser && mailed?.state === 'pending' ? 'reject' : undefined;
  const close = () => {
    setOpen(undefined);
    setToPause('');
  };
  const shown = open ?? (mailed && stop && { grant: mailed, act: stop });
  const begin = state.data?.switch === 'on' && <Button look="primary" onPress={() => navigate(`${publicPlace}/new`)}><Plus size={15} aria-hidden /> {superuser ? 'Make reports public' : 'Ask for public reports'}</Button>;
  return (
    <AdminPage title="Public reports" lead="What people see without signing in. Nothing of it begins by accident, and every superuser is told." action={begin}>
      {state.isPending ? (
        <Skeleton rows={4} />
      ) : state.isError ? (
        <ErrorState what="The state" error={state.error} onRetry={() => void state.refetch()} />
      ) : (
        <>
          <Alarms state={state.data} />
          <StateCard state={state.data} superuser={superuser} onPauseAll={() => setPausing(true)} />
        </>
      )}
      {grants.isPending ? (
        <Skeleton rows={8} />
      ) : grants.isError ? (
        <ErrorState what="The grants" error={grants.error} onRetry={() => void grants.refetch()} />
      ) : grants.data.length === 0 ? (
        state.data?.switch !== 'forbidden' && <EmptyState title="Nothing was ever made public">{superuser ? 'You choose what is shown, see it as a stranger would, and confirm it with your password.' : 'You ask for it with a reason; a superuser looks at it and decides.'}</EmptyState>
      ) : (
        <Grants grants={grants.data} superuser={superuser} isOn={state.data?.switch === 'on'} onOpen={setOpen} />
      )}
      {superuser && state.data && state.data.switch !== 'forbidden' && <Reminder state={state.data} />}
      {superuser && state.data?.switch !== 'forbidden' && <Rules />}
      <History />
      {superuser && state.data && <Switch state={state.data} />}
      {shown && <GrantDialog key={`${shown.grant.id} ${shown.act}`} act={shown.act} grant={shown.grant} onClose={close} />}
      {pausing && <PauseAllDialog active={state.data?.active ?? 0} onClose={() => setPausing(false)} />}
    </AdminPage>
  );
}
