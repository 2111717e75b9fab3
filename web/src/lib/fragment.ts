import { useEffect, useState } from 'react';

const read = (): string => window.location.hash.slice(1);

/** The token of a mailed link, which stands behind the # and so reaches no log. It leaves the address at once. */
export function useFragmentToken(): string {
  const [token, setToken] = useState(read);
  useEffect(() => {
    const hide = () => window.history.replaceState(null, '', window.location.pathname + window.location.search);
    // A link that is opened while its page is there already loads nothing anew.
    const take = () => {
      if (read() === '') return;
      setToken(read());
      hide();
    };
    take();
    window.addEventListener('hashchange', take);
    return () => window.removeEventListener('hashchange', take);
  }, []);
  return token;
}
