import { refusalWords } from '../lib/refusal';
import { counted } from '../lib/words';
import { Button } from './button';
import { Notice } from './states';
import styles from './change-bar.module.css';

interface Props {
  readonly count: number;
  readonly isPending: boolean;
  readonly error: unknown;
  readonly onUndo: () => void;
  readonly onSave: () => void;
}

/** Changes wait here until they are saved together or dropped. */
export function ChangeBar({ count, isPending, error, onUndo, onSave }: Props) {
  const problem = refusalWords(error);
  return (
    <div className={styles.bar} role="status">
      <span>{counted(count, 'change')} not saved yet</span>
      <Button look="quiet" onPress={onUndo}>Undo</Button>
      <Button look="primary" isPending={isPending} onPress={onSave}>{isPending ? 'Saving…' : 'Save'}</Button>
      {problem && <Notice tone="danger">{problem}</Notice>}
    </div>
  );
}
