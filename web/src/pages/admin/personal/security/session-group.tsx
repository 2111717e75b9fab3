import { useState } from 'react';
import { useSignOut } from '../../../../api/session';
import { Button } from '../../../../components/button';
import { Confirm } from '../../../../components/confirm';
import { ErrorState, Notice, Skeleton } from '../../../../components/states';
import { refusalWords } from '../../../../lib/refusal';
import { counted, whenWords } from '../../../../lib/words';
import { SettingGroup } from '../../admin-page';
import { useEndOthers, useEndSession, useSessions, type OpenSession } from './use-sessions';
import list from '../../list.module.css';
import styles from './security.module.css';

function SessionRow({ session, onEnd, isPending }: { readonly session: OpenSession; readonly onEnd: () => void; readonly isPending: boolean }) {
  const now_ms = Date.now();
  return (
    <li className={list.row}>
      <div className={list.main}>
        <p className={list.name}>
          {session.device}
          {session.current && <span className={list.badge}>This one</span>}
        </p>
        <p className={list.sub}>
          {session.place !== '' && `${session.place}, `}used {whenWords(session.used_s, now_ms)}, signed in {whenWords(session.started_s, now_ms)}
        </p>
      </div>
      <div className={list.actions}>
        <Button look="quiet" isPending={isPending} onPress={onEnd} aria-label={session.current ? 'Sign out here' : `End the session of ${session.device}`}>
          {session.current ? 'Sign out' : 'End'}
        </Button>
      </div>
    </li>
  );
}

function EndOthers({ count, onClose }: { readonly count: number; readonly onClose: () => void }) {
  const end = useEndOthers();
  return (
    <Confirm title="End all other sessions?" onClose={onClose} action="End them" danger isPending={end.isPending} error={end.error} onConfirm={() => end.mutate(undefined, { onSuccess: onClose })}>
      <p>{counted(count, 'browser')} must sign in again. This one stays.</p>
    </Confirm>
  );
}

export function SessionGroup() {
  const sessions = useSessions();
  const end = useEndSession();
  const signOut = useSignOut();
  const [asked, setAsked] = useState(false);
  const problem = refusalWords(signOut.error ?? end.error);
  const others = (sessions.data ?? []).filter((session) => !session.current).length;
  return (
    <SettingGroup title="Sessions">
      {sessions.isPending && <Skeleton rows={3} />}
      {sessions.isError && <ErrorState what="Your sessions" error={sessions.error} onRetry={() => void sessions.refetch()} />}
      {problem && <Notice tone="danger">{problem}</Notice>}
      {sessions.data && (
        <ul aria-label="Your sessions">
          {sessions.data.toSorted((a, b) => Number(b.current) - Number(a.current) || b.used_s - a.used_s).map((session) => (
            <SessionRow
              key={session.id}
              session={session}
              isPending={end.isPending && end.variables === session.id}
              onEnd={() => (session.current ? signOut.mutate() : end.mutate(session.id))}
            />
          ))}
        </ul>
      )}
      {others > 0 && <div className={styles.foot}><Button onPress={() => setAsked(true)}>End all other sessions</Button></div>}
      {asked && <EndOthers count={others} onClose={() => setAsked(false)} />}
    </SettingGroup>
  );
}
