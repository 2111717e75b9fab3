import { useRef, useState, type FormEvent } from 'react';
import { useLocation } from 'wouter';
import { ApiError } from '../../../api/generated';
import { Button } from '../../../components/button';
import { Choice } from '../../../components/choice';
import { Dialog, DialogActions } from '../../../components/dialog';
import { Field } from '../../../components/field';
import { ErrorState, Notice, Skeleton } from '../../../components/states';
import { refusalWords } from '../../../lib/refusal';
import { useWait } from '../../../lib/wait';
import { counted } from '../../../lib/words';
import { publicPlace } from '../../../public-reports/banner';
import { isTyped, noProof, ProofFields } from '../../../public-reports/proof-fields';
import { confirmActs, useConfirmAct, usePlainAct, usePreview, usePublicOptions, usePublicState, type Activated, type ConfirmAct, type Factor, type Preview, type PreviewAsked } from '../../../public-reports/use-public-reports';
import { NotFound } from '../../not-found';
import { AdminPage, SettingGroup } from '../admin-page';
import { LinkBox } from './act-dialogs';
import { Findings, ScopeView } from './scope-view';
import { Stranger } from './stranger';
import form from '../../../components/form.module.css';
import styles from './public-page.module.css';

interface ActWords {
  readonly title: string;
  readonly lead: string;
  readonly action: string;
  readonly typesName: boolean;
}

const words: Readonly<Record<ConfirmAct, ActWords>> = {
  activate: { title: 'Make it public?', lead: 'Look at exactly this. It is what strangers would see from then on.', action: 'Make it public', typesName: true },
  approve: { title: 'Approve it?', lead: 'Another superuser confirmed this. It becomes public only when a second one agrees.', action: 'Approve', typesName: false },
  resume: { title: 'Make it public again?', lead: 'It was paused. Look at it once more: it may show other things than when it was confirmed.', action: 'Resume', typesName: false },
  renew: { title: 'Keep it public?', lead: 'Look at it once more, and say for how much longer.', action: 'Renew', typesName: false },
  widen: { title: 'Show more?', lead: 'Strangers would see more than now. Look at exactly what.', action: 'Show this', typesName: false },
};

const days = [{ id: '30', text: '30 days' }, { id: '90', text: '90 days' }, { id: '180', text: 'Half a year' }, { id: '365', text: 'A year' }];

/** The end of it: the state, and links that are shown once. */
function Done({ done, names, onClose }: { readonly done: Activated; readonly names: ReadonlyMap<number, string>; readonly onClose: () => void }) {
  const waits = done.state === 'pending';
  const title = done.waitsFor === 'approval' ? 'A second superuser must approve it' : done.waitsFor === 'cool_off' ? 'It begins in a moment' : 'It is public now';
  return (
    <Dialog title={title} isOpen onClose={onClose} mustAct>
      <p>
        {done.waitsFor === 'approval' && 'Every superuser was told. Nothing is public until one of the others approved it, within 72 hours.'}
        {done.waitsFor === 'cool_off' && 'Every superuser was told, and can still cancel it.'}
        {!waits && 'Every superuser and the admins of the site were told.'}
      </p>
      {done.links.some((link) => link.password !== '' || link.url.includes('/link/')) && <Notice tone="warn">Keep the links now: they are not shown again.</Notice>}
      {done.links.map((link) => (
        <div key={link.id} className={form.form}>
          {done.links.length > 1 && <h3>{names.get(link.id)}</h3>}
          <LinkBox link={link} name={names.get(link.id) ?? 'the reports'} />
        </div>
      ))}
      <DialogActions><Button look="primary" onPress={onClose}>Done</Button></DialogActions>
    </Dialog>
  );
}

interface ProofPartProps {
  readonly act: ConfirmAct;
  readonly asked: PreviewAsked;
  readonly preview: Preview;
  readonly factor: Factor;
  readonly onDone: (done: Activated) => void;
  readonly onChanged: () => void;
}

/** Typing the name, then who you are. The confirmation holds for exactly what was shown. */
function ProofPart({ act, asked, preview, factor, onDone, onChanged }: ProofPartProps) {
  const [, navigate] = useLocation();
  const [typed, setTyped] = useState('');
  const [proof, setProof] = useState(noProof);
  const [length, setLength] = useState('90');
  const confirm = useConfirmAct();
  const decline = usePlainAct('reject');
  const wait_s = useWait(confirm.error);
  const problem = refusalWords(confirm.error) ?? refusalWords(decline.error);
  const { title: _title, action, typesName } = words[act];
  const matches = !typesName || typed.trim() === preview.confirm;
  const many = preview.grants.length > 1;
  const openOnly = preview.grants.every((grant) => grant.channel === 'open');
  const ends = openOnly ? [...days, { id: '0', text: 'No end, asked again every 90 days' }] : days;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!matches || !isTyped(proof, factor) || confirm.isPending) return;
    confirm.mutate(
      { act, asked, hash: preview.hash, confirm: typed.trim(), days: Number(length), proof, factor },
      {
        onSuccess: onDone,
        onError: (error) => {
          setProof(noProof);
          if (error instanceof ApiError && error.code === 'scope_changed') onChanged();
        },
      },
    );
  };
  return (
    <form className={styles.proof} onSubmit={submit} aria-label="Confirm it">
      <h2>{act === 'approve' ? 'You agree to it' : 'You confirm it'}</h2>
      {preview.twoPeople && act !== 'approve' && <p>A second superuser has to approve it within 72 hours. Until then nothing is public.</p>}
      {preview.coolOff_min > 0 && <p>It begins {counted(preview.coolOff_min, 'minute')} after that. Until then any superuser can cancel it.</p>}
      {act === 'renew' && <Choice label="For how much longer" options={ends} value={length} onChange={setLength} />}
      {typesName && (
        <Field
          label={many ? `Type the number of sites: ${preview.confirm}` : `Type the name of the site: ${preview.confirm}`}
          isRequired
          autoComplete="off"
          isCode
          value={typed}
          onChange={setTyped}
        />
      )}
      <ProofFields proof={proof} factor={factor} onChange={setProof} />
      {problem && <Notice tone="danger">{problem}</Notice>}
      <div className={form.actions}>
        <Button look="danger" type="submit" isPending={confirm.isPending} isDisabled={!matches || !isTyped(proof, factor) || wait_s > 0}>
          {wait_s > 0 ? `Try again in ${wait_s}\u202fs` : confirm.isPending ? 'One moment…' : action}
        </Button>
        <Button onPress={() => navigate(publicPlace)}>Not now</Button>
        {(act === 'activate' || act === 'approve') && asked.idGrants.length === 1 && (
          <Button look="quiet" isPending={decline.isPending} onPress={() => decline.mutate(asked.idGrants[0] ?? 0, { onSuccess: () => navigate(publicPlace) })}>Decline it</Button>
        )}
      </div>
    </form>
  );
}

interface ConfirmProps {
  readonly act: ConfirmAct;
  readonly asked: PreviewAsked;
}

/** What becomes visible, what of it looks personal, how it looks, and the proof: for every act that shows more than now. */
export function ConfirmScope({ act, asked }: ConfirmProps) {
  const [, navigate] = useLocation();
  const preview = usePreview(asked);
  const options = usePublicOptions();
  const state = usePublicState();
  const [done, setDone] = useState<Activated>();
  const [changed, setChanged] = useState(false);
  const top = useRef<HTMLDivElement>(null);
  if (done && preview.data) {
    const names = new Map(preview.data.grants.flatMap((grant) => (grant.id === undefined ? [] : [[grant.id, grant.siteName] as const])));
    return <Done done={done} names={names} onClose={() => navigate(publicPlace)} />;
  }
  if (preview.isPending || state.isPending || options.isPending) return <Skeleton rows={12} />;
  if (preview.isError) return <ErrorState what="What would be seen" error={preview.error} onRetry={() => void preview.refetch()} />;
  const { grants, findings } = preview.data;
  const first = grants[0];
  const id = first?.id ?? asked.idGrants[0];
  // What was confirmed is not what would be seen now: the reader starts again where it begins.
  const lookAgain = () => {
    setChanged(true);
    void preview.refetch().then(() => top.current?.focus());
  };
  return (
    <>
      <div ref={top} tabIndex={-1} className={styles.again}>
        {changed && <Notice tone="warn">Something changed since you looked: this is how it would be now. Look at it again, then confirm.</Notice>}
      </div>
      {state.data && !state.data.mailWorks && <Notice tone="danger">Mail does not work, so nobody would be told: the server refuses it until mails arrive.</Notice>}
      <ScopeView grants={grants} options={options.data} />
      <SettingGroup title="What looks personal"><Findings findings={findings} /></SettingGroup>
      {first && id !== undefined && (
        <SettingGroup title={grants.length > 1 ? `As a stranger sees ${first.siteName}` : 'As a stranger sees it'}>
          <Stranger idGrant={id} idSite={first.idSite} draft={asked.draft} />
        </SettingGroup>
      )}
      <ProofPart key={preview.data.hash} act={act} asked={asked} preview={preview.data} factor={state.data?.needsFactor ?? ''} onDone={setDone} onChanged={lookAgain} />
    </>
  );
}

export default function ConfirmPage({ act, ids }: { readonly act: string; readonly ids: string }) {
  const known = confirmActs.find((one) => one === act && one !== 'widen');
  const idGrants = ids.split('-').map(Number).filter((id) => Number.isInteger(id) && id > 0);
  if (!known || idGrants.length === 0) return <NotFound />;
  return (
    <AdminPage title={words[known].title} lead={words[known].lead}>
      <ConfirmScope act={known} asked={{ idGrants }} />
    </AdminPage>
  );
}

export const widenWords = words.widen;
