import { useState, type FormEvent } from 'react';
import { useLocation } from 'wouter';
import { useSession } from '../../../api/session';
import { Button } from '../../../components/button';
import { Checkbox } from '../../../components/checkbox';
import { Field } from '../../../components/field';
import { ErrorState, Notice, Skeleton } from '../../../components/states';
import { useQueryState } from '../../../frame/query-state';
import { refusalWords } from '../../../lib/refusal';
import { publicPlace } from '../../../public-reports/banner';
import { usePublicOptions, useRequest, type Options } from '../../../public-reports/use-public-reports';
import { AdminPage } from '../admin-page';
import { DraftFields, firstDraft, readTyped, typedOf } from './draft-form';
import { confirmPlace } from './grant-row';
import field from '../../../components/field.module.css';
import form from '../../../components/form.module.css';
import styles from './public-page.module.css';

function NewForm({ options }: { readonly options: Options }) {
  const { sites, superuser } = useSession();
  const mine = sites.filter((site) => superuser || site.role === 'admin');
  const [asked] = useQueryState('site');
  const [, navigate] = useLocation();
  const [chosen, setChosen] = useState<readonly number[]>(() => mine.filter((site) => String(site.idsite) === asked || mine.length === 1).map((site) => site.idsite));
  const [typed, setTyped] = useState(() => typedOf(firstDraft(options)));
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const request = useRequest();
  const reading = readTyped(typed, options, true);
  const reasonProblem = reason.trim().length < options.reasonMin ? `At least ${options.reasonMin} letters: others read it in a year.` : undefined;
  const problem = refusalWords(request.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!reading.draft || reasonProblem || chosen.length === 0 || request.isPending) return;
    const done = (ids: readonly number[]) => navigate(superuser ? confirmPlace('activate', ids) : publicPlace);
    request.mutate({ idSites: chosen, draft: reading.draft, reason: reason.trim() }, { onSuccess: done });
  };
  const toggle = (id: number, on: boolean) => setChosen(on ? [...chosen, id] : chosen.filter((one) => one !== id));
  return (
    <form className={form.form} onSubmit={submit} noValidate>
      <div>
        <p className={field.label}>Sites</p>
        <div className={styles.boxes} role="group" aria-label="Sites" tabIndex={0}>
          {mine.map((site) => <Checkbox key={site.idsite} isSelected={chosen.includes(site.idsite)} onChange={(on) => toggle(site.idsite, on)}><bdi>{site.name}</bdi></Checkbox>)}
        </div>
        {tried && chosen.length === 0 && <p className={field.error} role="alert">Choose at least one site.</p>}
      </div>
      <DraftFields options={options} typed={typed} problems={tried ? reading.problems : {}} onChange={setTyped} withEnd />
      <Field label="Why" value={reason} onChange={setReason} placeholder="The council asked for open figures" error={tried ? reasonProblem : undefined} hint="Everybody who looks at the list reads it." />
      {tried && (!reading.draft || reasonProblem || chosen.length === 0) && <Notice tone="danger">Something is missing above.</Notice>}
      {problem && <Notice tone="danger">{problem}</Notice>}
      <div className={form.actions}>
        <Button look="primary" type="submit" isPending={request.isPending}>{request.isPending ? 'One moment…' : superuser ? 'Go on to look at it' : 'Ask for it'}</Button>
        <Button onPress={() => navigate(publicPlace)}>Cancel</Button>
      </div>
      <p className={field.hint}>{superuser ? 'Nothing becomes public by this step. The superusers are told of the request.' : 'A superuser looks at it and decides. They are told by mail.'}</p>
    </form>
  );
}

export default function NewPublicPage() {
  const { superuser } = useSession();
  const options = usePublicOptions();
  return (
    <AdminPage title={superuser ? 'Make reports public' : 'Ask for public reports'} lead="First what is shown, to whom, and why. Then you see it as a stranger would.">
      {options.data ? <NewForm options={options.data} /> : options.isError ? <ErrorState what="The form" error={options.error} onRetry={() => void options.refetch()} /> : <Skeleton rows={10} />}
    </AdminPage>
  );
}
