import { useMutation } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import { askChallenge, sendFactor, type FactorWay, type HalfSession, type Session } from '../../api/account';
import { ApiError } from '../../api/generated';
import { Button } from '../../components/button';
import { CodeField } from '../../components/code-field';
import { Field } from '../../components/field';
import { Notice } from '../../components/states';
import { Gate } from '../../frame/gate';
import { passkeysWork, takePasskey } from '../../lib/passkey';
import { refusalWords } from '../../lib/refusal';
import { useWait } from '../../lib/wait';
import form from '../../components/form.module.css';
import styles from './login.module.css';

interface Props {
  readonly half: HalfSession;
  readonly onSignedIn: (session: Session) => void;
  readonly onBack: () => void;
  readonly onEnded: () => void;
}

const leads: Readonly<Record<FactorWay, string>> = {
  totp: 'Type the code that your authenticator app shows now.',
  passkey: 'Your account is opened with a passkey or a security key.',
  recovery: 'Type one of the codes that you kept when you set up your second factor. Each works once.',
};

const others: Readonly<Record<FactorWay, string>> = {
  totp: 'Use a code of your authenticator app',
  passkey: 'Use a passkey',
  recovery: 'Use a recovery code',
};

/** The half of a sign-in is over: only a new one helps. A wrong code says so in words of its own. */
const isEnded = (error: unknown): boolean => error instanceof ApiError && (error.code === 'half_ended' || error.code === 'signed_out');

function CodeForm({ way, onSignedIn, onEnded }: { readonly way: 'totp' | 'recovery' } & Pick<Props, 'onSignedIn' | 'onEnded'>) {
  const [code, setCode] = useState('');
  const check = useMutation({
    mutationFn: (typed: string) => sendFactor({ code: typed.trim() }),
    onSuccess: onSignedIn,
    onError: (error) => (isEnded(error) ? onEnded() : way === 'totp' && setCode('')),
  });
  const wait_s = useWait(check.error);
  const problem = refusalWords(check.error);
  const send = (typed: string) => {
    if (!check.isPending && wait_s === 0) check.mutate(typed);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send(code);
  };
  return (
    <form className={form.form} onSubmit={submit}>
      {problem && <Notice tone="danger">{problem}</Notice>}
      {way === 'totp' ? (
        <CodeField label="Code" value={code} onChange={setCode} onFull={send} autoFocus />
      ) : (
        <Field label="Recovery code" name="recovery-code" autoComplete="off" autoFocus isRequired isCode value={code} onChange={setCode} placeholder="XXXX-XXXX-XXXX-XXXX" />
      )}
      <Button look="primary" type="submit" isPending={check.isPending} isDisabled={wait_s > 0}>
        {wait_s > 0 ? `Try again in ${wait_s}\u202fs` : check.isPending ? 'Checking…' : 'Go on'}
      </Button>
    </form>
  );
}

function PasskeyForm({ onSignedIn, onEnded }: Pick<Props, 'onSignedIn' | 'onEnded'>) {
  const check = useMutation({
    mutationFn: async () => sendFactor({ passkey: await takePasskey(await askChallenge()) }),
    onSuccess: onSignedIn,
    onError: (error) => isEnded(error) && onEnded(),
  });
  const problem = refusalWords(check.error);
  return (
    <div className={form.form}>
      {problem && <Notice tone="danger">{problem}</Notice>}
      {!passkeysWork() && <Notice tone="warn">This browser can use no passkey here. Take another way.</Notice>}
      <Button look="primary" autoFocus onPress={() => check.mutate()} isPending={check.isPending} isDisabled={!passkeysWork()}>
        <KeyRound size={15} aria-hidden />
        {check.isPending ? 'Follow the browser…' : 'Use your passkey'}
      </Button>
    </div>
  );
}

/** The page after the password: one way at a time, the others a press away. */
export function FactorStep({ half, onSignedIn, onBack, onEnded }: Props) {
  const first = half.methods.find((way) => way !== 'recovery') ?? 'recovery';
  const [way, setWay] = useState<FactorWay>(first);
  return (
    <Gate title="Second factor" lead={leads[way]}>
      {way === 'passkey' ? <PasskeyForm onSignedIn={onSignedIn} onEnded={onEnded} /> : <CodeForm key={way} way={way} onSignedIn={onSignedIn} onEnded={onEnded} />}
      <div className={styles.ways}>
        {half.methods.filter((other) => other !== way).map((other) => (
          <Button key={other} look="quiet" onPress={() => setWay(other)}>{others[other]}</Button>
        ))}
        <Button look="quiet" onPress={onBack}>Sign in as somebody else</Button>
      </div>
    </Gate>
  );
}
