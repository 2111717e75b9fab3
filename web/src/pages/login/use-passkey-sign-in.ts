import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { askChallenge, sendFactor, signInByPasskey, type SignedIn } from '../../api/account';
import { isForOne, passkeyFromField, passkeysInField, takePasskey } from '../../lib/passkey';

// The server forgets a challenge after five minutes.
const challenge_ms = 4 * 60_000;

let asked: Promise<unknown> = Promise.resolve();

/** The browser holds one challenge: each is asked for when the one before has come, so that the newest counts. */
function freshChallenge(): Promise<unknown> {
  const fresh = asked.then(askChallenge, askChallenge);
  asked = fresh;
  return fresh;
}

/** A page that was loaded anew in the middle of a sign-in holds half of one: then the passkey is its second half. */
const finish = (options: unknown, passkey: Readonly<Record<string, unknown>>): Promise<SignedIn> =>
  isForOne(options) ? sendFactor({ passkey }) : signInByPasskey(passkey);

async function byButton(): Promise<SignedIn> {
  const options = await freshChallenge();
  return finish(options, await takePasskey(options));
}

/** Sign-in by passkey alone, by the button. */
export const usePasskeySignIn = (onSignedIn: (answer: SignedIn) => void) =>
  useMutation({ mutationFn: byButton, onSuccess: onSignedIn });

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
      if (!(await passkeysInField()) || current.signal.aborted) return;
      const options = await freshChallenge();
      enter.current(await finish(options, await passkeyFromField(options, current.signal)));
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
