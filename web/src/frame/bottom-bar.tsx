import { House, Menu as MenuIcon } from 'lucide-react';
import { useState } from 'react';
import { Button } from 'react-aria-components';
import { Link, useLocation } from 'wouter';
import { useSession, useSignOut } from '../api/session';
import { Button as TextButton } from '../components/button';
import { Dialog } from '../components/dialog';
import { Notice } from '../components/states';
import { refusalWords } from '../lib/refusal';
import { menuSections, type MenuSection } from './places';
import { isCurrent, sectionIcons } from './rail';
import { SiteList } from './site-picker';
import { useSiteView } from './site-view';
import styles from './bottom-bar.module.css';

/** Sections with a place of their own; the others stand in the sheet of more. */
const placed = menuSections.slice(0, 3);
const others = menuSections.slice(3);

type Sheet = MenuSection | 'more' | undefined;

function Lines({ section, close }: { readonly section: MenuSection; readonly close: () => void }) {
  const [path] = useLocation();
  const { href } = useSiteView();
  return (
    <ul className={styles.lines}>
      {section.lines.map((line) => (
        <li key={line.path}>
          <Link href={href(line.path)} onClick={close} className={styles.line} aria-current={isCurrent(line, path) ? 'page' : undefined}>
            {line.title}
          </Link>
        </li>
      ))}
    </ul>
  );
}

function More({ close }: { readonly close: () => void }) {
  const { login } = useSession();
  const signOut = useSignOut();
  const problem = refusalWords(signOut.error);
  return (
    <>
      {others.map((section) => (
        <section key={section.id} aria-label={section.title}>
          <h3 className={styles.group}>{section.title}</h3>
          <Lines section={section} close={close} />
        </section>
      ))}
      <SiteList onPick={close} />
      <ul className={styles.lines}>
        <li><Link href="/admin" className={styles.line} onClick={close}>Administration</Link></li>
        <li><Link href="/admin/personal/settings" className={styles.line} onClick={close}>Your settings</Link></li>
        <li><Link href="/admin/personal/security" className={styles.line} onClick={close}>Security</Link></li>
      </ul>
      {problem && <Notice tone="danger">{problem}</Notice>}
      <TextButton onPress={() => signOut.mutate()}>Sign out {login}</TextButton>
    </>
  );
}

/** The rail of a phone: five places at the thumb, each with a sheet. */
export function BottomBar() {
  const [sheet, setSheet] = useState<Sheet>();
  const { href, site } = useSiteView();
  const [path] = useLocation();
  const close = () => setSheet(undefined);
  return (
    <nav className={styles.bar} aria-label="Main">
      <Link href={href('')} className={styles.place} aria-current={path === `/sites/${site.idsite}` ? 'page' : undefined}>
        <House size={19} aria-hidden />
        Home
      </Link>
      {placed.map((section) => (
        <Button
          key={section.id}
          className={styles.place ?? ''}
          data-current={section.lines.some((line) => isCurrent(line, path)) || undefined}
          onPress={() => setSheet(section)}
        >
          {sectionIcons[section.id]}
          {section.title}
        </Button>
      ))}
      <Button className={styles.place ?? ''} onPress={() => setSheet('more')}>
        <MenuIcon size={19} aria-hidden />
        More
      </Button>
      <Dialog kind="sheet" isOpen={sheet !== undefined} onClose={close} title={sheet === 'more' ? 'More' : (sheet?.title ?? '')}>
        {sheet === 'more' ? <More close={close} /> : sheet && <Lines section={sheet} close={close} />}
      </Dialog>
    </nav>
  );
}
