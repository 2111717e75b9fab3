import { ArrowRightLeft, EllipsisVertical, ExternalLink, Filter, LineChart, ListFilter } from 'lucide-react';
import { useState } from 'react';
import { Button } from 'react-aria-components';
import { useLocation } from 'wouter';
import { Menu, type MenuEntry } from '../../components/menu';
import { useSiteView } from '../../frame/site-view';
import type { Metric } from '../../lib/metrics';
import type { Row } from '../../lib/rows';
import { safeLink } from '../../lib/safe-link';
import { writeView } from '../../lib/view';
import type { Report } from '../../reports/catalog';
import { transitionsPath } from '../transitions/page-name';
import { RowOverTime } from './row-over-time';
import type { Line } from './use-tree';
import styles from './row-menu.module.css';

interface Props {
  readonly report: Report;
  /** What is drawn over time. */
  readonly metric: Metric;
  readonly line: Line;
  readonly label: string;
  readonly onFilter: (row: Row) => void;
}

/** What can be done with a row: see it over time, filter by it, see its visits and what came before and after, open its page. */
export function RowMenu({ report, metric, line, label, onFilter }: Props) {
  const { view, site, href } = useSiteView();
  const [, navigate] = useLocation();
  const [overTime, setOverTime] = useState(false);
  const { row } = line;
  const link = safeLink(row.url);
  const around = transitionsPath(report.id, row);
  const entries: MenuEntry[] = [];
  if (!row.isSummary) entries.push({ id: 'time', text: 'See it over time', icon: <LineChart size={15} aria-hidden /> });
  if (row.segment !== undefined) {
    entries.push({ id: 'filter', text: 'Filter everything by it', icon: <Filter size={15} aria-hidden /> });
    entries.push({ id: 'visits', text: 'See these visits', icon: <ListFilter size={15} aria-hidden /> });
  }
  if (around) entries.push({ id: 'around', text: 'See what came before and after', icon: <ArrowRightLeft size={15} aria-hidden /> });
  if (link) entries.push({ id: 'open', text: 'Open the page', icon: <ExternalLink size={15} aria-hidden /> });
  if (entries.length === 0) return null;
  const act = (id: string) => {
    if (id === 'time') setOverTime(true);
    if (id === 'filter') onFilter(row);
    if (id === 'visits') navigate(`/sites/${site.idsite}/visits${writeView({ ...view, segment: [...view.segment, row.segment ?? ''] })}`);
    if (id === 'around' && around) navigate(href('/transitions', around));
    if (id === 'open' && link) window.open(link, '_blank', 'noopener,noreferrer');
  };
  return (
    <>
      <Menu
        label={`What to do with ${label}`}
        entries={entries}
        onAction={act}
        trigger={
          <Button className={styles.button ?? ''} aria-label={`More about ${label}`}>
            <EllipsisVertical size={15} aria-hidden />
          </Button>
        }
      />
      {overTime && <RowOverTime report={report} metric={metric} path={line.path} label={label} onClose={() => setOverTime(false)} />}
    </>
  );
}
