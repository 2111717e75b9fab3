import { ChevronRight, Download, ExternalLink, FileText, MousePointerClick, Search, ShoppingBasket, ShoppingCart, Target } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { Button } from 'react-aria-components';
import { useSiteView } from '../../frame/site-view';
import { formatLength, formatNumber } from '../../lib/numbers';
import { safeLink } from '../../lib/safe-link';
import { isOutcome, type Visit, type VisitAction } from '../../lib/visits';
import { counted } from '../../lib/words';
import styles from './visit-card.module.css';

const icons: Readonly<Record<string, ReactNode>> = {
  action: <FileText size={14} aria-label="Page" />,
  search: <Search size={14} aria-label="Search" />,
  outlink: <ExternalLink size={14} aria-label="Outlink" />,
  download: <Download size={14} aria-label="Download" />,
  event: <MousePointerClick size={14} aria-label="Event" />,
  goal: <Target size={14} aria-label="Goal" />,
  ecommerceOrder: <ShoppingCart size={14} aria-label="Order" />,
  ecommerceAbandonedCart: <ShoppingBasket size={14} aria-label="Cart" />,
};

/** The right end of a line: what it was worth, or how long it took. */
function gainOf(action: VisitAction, currency: string): string {
  if (action.worth !== undefined) return action.worth > 0 ? `${formatNumber(action.worth, 'money')} ${currency}` : '';
  return action.spent_s > 0 ? formatLength(action.spent_s) : '';
}

/** "2 goals, ordered": what the visit came to. */
function outcomeOf(visit: Visit): string {
  const count = (kind: string) => visit.actions.filter((action) => action.kind === kind).length;
  const goals = count('goal');
  return [
    ...(goals > 0 ? [counted(goals, 'goal')] : []),
    ...(count('ecommerceOrder') > 0 ? ['ordered'] : []),
    ...(count('ecommerceAbandonedCart') > 0 ? ['left a cart'] : []),
  ].map((words) => `, ${words}`).join('');
}

function ActionLine({ action, currency }: { readonly action: VisitAction; readonly currency: string }) {
  const link = safeLink(action.url);
  return (
    <li className={styles.action}>
      <span className={styles.icon}>{icons[action.kind] ?? <MousePointerClick size={14} aria-label={action.kind} />}</span>
      <span className={styles.what}>
        <span className={styles.title} dir="auto">{action.title}</span>
        {action.url && action.url !== action.title && (
          link ? <a className={styles.url} href={link} target="_blank" rel="noreferrer noopener">{action.url}</a> : <span className={styles.url}>{action.url}</span>
        )}
      </span>
      <span className={`number ${styles.spent}`}>{gainOf(action, currency)}</span>
    </li>
  );
}

function Facts({ visit }: { readonly visit: Visit }) {
  const { filterBy } = useSiteView();
  const link = safeLink(visit.referrerUrl);
  const facts: readonly (readonly [string, ReactNode])[] = [
    ['Visitor', <Button key="id" className={styles.id ?? ''} onPress={() => filterBy(`visitorId==${visit.visitorId}`)}>{visit.userId ?? visit.visitorId}</Button>],
    ['Address', visit.ip],
    ['Device', [visit.device, visit.resolution].filter(Boolean).join(', ')],
    ['Came from', link ? <a key="from" href={link} target="_blank" rel="noreferrer noopener">{visit.referrerUrl}</a> : [visit.channel, visit.referrer, visit.keyword].filter(Boolean).join(', ')],
  ];
  return (
    <dl className={styles.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** One visit: a line that says who and whence, and inside it everything they did. */
export function VisitCard({ visit }: { readonly visit: Visit }) {
  const [open, setOpen] = useState(false);
  const entry = visit.actions[0];
  return (
    <li className={styles.card}>
      <Button className={styles.line ?? ''} aria-expanded={open} onPress={() => setOpen(!open)}>
        <ChevronRight size={14} aria-hidden className={styles.chevron} />
        <span className={`number ${styles.clock}`} title="Last action">{visit.clock.slice(0, 5)}</span>
        <span className={styles.main}>
          <span className={styles.title} dir="auto">{entry?.title ?? 'No action kept'}</span>
          <span className={styles.sub}>
            {visit.isReturning ? `visit ${visit.count}` : 'new visitor'}, {visit.country}{visit.city && `, ${visit.city}`}, {visit.browser}, {visit.system}{outcomeOf(visit)}
          </span>
        </span>
        <span className={styles.from} dir="auto">{visit.referrer || visit.channel}</span>
        <span className={`number ${styles.size}`}>
          {counted(visit.actions.filter((action) => !isOutcome(action)).length, 'action')}
          <span className={styles.sub}>{formatLength(visit.length_s)}</span>
        </span>
      </Button>
      {open && (
        <div className={styles.inside}>
          <Facts visit={visit} />
          <ol>{visit.actions.map((action, at) => <ActionLine key={at} action={action} currency={visit.currency} />)}</ol>
        </div>
      )}
    </li>
  );
}
