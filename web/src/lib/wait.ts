import { useEffect, useState } from 'react';
import { ApiError } from '../api/generated';

/** The seconds that a refusal asks to wait, counted down; 0 when the next try may go. */
export function useWait(error: unknown): number {
  const [left_s, setLeft] = useState(0);
  useEffect(() => {
    const wait_s = error instanceof ApiError && error.status === 429 ? (error.retryAfterS ?? 0) : 0;
    setLeft(wait_s);
    if (wait_s <= 0) return undefined;
    const end_ms = Date.now() + wait_s * 1000;
    const timer = setInterval(() => {
      const left = Math.max(0, Math.ceil((end_ms - Date.now()) / 1000));
      setLeft(left);
      if (left === 0) clearInterval(timer);
    }, 200);
    return () => clearInterval(timer);
  }, [error]);
  return left_s;
}
