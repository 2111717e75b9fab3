import { ChartNoAxesColumn, Globe, House, Settings } from 'lucide-react';
import { useState, type KeyboardEvent, type ReactNode } from 'react';
import { Autocomplete, Dialog, ListBox, ListBoxItem, Modal, ModalOverlay, useFilter } from 'react-aria-components';
import { useLocation } from 'wouter';
import { useSession } from '../api/session';
import { SearchBox } from '../components/field';
import { hostOf } from '../lib/words';
import { pageOfReport, reports } from '../reports/catalog';
import { closeOverlay, useOverlay } from './palette-state';
import { adminGroupsFor, menuSections } from './places';
import { useSiteView } from './site-view';
import choice from '../components/choice.module.css';
import styles from './palette.module.css';

interface Place {
  readonly id: string;
  readonly path: string;
  readonly text: string;
  readonly note: string;
  readonly words: string;
  readonly icon: ReactNode;
}

function usePlaces(): readonly Place[] {
  const { href } = useSiteView();
  const session = useSession();
  const report = <ChartNoAxesColumn size={15} aria-hidden />;
  return [
    { id: 'home', path: href(''), text: 'Home', note: '', words: 'overview dashboard start', icon: <House size={15} aria-hidden /> },
    { id: 'sites', path: '/sites', text: 'All sites', note: '', words: 'overview compare multi', icon: <Globe size={15} aria-hidden /> },
    ...menuSections.flatMap((section) => section.lines.filter((line) => line.also.length === 0).map((line) => ({ id: line.path, path: href(line.path), text: line.title, note: section.title, words: line.words, icon: report }))),
    ...reports.map((one) => ({ id: `report ${one.id}`, path: href(`/reports/${one.id}`), text: one.title, note: pageOfReport(one.id)?.title ?? '', words: `${one.words} ${one.section}`, icon: report })),
    ...session.sites.map((site) => ({ id: `site ${site.idsite}`, path: `/sites/${site.idsite}`, text: site.name, note: hostOf(site.main_url), words: 'site switch', icon: <Globe size={15} aria-hidden /> })),
    ...adminGroupsFor(session).flatMap((group) => group.lines.map((line) => ({ id: line.path, path: line.path, text: line.title, note: `Administration, ${group.title}`, words: '', icon: <Settings size={15} aria-hidden /> }))),
  ];
}

/** The search would only empty itself at first. */
function closeByEscape(event: KeyboardEvent) {
  if (event.key !== 'Escape') return;
  event.stopPropagation();
  closeOverlay();
}

function PaletteBody() {
  const places = usePlaces();
  const [, navigate] = useLocation();
  const { contains } = useFilter({ sensitivity: 'base' });
  const [words, setWords] = useState('');
  return (
    <Autocomplete filter={contains} inputValue={words} onInputChange={setWords}>
      <div className={styles.search} onKeyDownCapture={closeByEscape}>
        <SearchBox label="Go to a report, a site, a setting" value={words} onChange={setWords} autoFocus />
      </div>
      <div className={styles.scroll} tabIndex={0} role="group" aria-label="Places">
        <ListBox
          aria-label="Places"
          items={places}
          className={styles.list ?? ''}
          selectionMode="none"
          onAction={(key) => {
            closeOverlay();
            navigate(places.find((place) => place.id === key)?.path ?? '/');
          }}
          renderEmptyState={() => <p className={styles.none}>Nothing here by that name.</p>}
        >
          {(place: Place) => (
            <ListBoxItem id={place.id} textValue={`${place.text} ${place.note} ${place.words}`} className={choice.option ?? ''}>
              <span className={styles.place}>{place.icon}{place.text}</span>
              <span className={styles.note}>{place.note}</span>
            </ListBoxItem>
          )}
        </ListBox>
      </div>
    </Autocomplete>
  );
}

export function Palette() {
  const open = useOverlay() === 'palette';
  return (
    <ModalOverlay isOpen={open} onOpenChange={(shown) => !shown && closeOverlay()} isDismissable className={styles.overlay ?? ''}>
      <Modal className={styles.modal ?? ''}>
        <Dialog aria-label="Search or go anywhere" className={styles.dialog ?? ''}>
          <PaletteBody />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
