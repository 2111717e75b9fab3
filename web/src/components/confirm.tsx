import type { ReactNode } from 'react';
import { refusalWords } from '../lib/refusal';
import { Button } from './button';
import { Dialog, DialogActions } from './dialog';
import { Notice } from './states';

interface Props {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly action: string;
  readonly danger?: boolean;
  /** What the act answers is shown once: nobody leaves while it goes on. */
  readonly mustWait?: boolean;
  readonly isPending: boolean;
  readonly error: unknown;
  readonly onConfirm: () => void;
}

/** Says what an act does before it is done; Enter at once does nothing dangerous. Whether it needs fresh proof too is the server's to say. */
export function Confirm({ title, onClose, children, action, danger = false, mustWait = false, isPending, error, onConfirm }: Props) {
  const problem = refusalWords(error);
  const mustStay = mustWait && isPending;
  return (
    <Dialog title={title} isOpen onClose={onClose} danger={danger} mustAct={mustStay}>
      {children}
      {problem && <Notice tone="danger">{problem}</Notice>}
      <DialogActions>
        <Button onPress={onClose} isDisabled={mustStay} autoFocus={danger}>Cancel</Button>
        <Button look={danger ? 'danger' : 'primary'} isPending={isPending} onPress={onConfirm} autoFocus={!danger}>{isPending ? 'One moment…' : action}</Button>
      </DialogActions>
    </Dialog>
  );
}
