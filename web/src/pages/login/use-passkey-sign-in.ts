import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { askChallenge, signInByPasskey, type SignedIn } from '../../api/account';
import { passkeyFromField, passkeysInField, takePasskey } from '../../lib/passkey';

// The server forgets a challenge after five minutes.
const challenge_ms = 4 * 60_000;

/** Sign-in by passkey alone, by the button. */
export const usePasskeySignIn = (onSignedIn: (answer: SignedIn) => void) =>
  useMutation({ mutationFn: async () => signInByPasskey(await takePasskey(await askChallenge())), onSuccess: onSignedIn });

/** Offers passkeys inside the login field, where the browser can. What goes wrong here is silent: the form works without. */
export function useFieldPasskey(onSignedIn: (answer: SignedIn) => void, isFree: boolean): void {
  const enter = useRef(onSignedIn);
  enter.current = onSignedIn;
  useEffect(() => {
    if (!isFree) return undefined;
    let stop = new AbortController();
    const offer = async () => {
      const current = new AbortController();
      stop = current;
      if (!(await passkeysInField())) return;
      const passkey = await passkeyFromField(await askChallenge(), current.signal);
      enter.current(await signInByPasskey(passkey));
    };
    const start = () => {
      stop.abort();
      offer().catch(() => undefined);
    };
    start();
    const timer = setInterval(start, challenge_ms);
    return () => {
      clearInterval(timer);
      stop.abort();
    };
  }, [isFree]);
}
