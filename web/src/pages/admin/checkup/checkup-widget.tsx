import { ArrowRight } from 'lucide-react';
import { Link } from 'wouter';
import { useSession } from '../../../api/session';
import { Card } from '../../../components/card';
import { ErrorState, Skeleton } from '../../../components/states';
import { Score } from './score';
import { CheckName } from './state-mark';
import { useCheckup } from './use-checkup';
import styles from './checkup-widget.module.css';

function Inside() {
  const checkup = useCheckup();
  if (checkup.isPending) return <Skeleton rows={4} />;
  if (checkup.isError) return <ErrorState what="The check-up" error={checkup.error} onRetry={() => void checkup.refetch()} />;
  const { score, grade, next, checks } = checkup.data;
  const first = next.slice(0, 3).flatMap((id) => checks.filter((check) => check.id === id));
  return (
    <div className={styles.widget}>
      <Score score={score} grade={grade} size_px={104} />
      <div className={styles.side}>
        {first.length === 0 ? <p>Nothing to do: every check passes.</p> : (
          <ul className={styles.list} aria-label="Do this first">
            {first.map((check) => <li key={check.id}><CheckName check={check} /></li>)}
          </ul>
        )}
        <Link href="/admin/security-checkup" className={styles.more}>Open the check-up <ArrowRight size={14} aria-hidden /></Link>
      </div>
    </div>
  );
}

/** How safe the installation is, on a superuser's home; nobody else sees it. */
export function CheckupWidget() {
  const { superuser } = useSession();
  return superuser ? <Card title="Security check-up"><Inside /></Card> : null;
}
