import { ChevronsUpDown, Globe } from 'lucide-react';
import { useState } from 'react';
import {
  Autocomplete, Button, Dialog, DialogTrigger, ListBox, ListBoxItem, Popover, useFilter,
} from 'react-aria-components';
import { Link, useLocation, useSearch } from 'wouter';
import { useSession, type SessionSite } from '../api/session';
import { SearchBox } from '../components/field';
import { usePhone } from '../lib/screen';
import { writeView } from '../lib/view';
import { hostOf } from '../lib/words';
import { queryWith } from './query-state';
import { useSiteView } from './site-view';
import choice from '../components/choice.module.css';
import styles from './site-picker.module.css';

/** The list of sites with a search; used in the rail and in the sheet of phones. */
export function SiteList({ onPick }: { readonly onPick: () => void }) {
  const { sites } = useSession();
  const { site: current, view } = useSiteView();
  const [path, navigate] = useLocation();
  const search = useSearch();
  const phone = usePhone();
  const { contains } = useFilter({ sensitivity: 'base' });
  const [words, setWords] = useState('');
  const pick = (id: number) => {
    navigate(path.replace(/^\/sites\/\d+/, `/sites/${id}`) + queryWith(search, 'offset', undefined));
    onPick();
  };
  return (
    <Autocomplete filter={contains} inputValue={words} onInputChange={setWords}>
      <div className={styles.search}>
        <SearchBox label="Find a site" value={words} onChange={setWords} autoFocus={!phone} />
      </div>
      <div className={styles.scroll} tabIndex={0} role="group" aria-label="Sites">
        <ListBox
          aria-label="Sites"
          items={sites}
          className={styles.list ?? ''}
          selectionMode="single"
          selectedKeys={[current.idsite]}
          disallowEmptySelection
          onSelectionChange={(keys) => keys !== 'all' && keys.size > 0 && pick(Number([...keys][0]))}
          renderEmptyState={() => <p className={styles.none}>No site of this name.</p>}
        >
          {(site: SessionSite) => (
            <ListBoxItem id={site.idsite} textValue={`${site.name} ${site.main_url}`} className={`${choice.option} ${styles.site}`}>
              <span className={styles.name} dir="auto">{site.name}</span>
              <span className={styles.host}>{hostOf(site.main_url)}</span>
            </ListBoxItem>
          )}
        </ListBox>
      </div>
      {sites.length > 1 && <Link href={`/sites${writeView({ ...view, segment: [] })}`} onClick={onPick} className={styles.all}>All sites side by side</Link>}
    </Autocomplete>
  );
}

export function SitePicker({ open }: { readonly open: boolean }) {
  const { site } = useSiteView();
  const [shown, setShown] = useState(false);
  return (
    <DialogTrigger isOpen={shown} onOpenChange={setShown}>
      <Button className={styles.button ?? ''}>
        {open ? (
          <>
            <span className={styles.names}>
              <span className={styles.current} dir="auto">{site.name}</span>
              <span className={styles.currentHost}>{hostOf(site.main_url)}</span>
            </span>
            <ChevronsUpDown size={15} aria-hidden />
          </>
        ) : (
          <>
            <Globe size={17} aria-hidden />
            <span className="hidden-text">{site.name}</span>
          </>
        )}
        <span className="hidden-text">, change the site</span>
      </Button>
      <Popover className={`${choice.popover} ${styles.popover}`} placement="bottom start">
        <Dialog aria-label="Change the site" className={styles.dialog ?? ''}>
          <SiteList onPick={() => setShown(false)} />
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
