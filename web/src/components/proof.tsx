import { useState, type FormEvent, type ReactNode } from 'react';
import { fieldWords, formWords } from '../lib/refusal';
import { Button } from './button';
import { Dialog, DialogActions } from './dialog';
import { PasswordField } from './field';
import { Notice } from './states';
import form from './form.module.css';

interface Props {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly children?: ReactNode;
  readonly action: string;
  readonly danger?: boolean;
  readonly isPending: boolean;
  readonly error: unknown;
  readonly onProve: (password: string) => void;
}

/** "Confirm it is you": one's own password before an act that matters. */
export function Proof({ title, isOpen, onClose, children, action, danger = false, isPending, error, onProve }: Props) {
  const [password, setPassword] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onProve(password);
  };
  const close = () => {
    setPassword('');
    onClose();
  };
  const problem = formWords(error, ['passwordConfirmation']);
  return (
    <Dialog title={title} isOpen={isOpen} onClose={close} danger={danger}>
      {children}
      <form className={form.form} onSubmit={submit}>
        {problem && <Notice tone="danger">{problem}</Notice>}
        <PasswordField
          label="Confirm it is you: your password"
          name="password"
          autoComplete="current-password"
          isRequired
          autoFocus
          value={password}
          onChange={setPassword}
          error={fieldWords(error, 'passwordConfirmation')}
        />
        <DialogActions>
          <Button onPress={close}>Cancel</Button>
          <Button look={danger ? 'danger' : 'primary'} type="submit" isPending={isPending}>{isPending ? 'One moment…' : action}</Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
