import { useState, type FormEvent, type ReactNode } from 'react';
import { Button } from '../../../components/button';
import { Confirm } from '../../../components/confirm';
import { CopyCode } from '../../../components/copy-code';
import { Dialog, DialogActions } from '../../../components/dialog';
import { PasswordField } from '../../../components/field';
import { Notice } from '../../../components/states';
import { refusalWords } from '../../../lib/refusal';
import { useWait } from '../../../lib/wait';
import { counted } from '../../../lib/words';
import { whatWords, type Grant } from '../../../public-reports/model';
import { isTyped, noProof, ProofFields } from '../../../public-reports/proof-fields';
import { usePauseAll, usePlainAct, useRotate, useSwitch, type Factor, type Link, type PlainAct } from '../../../public-reports/use-public-reports';
import type { GrantAct } from './grant-row';
import form from '../../../components/form.module.css';

interface ActWords {
  readonly title: string;
  readonly action: string;
  readonly danger: boolean;
  readonly text: ReactNode;
}

function wordsOf(act: PlainAct, grant: Grant): ActWords {
  const words = whatWords(grant.what, grant.reports.length, grant.dashboard);
  const what = words.charAt(0).toLowerCase() + words.slice(1);
  if (act === 'pause') return { title: `Pause the reports of ${grant.siteName}?`, action: 'Pause', danger: false, text: <p>Within a second strangers see nothing of them any more. A superuser can resume it, with the same proof as at first. Links stay as they are.</p> };
  if (act === 'revoke') return { title: `Revoke the reports of ${grant.siteName}?`, action: 'Revoke', danger: true, text: <p>Strangers no longer see {what}, and its links are dead for ever. What was granted stays in the history.</p> };
  if (grant.waitsFor === 'cool_off') return { title: `Keep the reports of ${grant.siteName} from beginning?`, action: 'Cancel it', danger: true, text: <p>Nothing becomes public. Whoever wants it has to ask anew.</p> };
  return { title: `Decline the request for ${grant.siteName}?`, action: 'Decline', danger: true, text: <p>{grant.requestedBy} asked for {what}: “{grant.reason}”. Nothing becomes public, and they are told.</p> };
}

function PlainDialog({ act, grant, onClose }: { readonly act: PlainAct; readonly grant: Grant; readonly onClose: () => void }) {
  const run = usePlainAct(act);
  const words = wordsOf(act, grant);
  return (
    <Confirm title={words.title} onClose={onClose} action={words.action} danger={words.danger} isPending={run.isPending} error={run.error} onConfirm={() => run.mutate(grant.id, { onSuccess: onClose })}>
      {words.text}
    </Confirm>
  );
}

/** A link and its password, shown this once. */
export function LinkBox({ link, name }: { readonly link: Link; readonly name: string }) {
  return (
    <div className={form.form}>
      <CopyCode code={link.url} label={`Link to ${name}`} />
      {link.password !== '' && <CopyCode code={link.password} label={`Password for ${name}`} />}
    </div>
  );
}

function RotateDialog({ grant, onClose }: { readonly grant: Grant; readonly onClose: () => void }) {
  const rotate = useRotate();
  const problem = refusalWords(rotate.error);
  if (rotate.data) {
    return (
      <Dialog title={`The new link to ${grant.siteName}`} isOpen onClose={onClose} mustAct>
        <p>Keep it now: it is not shown again. Whoever has the old link sees nothing any more.</p>
        <LinkBox link={rotate.data} name={grant.siteName} />
        <DialogActions><Button look="primary" onPress={onClose}>Done</Button></DialogActions>
      </Dialog>
    );
  }
  return (
    <Dialog title={`A new link to ${grant.siteName}?`} isOpen onClose={onClose}>
      <p>The old link {grant.channel === 'password' && 'and its password '}stop working at once, for everybody who has them.</p>
      {problem && <Notice tone="danger">{problem}</Notice>}
      <DialogActions>
        <Button onPress={onClose}>Cancel</Button>
        <Button look="primary" isPending={rotate.isPending} onPress={() => rotate.mutate(grant.id)} autoFocus>{rotate.isPending ? 'One moment…' : 'Make a new link'}</Button>
      </DialogActions>
    </Dialog>
  );
}

export function GrantDialog({ act, grant, onClose }: { readonly act: GrantAct; readonly grant: Grant; readonly onClose: () => void }) {
  return act === 'rotate' ? <RotateDialog grant={grant} onClose={onClose} /> : <PlainDialog act={act} grant={grant} onClose={onClose} />;
}

/** The password is enough: who wants to stop something must not look for a telephone first. */
export function PauseAllDialog({ active, onClose }: { readonly active: number; readonly onClose: () => void }) {
  const [password, setPassword] = useState('');
  const pause = usePauseAll();
  const wait_s = useWait(pause.error);
  const problem = refusalWords(pause.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!pause.isPending) pause.mutate(password, { onSuccess: onClose });
  };
  return (
    <Dialog title="Pause everything that is public?" isOpen onClose={onClose} danger>
      <form className={form.form} onSubmit={submit}>
        <p>{counted(active, 'grant')} {active === 1 ? 'is' : 'are'} paused within a second: strangers see nothing any more. Each can be resumed later, with proof.</p>
        {problem && <Notice tone="danger">{problem}</Notice>}
        <PasswordField label="Your password" name="password" autoComplete="current-password" isRequired autoFocus value={password} onChange={setPassword} />
        <DialogActions>
          <Button onPress={onClose}>Cancel</Button>
          <Button look="danger" type="submit" isPending={pause.isPending} isDisabled={wait_s > 0}>{wait_s > 0 ? `Try again in ${wait_s}\u202fs` : pause.isPending ? 'One moment…' : 'Pause all'}</Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

/** Turns public reports on or off for the whole installation. */
export function SwitchDialog({ to, factor, onClose }: { readonly to: 'on' | 'off'; readonly factor: Factor; readonly onClose: () => void }) {
  const [proof, setProof] = useState(noProof);
  const change = useSwitch();
  const wait_s = useWait(change.error);
  const problem = refusalWords(change.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!change.isPending) change.mutate({ state: to, proof, factor }, { onSuccess: onClose, onError: () => setProof({ ...proof, code: '' }) });
  };
  return (
    <Dialog title={to === 'on' ? 'Allow public reports?' : 'Turn public reports off?'} isOpen onClose={onClose} danger={to === 'off'}>
      <form className={form.form} onSubmit={submit}>
        <p>{to === 'on' ? 'Nothing becomes public by it: each site is asked for, looked at and confirmed by itself. Every superuser is told.' : 'Strangers see nothing any more, whatever was granted, until a superuser turns it on again. Every superuser is told.'}</p>
        {problem && <Notice tone="danger">{problem}</Notice>}
        <ProofFields proof={proof} factor={factor} onChange={setProof} />
        <DialogActions>
          <Button onPress={onClose}>Cancel</Button>
          <Button look={to === 'on' ? 'primary' : 'danger'} type="submit" isPending={change.isPending} isDisabled={wait_s > 0 || !isTyped(proof, factor)}>
            {wait_s > 0 ? `Try again in ${wait_s}\u202fs` : change.isPending ? 'One moment…' : to === 'on' ? 'Allow them' : 'Turn them off'}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
