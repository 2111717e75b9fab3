import { ShieldAlert } from 'lucide-react';
import { Link } from 'wouter';
import { useSession } from '../api/session';
import { Notice } from '../components/states';
import { dayWords } from '../lib/words';

/** Until the grace ends this stands above every page; afterwards only the set-up is open. */
export function GraceNotice() {
  const { factor_due_s } = useSession();
  if (factor_due_s === null) return null;
  return (
    <Notice tone="warn">
      <ShieldAlert size={16} aria-hidden />
      <span>
        <Link href="/admin/personal/security">Set up a second factor</Link> by {dayWords(factor_due_s, Date.now())}. After that day it is the first thing you are asked for.
      </span>
    </Notice>
  );
}
