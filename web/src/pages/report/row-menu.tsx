import { EllipsisVertical, ExternalLink, Filter, ListFilter } from 'lucide-react';
import { Button } from 'react-aria-components';
import { useLocation } from 'wouter';
import { Menu, type MenuEntry } from '../../components/menu';
import type { Row } from '../../lib/rows';
import { safeLink } from '../../lib/safe-link';
import { useSiteView } from '../../lib/site-view';
import { writeView } from '../../lib/view';
import styles from './row-menu.module.css';

interface Props {
  readonly row: Row;
  readonly label: string;
  readonly onFilter: (row: Row) => void;
}

/** What can be done with a row: filter by it, see its visits, open its page. */
export function RowMenu({ row, label, onFilter }: Props) {
  const { view, site } = useSiteView();
  const [, navigate] = useLocation();
  const link = safeLink(row.url);
  const entries: MenuEntry[] = [];
  if (row.segment !== undefined) {
    entries.push({ id: 'filter', text: 'Filter everything by it', icon: <Filter size={15} aria-hidden /> });
    entries.push({ id: 'visits', text: 'See these visits', icon: <ListFilter size={15} aria-hidden /> });
  }
  if (link) entries.push({ id: 'open', text: 'Open the page', icon: <ExternalLink size={15} aria-hidden /> });
  if (entries.length === 0) return null;
  const act = (id: string) => {
    if (id === 'filter') onFilter(row);
    if (id === 'visits') navigate(`/sites/${site.idsite}/visits${writeView({ ...view, segment: [...view.segment, row.segment ?? ''] })}`);
    if (id === 'open' && link) window.open(link, '_blank', 'noopener,noreferrer');
  };
  return (
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
  );
}
