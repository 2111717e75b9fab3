import { useEffect, useState } from 'react';

/** The token of a mailed link, which stands behind the # and so reaches no log. It leaves the address at once. */
export function useFragmentToken(): string {
  const [token] = useState(() => window.location.hash.slice(1));
  useEffect(() => {
    if (token) window.history.replaceState(null, '', window.location.pathname + window.location.search);
  }, [token]);
  return token;
}
