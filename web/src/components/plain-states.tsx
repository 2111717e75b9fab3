// The states that nothing can be pressed in: the public pages load these without the rest.
import { useId, type ReactNode } from 'react';
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
  /** It stands on the page, not inside a card. */
  readonly framed?: boolean;
}

export function EmptyState({ title, children, action, framed = false }: EmptyProps) {
  return (
    <div className={`${styles.state} ${framed ? styles.framed : ''}`}>
      <Patch />
      <p className={styles.title}>{title}</p>
      {children && <div className={styles.text}>{children}</div>}
      {action}
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
