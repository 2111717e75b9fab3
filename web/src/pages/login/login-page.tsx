import { useState } from 'react';
import type { HalfSession, SignedIn } from '../../api/account';
import { isHalf } from '../../api/account';
import { deleteSession } from '../../api/generated';
import { useEnter } from '../../api/session';
import { useTitle } from '../../lib/screen';
import { FactorStep } from './factor-step';
import { PasswordStep } from './password-step';

/** Password, then whatever second factor there is; or a passkey alone. */
export default function LoginPage() {
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
  if (half) return <FactorStep half={half} onSignedIn={go} onBack={() => again(false)} onEnded={() => again(true)} />;
  return <PasswordStep ended={ended} onSignedIn={go} />;
}
