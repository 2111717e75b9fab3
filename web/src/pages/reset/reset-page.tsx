import { useMutation } from '@tanstack/react-query';
import { MailCheck } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import { Link } from 'wouter';
import { finishReset, requestReset } from '../../api/account';
import { ApiError } from '../../api/generated';
import { Button } from '../../components/button';
import { Field } from '../../components/field';
import { NewPassword } from '../../components/new-password';
import { EmptyState, Notice } from '../../components/states';
import { Gate } from '../../frame/gate';
import { useFragmentToken } from '../../lib/fragment';
import { refusalWords } from '../../lib/refusal';
import { useTitle } from '../../lib/screen';
import { useWait } from '../../lib/wait';
import form from '../../components/form.module.css';
import styles from '../login/login.module.css';

const toSignIn = <p className={styles.foot}><Link href="/login">To the sign-in</Link></p>;

function RequestForm() {
  const [login, setLogin] = useState('');
  const ask = useMutation({ mutationFn: requestReset });
  const wait_s = useWait(ask.error);
  const problem = refusalWords(ask.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!ask.isPending) ask.mutate(login);
  };
  if (ask.isSuccess) {
    return (
      <Gate title="Look into your mail">
        <Notice tone="safe">
          <MailCheck size={18} aria-hidden />
          <span>If there is an account with this login or e-mail, a link is on its way to its address.</span>
        </Notice>
        <p>The link works once, for an hour. Nothing changes until it is used. No mail? Look into the folder for junk, or ask whoever runs the server.</p>
        {toSignIn}
      </Gate>
    );
  }
  return (
    <Gate title="Forgot your password?" lead="We mail you a link with which you set a new one. Your second factor stays as it is.">
      {problem && <Notice tone="danger">{problem}</Notice>}
      <form className={form.form} onSubmit={submit}>
        <Field label="Login or e-mail" name="username" autoComplete="username" autoFocus isRequired isCode value={login} onChange={setLogin} />
        <Button look="primary" type="submit" isPending={ask.isPending} isDisabled={wait_s > 0}>
          {wait_s > 0 ? `Try again in ${wait_s}\u202fs` : ask.isPending ? 'One moment…' : 'Mail me a link'}
        </Button>
      </form>
      {toSignIn}
    </Gate>
  );
}

/** The link is old or used. */
const isDead = (error: unknown): boolean => error instanceof ApiError && error.code === 'wrong_link';

function FinishForm({ token }: { readonly token: string }) {
  const [password, setPassword] = useState('');
  const finish = useMutation({ mutationFn: finishReset });
  const wait_s = useWait(finish.error);
  const problem = refusalWords(finish.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!finish.isPending) finish.mutate({ token, password });
  };
  if (finish.isSuccess) {
    return (
      <Gate title="Your password is new">
        <Notice tone="safe"><span>Every session of your account has ended, also on other devices. Sign in with the new password.</span></Notice>
        <p>API tokens of your account still work. If somebody else may have had the old password, <Link href="/admin/personal/security">look through them</Link>.</p>
        {toSignIn}
      </Gate>
    );
  }
  if (isDead(finish.error)) {
    return (
      <Gate title="New password">
        <EmptyState title="This link no longer works" action={<Link href="/reset">Ask for a new link</Link>}>
          It works once, for an hour, and only the newest of several.
        </EmptyState>
      </Gate>
    );
  }
  return (
    <Gate title="New password" lead="You are signed out everywhere when it is set.">
      {problem && <Notice tone="danger">{problem}</Notice>}
      <form className={form.form} onSubmit={submit}>
        <NewPassword label="New password" value={password} onChange={setPassword} autoFocus />
        <Button look="primary" type="submit" isPending={finish.isPending} isDisabled={wait_s > 0}>
          {wait_s > 0 ? `Try again in ${wait_s}\u202fs` : finish.isPending ? 'Setting it…' : 'Set the password'}
        </Button>
      </form>
    </Gate>
  );
}

/** Without a token the request, with one its end. */
export default function ResetPage() {
  useTitle('New password');
  const token = useFragmentToken();
  return token ? <FinishForm key={token} token={token} /> : <RequestForm />;
}
