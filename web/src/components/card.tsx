import { Component, type ReactNode } from 'react';
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

interface BoundaryProps {
  readonly what: string;
  readonly children: ReactNode;
}

/** Keeps a fault inside the part that has it. */
export class Boundary extends Component<BoundaryProps, { error: unknown }> {
  override state: { error: unknown } = { error: undefined };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (this.state.error === undefined) return this.props.children;
    return <ErrorState what={this.props.what} error={this.state.error} onRetry={() => this.setState({ error: undefined })} />;
  }
}
