import { ClipboardCheck, ClipboardCopy, RotateCw, TriangleAlert } from 'lucide-react';
import { useRef, useState } from 'react';
import { ApiError } from '../api/generated';
import { copyText, selectText } from '../lib/clipboard';
import { PartError } from '../lib/lazy-part';
import { refusalWords } from '../lib/refusal';
import { Button } from './button';
import styles from './states.module.css';

export { EmptyState, Notice, Skeleton, SkeletonBlock } from './plain-states';

const meanings: Readonly<Record<number, string>> = {
  0: 'Your computer cannot reach the server. Check the connection, then try again.',
  403: 'Your account may not see this. Ask an administrator of the site for access.',
  404: 'It does not exist, or your account may not see it.',
  429: 'Too many requests in a short time. Wait a moment, then try again.',
};

function meaningOf(error: unknown): string {
  if (error instanceof PartError) return 'The server did not hand over this part of the application: it is out of reach, or was updated since you opened this page.';
  if (!(error instanceof ApiError)) return 'The application made a mistake here. Nothing is lost; try again, or give the details to whoever runs the server.';
  if (error.status === 400) return `The server does not understand the question. ${refusalWords(error)}`;
  return meanings[error.status] ?? 'The server met a problem. Nothing is lost; try again, or give the details to whoever runs the server.';
}

function detailsOf(error: unknown): string {
  const time = new Date().toISOString();
  if (error instanceof ApiError) {
    return [`time: ${time}`, `request: ${error.request}`, `status: ${error.status}`, `code: ${error.code}`, `message: ${error.message}`].join('\n');
  }
  return `time: ${time}\nmessage: ${error instanceof Error ? error.message : String(error)}`;
}

interface ErrorProps {
  readonly error: unknown;
  readonly onRetry?: () => void;
  /** What could not be shown, as a sentence opens: "The countries". */
  readonly what?: string;
  /** What trying again came to. */
  readonly after?: string | undefined;
}

/** What happened, what it means, what to do; the details can be copied for whoever runs the server. */
export function ErrorState({ error, onRetry, what = 'This part', after }: ErrorProps) {
  const [copied, setCopied] = useState(false);
  // Where copying is not allowed the details are shown and marked instead.
  const [shown, setShown] = useState<string>();
  const text = useRef<HTMLPreElement>(null);
  const copy = async () => {
    const details = detailsOf(error);
    if (await copyText(details)) {
      setCopied(true);
      return;
    }
    setShown(details);
    requestAnimationFrame(() => selectText(text.current));
  };
  return (
    <div className={styles.state} role="alert">
      <TriangleAlert size={22} aria-hidden className={styles.warning} />
      <p className={styles.title}>{what} could not be loaded</p>
      <p className={styles.text}>{meaningOf(error)}</p>
      {after && <p className={styles.text}>{after}</p>}
      <div className={styles.actions}>
        {onRetry && (
          <Button onPress={onRetry}>
            <RotateCw size={14} aria-hidden /> Try again
          </Button>
        )}
        <Button look="quiet" onPress={() => void copy()}>
          {copied ? <ClipboardCheck size={14} aria-hidden /> : <ClipboardCopy size={14} aria-hidden />}
          {copied ? 'Copied' : 'Copy the details'}
        </Button>
      </div>
      {shown !== undefined && <pre ref={text} className={styles.details}>{shown}</pre>}
    </div>
  );
}
