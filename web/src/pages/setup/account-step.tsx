import { useState, type FormEvent } from 'react';
import { useSetUp } from '../../api/session';
import { Button } from '../../components/button';
import { Field } from '../../components/field';
import { NewPassword } from '../../components/new-password';
import { Notice } from '../../components/states';
import { fieldWords, formWords } from '../../lib/refusal';
import form from '../../components/form.module.css';

const fields = ['login', 'email', 'password'];

export function AccountStep({ token }: { readonly token: string }) {
  const [login, setLogin] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const setUp = useSetUp();
  const problem = formWords(setUp.error, fields);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!setUp.isPending) setUp.mutate({ token, login, email, password });
  };
  return (
    <>
      {token === '' && (
        <Notice tone="warn">This page needs the one-time link that the server printed when it started. Open that link, whole, in this browser.</Notice>
      )}
      {problem && <Notice tone="danger">{problem}</Notice>}
      <form className={form.form} onSubmit={submit}>
        <Field label="Login" name="username" autoComplete="username" isRequired autoFocus value={login} onChange={setLogin} error={fieldWords(setUp.error, 'login')} isCode />
        <Field label="E-mail" name="email" type="email" autoComplete="email" isRequired value={email} onChange={setEmail} error={fieldWords(setUp.error, 'email')} hint="For warnings and for a forgotten password." />
        <NewPassword label="Password" value={password} onChange={setPassword} login={login} email={email} error={fieldWords(setUp.error, 'password')} />
        <Button look="primary" type="submit" isPending={setUp.isPending} isDisabled={token === ''}>
          {setUp.isPending ? 'Creating the account…' : 'Create the account'}
        </Button>
      </form>
    </>
  );
}
