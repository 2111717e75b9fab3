import { useEffect, useRef, useState, type FormEvent, type ReactNode } from 'react';
import { Button } from '../components/button';
import { CodeField } from '../components/code-field';
import { CopyCode } from '../components/copy-code';
import { ErrorState, Notice, SkeletonBlock } from '../components/states';
import { grouped } from '../lib/codes';
import { refusalWords } from '../lib/refusal';
import { useWait } from '../lib/wait';
import { useFinishTotp, useStartTotp, type TotpStart } from './use-factors';
import form from '../components/form.module.css';
import styles from './factors.module.css';

const qr_px = 196;

/** The picture to scan, and the same secret as text for apps that have no camera. */
export function Secret({ start, label = 'Secret for the authenticator app' }: { readonly start: TotpStart; readonly label?: string }) {
  return (
    <div className={styles.secret}>
      <img src={start.picture} width={qr_px} height={qr_px} alt="QR code of the secret, which also stands beside it as text" className={styles.qr} />
      <div className={styles.typed}>
        <p className={styles.small}>No camera? Type this secret into the app:</p>
        <CopyCode code={grouped(start.secret)} label={label} />
      </div>
    </div>
  );
}

interface BeginProps {
  readonly cancel: ReactNode;
  /** Gets the recovery codes that came with the first factor. */
  readonly onDone: (codes: readonly string[]) => void;
}

interface Props extends BeginProps {
  readonly start: TotpStart;
}

/** Scan, type the code, done. */
export function TotpSetup({ start, cancel, onDone }: Props) {
  const finish = useFinishTotp();
  const [code, setCode] = useState('');
  const wait_s = useWait(finish.error);
  const send = (typed: string) => {
    if (finish.isPending || wait_s > 0) return;
    finish.mutate(typed, { onSuccess: onDone, onError: () => setCode('') });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send(code);
  };
  return (
    <form className={form.form} onSubmit={submit}>
      <ol className={styles.steps}>
        <li>
          <h2>Open an authenticator app and scan this</h2>
          <Secret start={start} />
        </li>
        <li>
          <h2>Type the code that it shows</h2>
          {finish.error && <Notice tone="danger">{refusalWords(finish.error)}</Notice>}
          <CodeField label="Code" value={code} onChange={setCode} onFull={send} hint="Six digits, new every 30 seconds." />
        </li>
      </ol>
      <div className={styles.actions}>
        {cancel}
        <Button look="primary" type="submit" isPending={finish.isPending} isDisabled={wait_s > 0}>
          {wait_s > 0 ? `Try again in ${wait_s}\u202fs` : finish.isPending ? 'Checking…' : 'Turn it on'}
        </Button>
      </div>
    </form>
  );
}

/** The same, with a secret that it asks for itself. */
export function TotpBegin({ cancel, onDone }: BeginProps) {
  const start = useStartTotp();
  const begun = useRef(false);
  const begin = start.mutate;
  useEffect(() => {
    // A secret belongs to one opening of this page: React's second run of effects makes no other.
    if (begun.current) return;
    begun.current = true;
    begin();
  }, [begin]);
  if (start.isError) return <><ErrorState what="The set-up" error={start.error} onRetry={() => begin()} />{cancel}</>;
  return start.data ? <TotpSetup start={start.data} cancel={cancel} onDone={onDone} /> : <SkeletonBlock height_px={qr_px} />;
}
