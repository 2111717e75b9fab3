import { useState, type FormEvent } from 'react';
import { useSetupOpen, useSignIn } from '../../api/session';
import { Button } from '../../components/button';
import { Field, PasswordField } from '../../components/field';
import { Notice } from '../../components/states';
import { Gate } from '../../frame/gate';
import { refusalWords } from '../../lib/refusal';
import { useTitle } from '../../lib/screen';
import form from '../../components/form.module.css';

export default function LoginPage() {
  useTitle('Sign in');
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const signIn = useSignIn();
  const setup = useSetupOpen();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate({ login, password });
  };
  const problem = refusalWords(signIn.error);
  return (
    <Gate title="Sign in">
      {setup.data?.open && (
        <Notice tone="warn">This server has no account yet. Open the one-time link that it printed when it started.</Notice>
      )}
      {problem && <Notice tone="danger">{problem}</Notice>}
      <form className={form.form} onSubmit={submit}>
        <Field label="Login or e-mail" name="username" autoComplete="username" autoFocus isRequired value={login} onChange={setLogin} isCode />
        <PasswordField label="Password" name="password" autoComplete="current-password" isRequired value={password} onChange={setPassword} />
        <Button look="primary" type="submit" isPending={signIn.isPending}>
          {signIn.isPending ? 'Signing in…' : 'Sign in'}
        </Button>
      </form>
    </Gate>
  );
}
