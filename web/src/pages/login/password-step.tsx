import { useMutation } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { useState, type FormEvent, type ReactNode } from 'react';
import { Link } from 'wouter';
import { signIn, type SignedIn } from '../../api/account';
import { useSetupOpen } from '../../api/session';
import { Button } from '../../components/button';
import { Field, PasswordField } from '../../components/field';
import { Notice } from '../../components/states';
import { Gate } from '../../frame/gate';
import { passkeysWork } from '../../lib/passkey';
import { refusalWords } from '../../lib/refusal';
import { useWait } from '../../lib/wait';
import { useFieldPasskey, usePasskeySignIn } from './use-passkey-sign-in';
import form from '../../components/form.module.css';
import styles from './login.module.css';

interface Props {
  /** Why somebody stands here. */
  readonly reason: ReactNode;
  readonly onSignedIn: (answer: SignedIn) => void;
}

export function PasswordStep({ reason, onSignedIn }: Props) {
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const byPassword = useMutation({ mutationFn: signIn, onSuccess: onSignedIn });
  const byPasskey = usePasskeySignIn(onSignedIn);
  const setup = useSetupOpen();
  useFieldPasskey(onSignedIn, !byPasskey.isPending);
  const last = byPasskey.submittedAt > byPassword.submittedAt ? byPasskey : byPassword;
  const wait_s = useWait(last.error);
  const problem = refusalWords(last.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (wait_s === 0 && !byPassword.isPending) byPassword.mutate({ login, password });
  };
  return (
    <Gate title="Sign in">
      {setup.data?.open && (
        <Notice tone="warn">This server has no account yet. Open the one-time link that it printed when it started.</Notice>
      )}
      {!problem && reason}
      {problem && <Notice tone="danger">{problem}</Notice>}
      <form className={form.form} onSubmit={submit}>
        <Field label="Login or e-mail" name="username" autoComplete="username webauthn" autoFocus isRequired value={login} onChange={setLogin} isCode />
        <PasswordField label="Password" name="password" autoComplete="current-password" isRequired value={password} onChange={setPassword} />
        <Button look="primary" type="submit" isPending={byPassword.isPending} isDisabled={wait_s > 0}>
          {wait_s > 0 ? `Try again in ${wait_s}\u202fs` : byPassword.isPending ? 'Signing in…' : 'Sign in'}
        </Button>
      </form>
      {passkeysWork() && (
        <Button onPress={() => byPasskey.mutate()} isPending={byPasskey.isPending}>
          <KeyRound size={15} aria-hidden />
          {byPasskey.isPending ? 'Follow the browser…' : 'Sign in with a passkey'}
        </Button>
      )}
      <p className={styles.foot}><Link href="/reset">Forgot your password?</Link></p>
    </Gate>
  );
}
