import { Download } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button } from '../../../components/button';
import { Choice } from '../../../components/choice';
import { Confirm } from '../../../components/confirm';
import { EmptyState, ErrorState, Notice, Skeleton } from '../../../components/states';
import { csvOf, saveFile } from '../../../lib/download';
import { focusIsLost } from '../../../lib/focus';
import { refusalWords } from '../../../lib/refusal';
import { counted, dayWords, whenWords } from '../../../lib/words';
import { AdminPage, SettingGroup } from '../admin-page';
import { roleWords } from '../users/use-users';
import { useBegin, useConfirm, useLower, useRefresh, useReport, useReview, useReviews, useSign, type Review, type ReviewLine, type Reviews } from './use-review';
import list from '../list.module.css';
import styles from './review-page.module.css';

const roleText = (role: string): string => (role === 'superuser' ? 'Superuser' : roleWords(role));
const lower: Readonly<Record<string, readonly string[]>> = { superuser: ['noaccess'], admin: ['write', 'view', 'noaccess'], write: ['view', 'noaccess'], view: ['noaccess'] };
const verdicts: Readonly<Record<string, (line: ReviewLine) => string>> = {
  confirmed: () => 'Confirmed',
  lowered: (line) => `Lowered to ${roleText(line.after).toLowerCase()}`,
  gone: () => 'Gone since',
};
const placeOf = (line: ReviewLine): string => (line.site === '' ? 'everywhere' : `on ${line.site}`);

const confirmId = (line: ReviewLine): string => `confirm-${line.id}`;
const signId = 'sign-review';

/** Moves the focus on from a line that is decided, whose buttons are gone: to the next one that is not, or to the signature. */
function useMoveOn(lines: readonly ReviewLine[]): (line: number) => void {
  const [decided, setDecided] = useState<number>();
  const at = lines.findIndex((line) => line.id === decided);
  const left = [...lines.slice(at + 1), ...lines.slice(0, at + 1)].find((line) => line.verdict === '');
  const next = left ? confirmId(left) : signId;
  useEffect(() => {
    if (decided !== undefined && focusIsLost()) document.getElementById(next)?.focus();
  }, [decided, next]);
  return setDecided;
}

interface LineProps {
  readonly line: ReviewLine;
  readonly now_ms: number;
  readonly onConfirm: () => void;
  readonly onLower: (access: string) => void;
}

function Line({ line, now_ms, onConfirm, onLower }: LineProps) {
  const used = line.used_s === undefined ? 'not used since it is noted' : `last of use ${whenWords(line.used_s, now_ms)}`;
  const given = line.granted_s === undefined ? '' : `given ${dayWords(line.granted_s, now_ms)}${line.grantedBy === '' ? '' : ` by ${line.grantedBy}`}, `;
  const place = placeOf(line);
  return (
    <li className={list.row}>
      <div className={list.main}>
        <p className={list.name}>{line.login}</p>
        <p className={list.sub}><strong>{roleText(line.role)}</strong> {place}</p>
        <p className={list.sub}>{given}{used}</p>
      </div>
      {line.verdict === '' ? (
        <div className={styles.buttons}>
          <Choice label={`Lower the role of ${line.login} ${place}`} bare placeholder="Lower to…" options={(lower[line.role] ?? []).map((id) => ({ id, text: roleText(id) }))} value={null} onChange={onLower} />
          <Button id={confirmId(line)} onPress={onConfirm} aria-label={`Confirm the role of ${line.login} ${place}`}>Confirm</Button>
        </div>
      ) : (
        <span className={styles.verdict} data-verdict={line.verdict}>{verdicts[line.verdict]?.(line) ?? line.verdict}</span>
      )}
    </li>
  );
}

interface LowerProps {
  readonly id: number;
  readonly line: ReviewLine;
  readonly access: string;
  readonly onClose: () => void;
  readonly onLowered: () => void;
}

function Lower({ id, line, access, onClose, onLowered }: LowerProps) {
  const lowering = useLower();
  return (
    <Confirm
      title={`Lower the role of ${line.login}?`}
      onClose={onClose}
      action="Lower the role"
      danger
      isPending={lowering.isPending}
      error={lowering.error}
      onConfirm={() => lowering.mutate({ idReview: id, line: line.id, access }, { onSuccess: onLowered })}
    >
      <p>{line.login}, {placeOf(line)}: {roleText(line.role)} → <strong>{roleText(access)}</strong>. It holds at once.</p>
    </Confirm>
  );
}

function Sign({ id, onClose }: { readonly id: number; readonly onClose: () => void }) {
  const sign = useSign();
  return (
    <Confirm title="Sign the review?" onClose={onClose} action="Sign" isPending={sign.isPending} error={sign.error} onConfirm={() => sign.mutate(id, { onSuccess: onClose })}>
      <p>You state that you have looked at every role and that what remains is needed. The review is dated and signed, and nothing of it changes after.</p>
    </Confirm>
  );
}

function OpenReview({ id }: { readonly id: number }) {
  const lines = useReview(id);
  const confirm = useConfirm();
  const [lowered, setLowered] = useState<{ readonly line: ReviewLine; readonly access: string }>();
  const moveOn = useMoveOn(lines.data ?? []);
  const refresh = useRefresh();
  const [signing, setSigning] = useState(false);
  const problem = refusalWords(confirm.error ?? refresh.error);
  if (lines.isPending) return <Skeleton rows={8} />;
  if (lines.isError) return <ErrorState what="The review" error={lines.error} onRetry={() => void lines.refetch()} />;
  const left = lines.data.filter((line) => line.verdict === '');
  const now_ms = Date.now();
  return (
    <SettingGroup title="Under way">
      <div className={styles.head}>
        <p className={list.sub}>{left.length === 0 ? 'Every role is decided.' : `${counted(left.length, 'role')} of ${lines.data.length} left to decide.`}</p>
        <span className={styles.buttons}>
          <Button look="quiet" isPending={refresh.isPending} onPress={() => refresh.mutate(id)}>Look for new roles</Button>
          {left.length > 1 && <Button isPending={confirm.isPending} onPress={() => confirm.mutate({ idReview: id, lines: left.map((line) => line.id) })}>Confirm all that are left</Button>}
          <Button id={signId} look="primary" isDisabled={left.length > 0} onPress={() => setSigning(true)}>Sign…</Button>
        </span>
      </div>
      {problem && <Notice tone="danger">{problem}</Notice>}
      <ul aria-label="Roles under review">
        {lines.data.map((line) => (
          <Line
            key={line.id}
            line={line}
            now_ms={now_ms}
            onConfirm={() => confirm.mutate({ idReview: id, lines: [line.id] }, { onSuccess: () => moveOn(line.id) })}
            onLower={(access) => setLowered({ line, access })}
          />
        ))}
      </ul>
      {lowered && <Lower id={id} {...lowered} onClose={() => setLowered(undefined)} onLowered={() => { setLowered(undefined); moveOn(lowered.line.id); }} />}
      {signing && <Sign id={id} onClose={() => setSigning(false)} />}
    </SettingGroup>
  );
}

function Past({ review }: { readonly review: Review }) {
  const report = useReport();
  const problem = refusalWords(report.error);
  const now_ms = Date.now();
  const save = () => report.mutate(review.id, { onSuccess: (rows) => saveFile(`access-review-${review.id}.csv`, 'text/csv', csvOf(rows)) });
  return (
    <li className={list.row}>
      <div className={list.main}>
        <p className={list.name}>Signed by {review.signedBy}, {review.signed_s !== undefined && dayWords(review.signed_s, now_ms)}</p>
        <p className={list.sub}>Begun by {review.begunBy}, {review.begun_s !== undefined && dayWords(review.begun_s, now_ms)}</p>
        {problem && <Notice tone="danger">{problem}</Notice>}
      </div>
      <Button isPending={report.isPending} onPress={save}><Download size={15} aria-hidden /> Report</Button>
    </li>
  );
}

function Due({ reviews }: { readonly reviews: Reviews }) {
  const now_ms = Date.now();
  if (reviews.due_s === undefined) return null;
  const rhythm = `One is due every ${counted(reviews.days, 'day')}.`;
  return reviews.isOverdue ? (
    <Notice tone="warn">A review has been due since {dayWords(reviews.due_s, now_ms)}. {rhythm}</Notice>
  ) : (
    <Notice tone="safe">The next review is due on {dayWords(reviews.due_s, now_ms)}. {rhythm}</Notice>
  );
}

export default function ReviewPage() {
  const reviews = useReviews();
  const begin = useBegin();
  const problem = refusalWords(begin.error);
  const signed = (reviews.data?.all ?? []).filter((review) => review.signed_s !== undefined);
  const start = <Button look="primary" isPending={begin.isPending} onPress={() => begin.mutate()}>Begin a review</Button>;
  return (
    <AdminPage title="Access review" lead="Look at every role from time to time: is it still needed, and is it no higher than needed?" action={reviews.data && reviews.data.open === undefined && start}>
      {problem && <Notice tone="danger">{problem}</Notice>}
      {reviews.isPending ? (
        <Skeleton rows={6} />
      ) : reviews.isError ? (
        <ErrorState what="The reviews" error={reviews.error} onRetry={() => void reviews.refetch()} />
      ) : (
        <>
          <Due reviews={reviews.data} />
          {reviews.data.open !== undefined && <OpenReview id={reviews.data.open} />}
          {signed.length === 0 && reviews.data.open === undefined && <EmptyState title="No review yet">A review lists who holds which role, since when, and when it was last of use. You confirm or lower each, and sign.</EmptyState>}
          {signed.length > 0 && (
            <SettingGroup title="Signed reviews">
              <ul aria-label="Signed reviews">{signed.map((review) => <Past key={review.id} review={review} />)}</ul>
            </SettingGroup>
          )}
        </>
      )}
    </AdminPage>
  );
}
