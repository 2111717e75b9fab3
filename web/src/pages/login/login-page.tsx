import { useState } from 'react';
import type { HalfSession, SignedIn } from '../../api/account';
import { isHalf } from '../../api/account';
import { deleteSession } from '../../api/generated';
import { useEnter } from '../../api/session';
import { Notice } from '../../components/states';
import { useTitle } from '../../lib/screen';
import { FactorStep } from './factor-step';
import { PasswordStep } from './password-step';

interface Props {
  /** There was a session in this page, and it has ended by itself. */
  readonly sessionEnded: boolean;
  /** After signing in a page is opened that was asked for. */
  readonly goesOn: boolean;
}

/** Password, then whatever second factor there is; or a passkey alone. */
export default function LoginPage({ sessionEnded, goesOn }: Props) {
  useTitle('Sign in');
  const enter = useEnter();
  const [half, setHalf] = useState<HalfSession>();
  const [ended, setEnded] = useState(false);
  const go = (answer: SignedIn) => {
    setEnded(false);
    if (isHalf(answer)) setHalf(answer);
    else enter(answer);
  };
  const again = (hasEnded: boolean) => {
    // Half a sign-in that nobody goes on with is no longer needed; the answer changes nothing here.
    deleteSession().catch(() => undefined);
    setHalf(undefined);
    setEnded(hasEnded);
  };
  const reason = () => {
    if (ended) return <Notice tone="warn">That took too long, or too many codes were wrong. Sign in again.</Notice>;
    if (!goesOn) return undefined;
    return sessionEnded ? <Notice tone="warn">Your session has ended. Sign in to go on where you were.</Notice> : <Notice>Sign in to see the page that you asked for.</Notice>;
  };
  if (half) return <FactorStep half={half} onSignedIn={go} onBack={() => again(false)} onEnded={() => again(true)} />;
  return <PasswordStep reason={reason()} onSignedIn={go} />;
}
