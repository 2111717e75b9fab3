import { useCallback, useEffect, useState } from 'react';
import { ViewerError, type Asked, type Source } from './source';

export type Answer =
  | { readonly state: 'loading'; readonly wait_s?: number }
  | { readonly state: 'failed'; readonly error: ViewerError; readonly retry: () => void }
  | { readonly state: 'there'; readonly data: unknown };

/** Answers of this page; a stranger who goes back and forth asks once. */
const kept = new Map<string, unknown>();
const kept_max = 300;
const tries_max = 3;
const wait_max_s = 90;

function keep(key: string, data: unknown): void {
  const [oldest] = kept.keys();
  if (kept.size >= kept_max && oldest !== undefined) kept.delete(oldest);
  kept.set(key, data);
}

const asError = (cause: unknown): ViewerError => (cause instanceof ViewerError ? cause : new ViewerError(0, 'unknown', 'This page met a problem. Load it again.'));

/** Waits, unless the question is withdrawn. */
const pause = (seconds: number, signal: AbortSignal) =>
  new Promise<void>((done) => {
    const timer = setTimeout(done, seconds * 1000);
    signal.addEventListener('abort', () => clearTimeout(timer));
  });

/** Asks a source; when it says "too often", waits as long as it says and asks again. */
export function useAnswer(source: Source, method: string | undefined, asked: Asked): Answer {
  const key = `${source.id} ${method} ${JSON.stringify(asked)}`;
  const [round, setRound] = useState(0);
  const [answer, setAnswer] = useState<{ key: string; answer: Answer }>();
  const retry = useCallback(() => setRound((old) => old + 1), []);
  useEffect(() => {
    if (method === undefined || kept.has(key)) return undefined;
    const stop = new AbortController();
    const settle = (next: Answer) => !stop.signal.aborted && setAnswer({ key, answer: next });
    const run = async () => {
      for (let tried = 1; ; tried += 1) {
        try {
          const data = await source.ask(method, JSON.parse(JSON.stringify(asked)) as Asked, stop.signal);
          keep(key, data);
          return settle({ state: 'there', data });
        } catch (cause) {
          const error = asError(cause);
          if (error.status !== 429 || tried >= tries_max || stop.signal.aborted) return settle({ state: 'failed', error, retry });
          const wait_s = Math.min(wait_max_s, Math.max(1, error.retryAfter_s));
          settle({ state: 'loading', wait_s });
          await pause(wait_s, stop.signal);
        }
      }
    };
    settle({ state: 'loading' });
    void run();
    return () => stop.abort();
    // The key says all that is asked.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [key, round]);
  if (kept.has(key)) return { state: 'there', data: kept.get(key) };
  return answer?.key === key ? answer.answer : { state: 'loading' };
}
