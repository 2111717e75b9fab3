import { ClipboardCheck, ClipboardCopy, RotateCw, TriangleAlert } from 'lucide-react';
import { useId, useRef, useState, type ReactNode } from 'react';
import { ApiError } from '../api/generated';
import { copyText, selectText } from '../lib/clipboard';
import { Button } from './button';
import styles from './states.module.css';

/** Grey shapes where content will stand, so that nothing jumps when it comes. */
export function Skeleton({ rows = 6 }: { readonly rows?: number }) {
  return (
    <div className={styles.skeleton} role="status">
      <span className="hidden-text">Loading…</span>
      {Array.from({ length: rows }, (_, row) => (
        <span key={row} className={styles.line} style={{ '--length': `${92 - ((row * 37) % 48)}%` } as React.CSSProperties} />
      ))}
    </div>
  );
}

export function SkeletonBlock({ height_px }: { readonly height_px: number }) {
  return (
    <div className={styles.block} role="status" style={{ height: height_px }}>
      <span className="hidden-text">Loading…</span>
    </div>
  );
}

/** A patch of cloth, stitched like the cloth of the first pages, for places that hold nothing yet. */
function Patch() {
  const id = useId();
  return (
    <svg width="84" height="48" viewBox="0 0 84 48" aria-hidden="true" className={styles.patch}>
      <defs>
        <pattern id={id} width="24" height="24" patternUnits="userSpaceOnUse" x="-6">
          <g fill="none" stroke="currentColor" strokeWidth="1" strokeDasharray="2.6 2">
            <circle cx="12" cy="12" r="12" />
            <circle cx="0" cy="0" r="12" />
            <circle cx="24" cy="0" r="12" />
            <circle cx="0" cy="24" r="12" />
            <circle cx="24" cy="24" r="12" />
          </g>
        </pattern>
      </defs>
      <rect x="1" y="1" width="82" height="46" rx="6" fill={`url(#${id})`} stroke="currentColor" strokeWidth="1.5" strokeDasharray="6 4" />
    </svg>
  );
}

interface EmptyProps {
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}

export function EmptyState({ title, children, action }: EmptyProps) {
  return (
    <div className={styles.state}>
      <Patch />
      <p className={styles.title}>{title}</p>
      {children && <div className={styles.text}>{children}</div>}
      {action}
    </div>
  );
}

const meanings: Readonly<Record<number, string>> = {
  0: 'Your computer cannot reach the server. Check the connection, then try again.',
  403: 'Your account may not see this. Ask an administrator of the site for access.',
  404: 'It does not exist, or your account may not see it.',
  429: 'Too many requests in a short time. Wait a moment, then try again.',
};

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
}

/** What happened, what it means, what to do; the details can be copied for whoever runs the server. */
export function ErrorState({ error, onRetry, what = 'This part' }: ErrorProps) {
  const [copied, setCopied] = useState(false);
  // Where copying is not allowed the details are shown and marked instead.
  const [shown, setShown] = useState<string>();
  const text = useRef<HTMLPreElement>(null);
  const status = error instanceof ApiError ? error.status : -1;
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
      <p className={styles.text}>
        {meanings[status] ?? 'The server met a problem. Nothing is lost; try again, or give the details to whoever runs the server.'}
      </p>
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

/** A strip over content that is there but not whole, or that carries one thing to know. */
export function Notice({ tone = 'plain', children }: { readonly tone?: 'plain' | 'warn' | 'safe' | 'danger'; readonly children: ReactNode }) {
  return (
    <div className={`${styles.notice} ${styles[tone]}`} role={tone === 'danger' ? 'alert' : 'status'}>
      {children}
    </div>
  );
}
