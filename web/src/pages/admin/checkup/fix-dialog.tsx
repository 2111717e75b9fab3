import { ArrowRight } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../../components/button';
import { Confirm } from '../../../components/confirm';
import { Dialog, DialogActions } from '../../../components/dialog';
import { Field } from '../../../components/field';
import { ErrorState, Notice, Skeleton } from '../../../components/states';
import { refusalWords } from '../../../lib/refusal';
import { counted } from '../../../lib/words';
import { useAccept, useFix, usePreview, type Change, type Check } from './use-checkup';
import styles from './checkup-page.module.css';

export function Changes({ changes }: { readonly changes: readonly Change[] }) {
  return (
    <ul className={styles.changes} aria-label="What changes">
      {changes.map((change) => (
        <li key={change.what}>
          <span className={styles.what}>{change.what}</span>
          <span className={styles.diff}>
            {change.before !== '' && <del>{change.before}</del>}
            {change.before !== '' && <ArrowRight size={13} aria-label="becomes" />}
            <ins>{change.after}</ins>
          </span>
        </li>
      ))}
    </ul>
  );
}

interface Props {
  readonly check: Check;
  readonly onClose: () => void;
}

/** Shows what a fix changes before it is done. */
export function FixDialog({ check, onClose }: Props) {
  const preview = usePreview(check.id);
  const fix = useFix();
  if (!preview.isSuccess) {
    return (
      <Dialog title={check.fix.label} isOpen onClose={onClose}>
        {preview.isError ? <ErrorState what="The changes" error={preview.error} onRetry={() => void preview.refetch()} /> : <Skeleton rows={3} />}
        <DialogActions><Button onPress={onClose}>Close</Button></DialogActions>
      </Dialog>
    );
  }
  const ends = check.fix.hours === undefined ? 'You can take it back for 30 days.' : `It ends by itself after ${counted(check.fix.hours, 'hour')}.`;
  return (
    <Confirm title={`${check.fix.label}?`} onClose={onClose} action="Do it" isPending={fix.isPending} error={fix.error} onConfirm={() => fix.mutate(check.id, { onSuccess: onClose })}>
      <Changes changes={preview.data} />
      <p className={styles.note}>{ends} Every change stands in the activity log, and superusers are told by mail.</p>
    </Confirm>
  );
}

const longest_days = 180;
const shortest_chars = 10;

/** Takes a risk upon oneself, with a reason and an end. */
export function AcceptDialog({ check, onClose }: Props) {
  const [reason, setReason] = useState('');
  const [days, setDays] = useState('90');
  const accept = useAccept();
  const problem = refusalWords(accept.error);
  const count = Number(days);
  const fits = reason.trim().length >= shortest_chars && Number.isInteger(count) && count >= 1 && count <= longest_days;
  return (
    <Dialog title="Accept this risk" isOpen onClose={onClose}>
      <p>Not met: {check.title}. It counts as half for as long as you say, and stands in the monthly mail with your name and reason.</p>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (fits && !accept.isPending) accept.mutate({ idCheck: check.id, reason: reason.trim(), days: count }, { onSuccess: onClose });
        }}
      >
        <Field label="Why" hint="At least ten characters, for whoever reads it later." autoFocus autoComplete="off" value={reason} onChange={setReason} />
        <Field label="For how many days" hint={`1 to ${longest_days}`} inputMode="numeric" autoComplete="off" value={days} onChange={setDays} />
        {problem && <Notice tone="danger">{problem}</Notice>}
        <DialogActions>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" look="primary" isDisabled={!fits} isPending={accept.isPending}>{accept.isPending ? 'One moment…' : 'Accept the risk'}</Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
