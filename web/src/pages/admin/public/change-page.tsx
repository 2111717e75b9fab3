import { useState, type FormEvent } from 'react';
import { useLocation } from 'wouter';
import { useSession } from '../../../api/session';
import { Button } from '../../../components/button';
import { ErrorState, Notice, Skeleton } from '../../../components/states';
import { refusalWords } from '../../../lib/refusal';
import { publicPlace } from '../../../public-reports/banner';
import { draftOf, isNarrower, whatWords, type Draft, type Grant } from '../../../public-reports/model';
import { useGrant, useNarrow, usePublicOptions, type Options } from '../../../public-reports/use-public-reports';
import { AdminPage } from '../admin-page';
import { ConfirmScope, widenWords } from './confirm-page';
import { DraftFields, readTyped, typedOf } from './draft-form';
import form from '../../../components/form.module.css';

interface ChangeProps {
  readonly grant: Grant;
  readonly options: Options;
  readonly onWiden: (draft: Draft) => void;
}

/** Less is done at once. More is a new confirmation, for superusers only. */
function ChangeForm({ grant, options, onWiden }: ChangeProps) {
  const { superuser } = useSession();
  const [, navigate] = useLocation();
  const [typed, setTyped] = useState(() => typedOf(draftOf(grant)));
  const narrow = useNarrow();
  const reading = readTyped(typed, options, false);
  const narrower = reading.draft !== undefined && isNarrower(reading.draft, grant);
  const problem = refusalWords(narrow.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!reading.draft || narrow.isPending) return;
    if (narrower) narrow.mutate({ idGrant: grant.id, draft: reading.draft }, { onSuccess: () => navigate(`${publicPlace}/${grant.id}`) });
    else if (superuser) onWiden(reading.draft);
  };
  return (
    <form className={form.form} onSubmit={submit} noValidate>
      <DraftFields options={options} typed={typed} problems={reading.problems} onChange={setTyped} withEnd={false} kept={grant.what === 'dashboard' ? whatWords('dashboard', 0, grant.dashboard) : undefined} />
      {problem && <Notice tone="danger"><span>{problem}</span>{superuser && reading.draft && <Button look="quiet" onPress={() => reading.draft && onWiden(reading.draft)}>Look at it as a change</Button>}</Notice>}
      {!narrower && reading.draft && <Notice tone="warn">{superuser ? 'Strangers would see more than now: you look at it first, then confirm it.' : 'Strangers would see more than now. Only a superuser can do that.'}</Notice>}
      <div className={form.actions}>
        <Button look="primary" type="submit" isPending={narrow.isPending} isDisabled={!reading.draft || (!narrower && !superuser)}>{narrow.isPending ? 'One moment…' : narrower || !superuser ? 'Show less' : 'Go on to look at it'}</Button>
        <Button onPress={() => navigate(`${publicPlace}/${grant.id}`)}>Cancel</Button>
      </div>
    </form>
  );
}

export default function ChangePublicPage({ id }: { readonly id: number }) {
  const full = useGrant(id);
  const options = usePublicOptions();
  const [draft, setDraft] = useState<Draft>();
  const failed = [full, options].find((query) => query.isError);
  if (draft && full.data) {
    return (
      <AdminPage title={widenWords.title} lead={widenWords.lead} action={<Button onPress={() => setDraft(undefined)}>Back to the form</Button>}>
        <ConfirmScope act="widen" asked={{ idGrants: [id], draft }} />
      </AdminPage>
    );
  }
  return (
    <AdminPage title="Show more or less" lead={full.data ? `Of ${full.data.grant.siteName}, to strangers.` : 'To strangers.'}>
      {full.data && options.data ? (
        <ChangeForm grant={full.data.grant} options={options.data} onWiden={setDraft} />
      ) : failed ? (
        <ErrorState what="The form" error={failed.error} onRetry={() => void failed.refetch()} />
      ) : (
        <Skeleton rows={10} />
      )}
    </AdminPage>
  );
}
