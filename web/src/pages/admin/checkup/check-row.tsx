import { ChevronDown } from 'lucide-react';
import { useState } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import { Link } from 'wouter';
import { Button } from '../../../components/button';
import { dayWords } from '../../../lib/words';
import { AcceptDialog, FixDialog } from './fix-dialog';
import { CheckName, isOpen } from './state-mark';
import { useWithdraw, type Check } from './use-checkup';
import list from '../list.module.css';
import styles from './checkup-page.module.css';

function Actions({ check }: { readonly check: Check }) {
  const [asking, setAsking] = useState<'fix' | 'accept'>();
  const withdraw = useWithdraw();
  const open = isOpen(check);
  const { fix } = check;
  return (
    <div className={styles.actions}>
      {fix.kind === 'deeds' && open && <Button look="primary" isDisabled={!fix.possible} onPress={() => setAsking('fix')}>{fix.label}</Button>}
      {fix.kind === 'page' && <Link href={fix.path} className={list.link}>{fix.label}</Link>}
      {fix.kind === 'operator' && open && <p className={list.sub}>For whoever runs the machine: {fix.label}.</p>}
      {open && <Button look="quiet" onPress={() => setAsking('accept')}>Accept the risk</Button>}
      {check.accepted && <Button look="quiet" isPending={withdraw.isPending} onPress={() => withdraw.mutate(check.id)}>Accept it no longer</Button>}
      {asking === 'fix' && <FixDialog check={check} onClose={() => setAsking(undefined)} />}
      {asking === 'accept' && <AcceptDialog check={check} onClose={() => setAsking(undefined)} />}
    </div>
  );
}

interface Props {
  readonly check: Check;
  readonly now_ms: number;
  readonly startsOpen?: boolean;
}

/** One check: its state and title; opened, why it matters, what was measured, and what to do. */
export function CheckRow({ check, now_ms, startsOpen = false }: Props) {
  const [open, setOpen] = useState(startsOpen);
  const since = check.since_s === undefined ? undefined : `since ${dayWords(check.since_s, now_ms)}`;
  return (
    <li className={styles.check} id={check.id}>
      <AriaButton className={styles.press ?? ''} aria-expanded={open} onPress={() => setOpen(!open)}>
        <CheckName check={check} />
        <span className={styles.weight}>{check.weight}</span>
        <ChevronDown size={15} aria-hidden className={open ? styles.turned : styles.chevron} />
      </AriaButton>
      {open && (
        <div className={styles.inside}>
          <p>{check.why}</p>
          {check.accepted && (
            <p className={styles.accepted}>
              {check.accepted.by} accepted this risk until {dayWords(check.accepted.until_s, now_ms)}: “{check.accepted.reason}”
            </p>
          )}
          <dl className={styles.evidence}>
            {check.evidence.map((one) => (
              <div key={one.name}>
                <dt>{one.name}</dt>
                <dd>{one.value}</dd>
              </div>
            ))}
          </dl>
          <p className={list.sub}>{check.id}. {check.how} {since && `In this state ${since}.`}</p>
          <Actions check={check} />
        </div>
      )}
    </li>
  );
}
