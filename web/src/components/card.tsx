import { Component, useState, type ReactNode } from 'react';
import { loadAnew, PartError } from '../lib/lazy-part';
import { isUnknownQuestion } from '../lib/refusal';
import { ErrorState } from './states';
import styles from './card.module.css';

interface Props {
  readonly title: string;
  readonly children: ReactNode;
  readonly actions?: ReactNode;
  readonly foot?: ReactNode;
}

/** A part of the page: a strong rule above, its name, its content. */
export function Card({ title, children, actions, foot }: Props) {
  return (
    <section className={styles.card} aria-label={title}>
      <header className={styles.head}>
        <h2>{title}</h2>
        {actions && <div className={styles.actions}>{actions}</div>}
      </header>
      <div className={styles.body}>
        <Boundary what={title}>{children}</Boundary>
      </div>
      {foot && <footer className={styles.foot}>{foot}</footer>}
    </section>
  );
}

/** What stands where a part of the application did not arrive. */
function Missing({ what, error }: { readonly what: string; readonly error: PartError }) {
  const [isAway, setAway] = useState(false);
  const again = async () => setAway(!(await loadAnew()));
  return <ErrorState what={what} error={error} onRetry={() => void again()} after={isAway ? 'The server still does not answer.' : undefined} />;
}

interface BoundaryProps {
  readonly what: string;
  readonly children: ReactNode;
  /** Where it stands: a fault of one place is forgotten at the next. */
  readonly place?: string;
  /** The place of the message, where the part had it all to itself. */
  readonly around?: (message: ReactNode) => ReactNode;
  /** Stands for the whole page when the server does not know the conditions. Parts without it leave that to the page. */
  readonly unknown?: (error: unknown) => ReactNode;
}

interface BoundaryState {
  readonly error: unknown;
  readonly place: string | undefined;
}

/** Keeps a fault inside the part that has it. */
export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { error: undefined, place: this.props.place };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  static getDerivedStateFromProps({ place }: BoundaryProps, state: BoundaryState): BoundaryState | null {
    return place === state.place ? null : { error: undefined, place };
  }

  override render() {
    const { what, children, around, unknown } = this.props;
    const { error } = this.state;
    if (error === undefined) return children;
    if (unknown && isUnknownQuestion(error)) return unknown(error);
    // Every other part has the same fault: one message for all of them.
    if (!around && isUnknownQuestion(error)) throw error;
    const message = error instanceof PartError
      ? <Missing what={what} error={error} />
      : <ErrorState what={what} error={error} onRetry={() => this.setState({ error: undefined })} />;
    return around ? around(message) : message;
  }
}
