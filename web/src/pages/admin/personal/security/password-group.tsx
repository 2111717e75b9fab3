import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { loginChangePassword } from '../../../../api/generated';
import { useRefreshSession, useSession } from '../../../../api/session';
import { Button } from '../../../../components/button';
import { Dialog, DialogActions } from '../../../../components/dialog';
import { NewPassword } from '../../../../components/new-password';
import { Notice } from '../../../../components/states';
import { refusalWords } from '../../../../lib/refusal';
import { Setting, SettingGroup } from '../../admin-page';
import form from '../../../../components/form.module.css';

function ChangePassword({ onClose, onChanged }: { readonly onClose: () => void; readonly onChanged: () => void }) {
  const { login, email } = useSession();
  const [password, setPassword] = useState('');
  const change = useMutation({
    mutationFn: () => loginChangePassword({ password }),
    onSuccess: onChanged,
  });
  const problem = refusalWords(change.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!change.isPending) change.mutate();
  };
  return (
    <Dialog title="Change your password" isOpen onClose={onClose}>
      <form className={form.form} onSubmit={submit}>
        {problem && <Notice tone="danger">{problem}</Notice>}
        <input type="text" name="username" autoComplete="username" value={login} readOnly hidden />
        <NewPassword label="New password" value={password} onChange={setPassword} login={login} email={email} autoFocus />
        <DialogActions>
          <Button onPress={onClose}>Cancel</Button>
          <Button look="primary" type="submit" isPending={change.isPending}>{change.isPending ? 'Changing…' : 'Change it'}</Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

export function PasswordGroup() {
  const [state, setState] = useState<'idle' | 'asked' | 'changed'>('idle');
  const refresh = useRefreshSession();
  return (
    <SettingGroup title="Password">
      <Setting title="Password" text="When it changes, all your sessions end, this one too.">
        <Button onPress={() => setState('asked')}>Change</Button>
      </Setting>
      {state === 'changed' && (
        <Notice tone="safe">
          Your password is new, and all your sessions have ended: sign in with it. Tokens still work: look through yours afterwards.
          <Button onPress={() => void refresh()}>Sign in</Button>
        </Notice>
      )}
      {state === 'asked' && <ChangePassword onClose={() => setState('idle')} onChanged={() => setState('changed')} />}
    </SettingGroup>
  );
}
