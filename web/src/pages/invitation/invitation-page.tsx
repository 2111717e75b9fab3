import { useMutation, useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { useLocation } from 'wouter';
import { acceptInvitation, declineInvitation, isHalf, showInvitation, type Invitation, type SignedIn } from '../../api/account';
import { useEnter } from '../../api/session';
import { ApiError } from '../../api/generated';
import { Button } from '../../components/button';
import { Confirm } from '../../components/confirm';
import { NewPassword } from '../../components/new-password';
import { EmptyState, ErrorState, Notice, Skeleton } from '../../components/states';
import { Gate } from '../../frame/gate';
import { useFragmentToken } from '../../lib/fragment';
import { refusalWords } from '../../lib/refusal';
import { useTitle } from '../../lib/screen';
import { useWait } from '../../lib/wait';
import { dayWords } from '../../lib/words';
import form from '../../components/form.module.css';

const title = 'Invitation';

function useAccept() {
  const enter = useEnter();
  const [, navigate] = useLocation();
  return useMutation({
    mutationFn: acceptInvitation,
    onSuccess: (answer: SignedIn) => {
      enter(answer);
      navigate(isHalf(answer) ? '/login' : '/', { replace: true });
    },
  });
}

function Decline({ token, onDeclined, onClose }: { readonly token: string; readonly onDeclined: () => void; readonly onClose: () => void }) {
  const decline = useMutation({ mutationFn: () => declineInvitation(token), onSuccess: onDeclined });
  return (
    <Confirm title="Decline the invitation?" onClose={onClose} action="Decline" danger isPending={decline.isPending} error={decline.error} onConfirm={() => decline.mutate()}>
      <p>The account that waits for you is taken away, and whoever invited you is told. You need a new invitation if you change your mind.</p>
    </Confirm>
  );
}

function AcceptForm({ token, invitation, onDeclined }: { readonly token: string; readonly invitation: Invitation; readonly onDeclined: () => void }) {
  const [password, setPassword] = useState('');
  const [declining, setDeclining] = useState(false);
  const accept = useAccept();
  const wait_s = useWait(accept.error);
  const problem = refusalWords(accept.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!accept.isPending) accept.mutate({ token, password });
  };
  return (
    <Gate
      title="You are invited"
      lead={<>{invitation.inviter ? <><strong>{invitation.inviter}</strong> invites you to Makoto</> : 'You are invited to Makoto'} as <strong>{invitation.login}</strong> ({invitation.email}). Choose a password by {dayWords(invitation.expires_s, Date.now())}.</>}
    >
      {problem && <Notice tone="danger">{problem}</Notice>}
      <form className={form.form} onSubmit={submit}>
        {/* Managers of passwords keep the login with the new password. */}
        <input type="text" name="username" autoComplete="username" value={invitation.login} readOnly hidden />
        <NewPassword label="Password" value={password} onChange={setPassword} login={invitation.login} email={invitation.email} autoFocus />
        <div className={form.actions}>
          <Button look="primary" type="submit" isPending={accept.isPending} isDisabled={wait_s > 0}>
            {wait_s > 0 ? `Try again in ${wait_s}\u202fs` : accept.isPending ? 'One moment…' : 'Accept and sign in'}
          </Button>
          <Button look="quiet" onPress={() => setDeclining(true)}>Decline</Button>
        </div>
      </form>
      {declining && <Decline token={token} onDeclined={onDeclined} onClose={() => setDeclining(false)} />}
    </Gate>
  );
}

/** Refusals by the server's own judgement, not by its trouble. */
const isRefusal = (error: unknown): boolean => error instanceof ApiError && error.status >= 400 && error.status < 429;

/** The page of a mailed invitation. Opening it changes nothing. */
export default function InvitationPage() {
  useTitle(title);
  const token = useFragmentToken();
  const [declined, setDeclined] = useState(false);
  const shown = useQuery({ queryKey: ['invitation', token], queryFn: () => showInvitation(token), enabled: token !== '', gcTime: 0 });
  if (declined) {
    return <Gate title={title}><EmptyState title="You declined">The account is gone, and whoever invited you is told. You can close this page.</EmptyState></Gate>;
  }
  if (token === '' || (shown.isError && isRefusal(shown.error))) {
    return (
      <Gate title={title}>
        <EmptyState title="This invitation no longer works">
          It was used, taken back or is too old, or the link is not whole. Ask whoever invited you for a new one.
        </EmptyState>
      </Gate>
    );
  }
  if (shown.isPending) return <Gate title={title}><Skeleton rows={4} /></Gate>;
  if (shown.isError) return <Gate title={title}><ErrorState what="The invitation" error={shown.error} onRetry={() => void shown.refetch()} /></Gate>;
  return <AcceptForm token={token} invitation={shown.data} onDeclined={() => setDeclined(true)} />;
}
