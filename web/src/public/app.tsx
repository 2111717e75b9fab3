import { useEffect, useState, type FormEvent } from 'react';
import { Mark } from '../components/mark';
import { EmptyState, Notice, Skeleton } from '../components/plain-states';
import type { PeriodChoice } from '../lib/dates';
import { Viewer } from '../viewer/viewer';
import { ViewerError, type Info, type Source } from '../viewer/source';
import { baseOf, open, sourceOf, unlock } from './source';
import field from '../components/field.module.css';
import form from '../components/form.module.css';
import viewer from '../viewer/viewer.module.css';
import styles from './app.module.css';

type Stage =
  | { readonly at: 'loading' }
  | { readonly at: 'locked' }
  | { readonly at: 'open'; readonly info: Info; readonly source: Source }
  | { readonly at: 'closed' }
  | { readonly at: 'failed'; readonly error: ViewerError };

const base = baseOf(window.location.pathname);
const problemOf = (cause: unknown) => (cause instanceof ViewerError ? cause : new ViewerError(0, 'unknown', 'This page met a problem. Load it again.'));

const lockWords: Readonly<Record<number, string>> = {
  403: 'This is not the password. Ask whoever gave you the link.',
  429: 'Too many tries. Wait a moment, then try again.',
};

/** The password of a link. What it is exchanged for is forgotten when the page is left. */
function Unlock({ onOpen }: { readonly onOpen: (ticket: string) => void }) {
  const [password, setPassword] = useState('');
  const [error, setError] = useState<ViewerError>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      onOpen(await unlock({ base, ticket: '' }, password));
    } catch (cause) {
      setError(problemOf(cause));
      setBusy(false);
    }
  };
  return (
    <form className={form.form} onSubmit={(event) => void submit(event)}>
      <h1>These reports need a password</h1>
      {error && <Notice tone="danger">{lockWords[error.status] ?? error.message}{error.status === 429 && error.retryAfter_s > 0 && ` (${error.retryAfter_s}\u202fs)`}</Notice>}
      <label className={field.field}>
        <span className={field.label}>Password</span>
        <input className={field.input} type="password" name="password" autoComplete="off" required value={password} onChange={(event) => setPassword(event.target.value)} />
      </label>
      <button type="submit" className={styles.primary} disabled={busy}>{busy ? 'One moment…' : 'Open'}</button>
    </form>
  );
}

/** The address carries the period, so that it can be passed on; nothing else is kept. */
function noteChoice(choice: PeriodChoice): void {
  const query = new URLSearchParams(window.location.search);
  query.set('period', choice.period);
  query.set('date', choice.date);
  window.history.replaceState(null, '', `${window.location.pathname}?${query}`);
}

export function PublicApp() {
  const [stage, setStage] = useState<Stage>({ at: 'loading' });
  const [ticket, setTicket] = useState('');
  const [round, setRound] = useState(0);
  useEffect(() => {
    let left = false;
    open({ base, ticket }).then(
      (opened) => {
        if (left) return;
        if (!opened) return setStage({ at: 'locked' });
        document.title = `${opened.info.siteName} · Public reports`;
        setStage({ at: 'open', info: opened.info, source: sourceOf({ base, ticket }, opened.version) });
      },
      (cause: unknown) => {
        const error = problemOf(cause);
        if (!left) setStage(error.status === 403 ? { at: 'closed' } : { at: 'failed', error });
      },
    );
    return () => {
      left = true;
    };
  }, [ticket, round]);
  const query = new URLSearchParams(window.location.search);
  if (stage.at === 'open') {
    return <Viewer info={stage.info} source={stage.source} only={query.get('report') ?? undefined} period={query.get('period') ?? undefined} date={query.get('date') ?? undefined} onPeriod={noteChoice} />;
  }
  return (
    <main className={styles.gate}>
      <div className={styles.mark}><Mark size_px={36} /></div>
      {stage.at !== 'locked' && <h1 className="hidden-text">Public reports</h1>}
      {stage.at === 'loading' && <Skeleton rows={6} />}
      {stage.at === 'locked' && <Unlock onOpen={setTicket} />}
      {stage.at === 'closed' && <EmptyState title="Nothing is public here">The address may be wrong, or its owner no longer shows these reports.</EmptyState>}
      {stage.at === 'failed' && (
        <div className={viewer.failed} role="alert">
          <p>{stage.error.status === 429 ? 'Many people look at this at the moment. Try again in a minute.' : stage.error.message || 'The reports could not be loaded.'}</p>
          <button type="button" className={viewer.button} onClick={() => setRound(round + 1)}>Try again</button>
        </div>
      )}
    </main>
  );
}
