import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useSession } from '../../../api/session';
import { Button } from '../../../components/button';
import { Choice } from '../../../components/choice';
import { Confirm } from '../../../components/confirm';
import { Dialog } from '../../../components/dialog';
import { EmptyState, ErrorState, Skeleton } from '../../../components/states';
import { useQueryState } from '../../../frame/query-state';
import { formatNumber, numberOf } from '../../../lib/numbers';
import { AdminPage } from '../admin-page';
import { GoalForm, goalWords } from './goal-form';
import { useDeleteGoal, useGoals, type Goal } from './use-goals';
import list from '../list.module.css';

function DeleteGoal({ idSite, goal, onClose }: { readonly idSite: number; readonly goal: Goal; readonly onClose: () => void }) {
  const remove = useDeleteGoal(idSite);
  return (
    <Confirm
      title={`Delete ${goal.name}?`}
      onClose={onClose}
      action="Delete the goal"
      danger
      isPending={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate(goal.id, { onSuccess: onClose })}
    >
      <p>It is counted no more. What it counted so far stays in the sums. This cannot be undone.</p>
    </Confirm>
  );
}

interface RowProps {
  readonly goal: Goal;
  readonly currency: string;
  readonly mayChange: boolean;
  readonly onEdit: () => void;
  readonly onDelete: () => void;
}

function GoalRow({ goal, currency, mayChange, onEdit, onDelete }: RowProps) {
  const worth = numberOf(goal.revenue) ?? 0;
  const facts = [
    goalWords(goal),
    goal.many ? 'each time' : 'once in a visit',
    ...(goal.eventValue ? ['worth the value of the event'] : worth > 0 ? [`worth ${formatNumber(worth, 'money')} ${currency}`] : []),
    `number ${goal.id}`,
  ];
  return (
    <li className={list.row}>
      <div className={list.main}>
        <span className={list.name}>{goal.name}</span>
        <p className={list.sub}>{facts.join(', ')}</p>
        {goal.description !== '' && <p className={list.sub}>{goal.description}</p>}
      </div>
      {mayChange && (
        <div className={list.actions}>
          <Button look="quiet" onPress={onEdit} aria-label={`Edit ${goal.name}`}>Edit</Button>
          <Button look="quiet" onPress={onDelete} aria-label={`Delete ${goal.name}`}>Delete</Button>
        </div>
      )}
    </li>
  );
}

export default function GoalsPage() {
  const { sites } = useSession();
  const [chosen, choose] = useQueryState('site', String(sites[0]?.idsite ?? ''));
  const [edited, setEdited] = useState<Goal | 'new'>();
  const [deleted, setDeleted] = useState<Goal>();
  const site = sites.find((one) => String(one.idsite) === chosen) ?? sites[0];
  const goals = useGoals(site?.idsite ?? 0);
  const lead = 'What visitors are meant to do. Each is counted from the moment it is added.';
  if (!site) {
    return (
      <AdminPage title="Goals" lead={lead}>
        <EmptyState title="No site yet">Add a site first; its goals stand here.</EmptyState>
      </AdminPage>
    );
  }
  const mayChange = site.role === 'admin' || site.role === 'write';
  const close = () => setEdited(undefined);
  return (
    <AdminPage
      title="Goals"
      lead={lead}
      action={mayChange && <Button look="primary" onPress={() => setEdited('new')}><Plus size={15} aria-hidden /> Add a goal</Button>}
    >
      <Choice label="Site" options={sites.map((one) => ({ id: String(one.idsite), text: one.name }))} value={String(site.idsite)} onChange={choose} />
      {goals.isPending ? (
        <Skeleton rows={5} />
      ) : goals.isError ? (
        <ErrorState what="The goals" error={goals.error} onRetry={() => void goals.refetch()} />
      ) : goals.data.length === 0 ? (
        <EmptyState title="No goals yet">
          {mayChange ? 'Add the first one: a thank-you page, a download, an event.' : 'Whoever may write to this site can add one.'}
        </EmptyState>
      ) : (
        <ul className={list.list}>
          {goals.data.map((goal) => (
            <GoalRow key={goal.id} goal={goal} currency={site.currency} mayChange={mayChange} onEdit={() => setEdited(goal)} onDelete={() => setDeleted(goal)} />
          ))}
        </ul>
      )}
      <Dialog title={edited === 'new' ? 'Add a goal' : `Edit ${edited?.name ?? ''}`} isOpen={edited !== undefined} onClose={close}>
        {edited && <GoalForm idSite={site.idsite} currency={site.currency} {...(edited === 'new' ? {} : { goal: edited })} onClose={close} />}
      </Dialog>
      {deleted && <DeleteGoal idSite={site.idsite} goal={deleted} onClose={() => setDeleted(undefined)} />}
    </AdminPage>
  );
}
