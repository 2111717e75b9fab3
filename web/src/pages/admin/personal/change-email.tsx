import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { usersManagerUpdateUser } from '../../../api/generated';
import { useRefreshSession, useSession } from '../../../api/session';
import { Button } from '../../../components/button';
import { Dialog, DialogActions } from '../../../components/dialog';
import { Field } from '../../../components/field';
import { Notice } from '../../../components/states';
import { refusalWords } from '../../../lib/refusal';
import form from '../../../components/form.module.css';

export function ChangeEmail({ onClose }: { readonly onClose: () => void }) {
  const { login, email: now } = useSession();
  const refresh = useRefreshSession();
  const [email, setEmail] = useState(now);
  const change = useMutation({
    mutationFn: () => usersManagerUpdateUser({ userLogin: login, email }),
    onSuccess: async () => {
      await refresh();
      onClose();
    },
  });
  const problem = refusalWords(change.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!change.isPending) change.mutate();
  };
  return (
    <Dialog title="Change your e-mail address" isOpen onClose={onClose}>
      <form className={form.form} onSubmit={submit}>
        {problem && <Notice tone="danger">{problem}</Notice>}
        <Field label="E-mail" name="email" type="email" autoComplete="email" isRequired autoFocus value={email} onChange={setEmail} hint="The old and the new address are told of the change." />
        <DialogActions>
          <Button onPress={onClose}>Cancel</Button>
          <Button look="primary" type="submit" isPending={change.isPending}>{change.isPending ? 'Changing…' : 'Change it'}</Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
