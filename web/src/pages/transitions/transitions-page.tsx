import { ExternalLink } from 'lucide-react';
import { Link, useLocation, useSearch } from 'wouter';
import { ApiError } from '../../api/generated';
import { BarList } from '../../components/bar-list';
import { Card } from '../../components/card';
import { EmptyState, ErrorState, Skeleton } from '../../components/states';
import { useSiteView } from '../../frame/site-view';
import { TopLine } from '../../frame/top-line';
import { formatNumber } from '../../lib/numbers';
import { safeLink } from '../../lib/safe-link';
import { readPageName, type PageName } from './page-name';
import { useTransitions, type Group, type Transitions } from './use-transitions';
import styles from './transitions-page.module.css';

interface GroupsProps {
  readonly title: string;
  readonly groups: readonly Group[];
  readonly views: number;
  readonly nothing: string;
  readonly onOpen: (label: string) => void;
}

/** One side of the page: its groups, each with its share of the views. */
function Groups({ title, groups, views, nothing, onOpen }: GroupsProps) {
  const share = (count: number) => (views > 0 ? Math.min(1, count / views) : 0);
  return (
    <Card title={title}>
      {groups.length === 0 && <p className={styles.nothing}>{nothing}</p>}
      {groups.map((group) => (
        <div key={group.id} className={styles.group}>
          <h3 className={styles.head}>
            <span>{group.title}</span>
            <span className="number"><span className={styles.share}>{formatNumber(share(group.count), 'share')}</span> {formatNumber(group.count, 'count')}</span>
          </h3>
          {group.steps.length > 0 && (
            <BarList
              label={`${title}: ${group.title.toLowerCase()}`}
              showChange={false}
              bars={group.steps.map((step, at) => ({
                id: `${at} ${step.label}`,
                label: step.label,
                share: share(step.count),
                value: formatNumber(step.count, 'count'),
                // What is summed up has no page of its own.
                onPress: group.arePages && step.label !== 'Others' ? () => onOpen(step.label) : undefined,
              }))}
            />
          )}
        </div>
      ))}
    </Card>
  );
}

function Middle({ page, found }: { readonly page: PageName; readonly found: Transitions }) {
  const link = page.kind === 'url' ? safeLink(page.name) : undefined;
  const figures = [['Entries', found.entries], ['Exits', found.exits], ['Reloads', found.reloads]] as const;
  return (
    <section className={styles.middle} aria-label="This page">
      <p className={styles.name}>{page.name}</p>
      <p className={styles.views}><strong className="number">{formatNumber(found.views, 'count')}</strong> {found.views === 1 ? 'view' : 'views'}</p>
      <dl className={styles.figures}>
        {figures.map(([name, count]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="number">{formatNumber(count, 'count')}</dd>
          </div>
        ))}
      </dl>
      {link && <a className={styles.link} href={link} target="_blank" rel="noopener noreferrer"><ExternalLink size={14} aria-hidden /> Open the page</a>}
    </section>
  );
}

function Around({ page }: { readonly page: PageName }) {
  const { href, view } = useSiteView();
  const [, navigate] = useLocation();
  const found = useTransitions(page);
  const onOpen = (label: string) => navigate(href('/transitions', page.kind === 'url' ? { page: label } : { title: label }));
  if (found.isPending) return <Skeleton rows={10} />;
  if (found.error instanceof ApiError && found.error.status === 404) {
    return (
      <EmptyState framed title="Nobody saw this page in this period" action={<Link href={href('/reports/pages')}>See all pages</Link>}>
        {view.segment.length > 0 ? 'Take a condition off, or choose a longer period.' : 'Choose a longer period.'}
      </EmptyState>
    );
  }
  if (found.isError) return <ErrorState what="What came before and after" error={found.error} onRetry={() => void found.refetch()} />;
  return (
    <div className={styles.sides}>
      <Groups title="Before" groups={found.data.before} views={found.data.views} nothing="Nothing is known to have led here." onOpen={onOpen} />
      <Middle page={page} found={found.data} />
      <Groups title="After" groups={found.data.after} views={found.data.views} nothing="Nothing followed yet." onOpen={onOpen} />
    </div>
  );
}

/** From where people came to a page, and where they went from it. */
export default function TransitionsPage() {
  const { href } = useSiteView();
  const page = readPageName(useSearch());
  return (
    <>
      <TopLine title="Before and after" />
      {page ? <Around page={page} /> : (
        <EmptyState framed title="Which page?" action={<Link href={href('/reports/pages')}>See all pages</Link>}>
          Choose “See what came before and after” in the menu of a page.
        </EmptyState>
      )}
    </>
  );
}
