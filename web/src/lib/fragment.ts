import { useEffect, useState } from 'react';

const fragment = (): string => window.location.hash.slice(1);
const whole = (text: string): string => text;

/** The token of a mailed or printed link, which stands behind the # and so reaches no log. It leaves the address at once. */
export function useFragmentToken(tokenOf: (text: string) => string = whole): string {
  const [token, setToken] = useState(() => tokenOf(fragment()));
  useEffect(() => {
    const hide = () => window.history.replaceState(null, '', window.location.pathname + window.location.search);
    // A link that is opened while its page is there already loads nothing anew.
    const take = () => {
      const next = tokenOf(fragment());
      if (next === '') return;
      setToken(next);
      hide();
    };
    take();
    window.addEventListener('hashchange', take);
    return () => window.removeEventListener('hashchange', take);
  }, [tokenOf]);
  return token;
}
