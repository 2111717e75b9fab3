import {
  ChevronRight, House, MousePointerClick, PanelLeftClose, PanelLeftOpen, Settings, ShoppingCart, Signpost, Target, UsersRound,
} from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { Button } from 'react-aria-components';
import { Link, useLocation } from 'wouter';
import { Hint } from '../components/hint';
import { Mark } from '../components/mark';
import { changePreferences, usePreferences } from '../lib/preferences';
import type { Section } from '../reports/catalog';
import { Person } from './person';
import { menuSections, type MenuLine, type MenuSection } from './places';
import { SitePicker } from './site-picker';
import { useSiteView } from './site-view';
import styles from './rail.module.css';

export const sectionIcons: Readonly<Record<Section, ReactNode>> = {
  visitors: <UsersRound size={17} aria-hidden />,
  behaviour: <MousePointerClick size={17} aria-hidden />,
  acquisition: <Signpost size={17} aria-hidden />,
  goals: <Target size={17} aria-hidden />,
  ecommerce: <ShoppingCart size={17} aria-hidden />,
};

/** True when the address is this line's page or one of its tabs. */
export function isCurrent(line: MenuLine, path: string): boolean {
  return [line.path, ...line.also].some((one) => path.endsWith(one));
}

/** What every rail shares: the mark above, the person and the way to administration below. */
export function RailFrame({ children, picker }: { readonly children: ReactNode; readonly picker?: ReactNode }) {
  const { rail } = usePreferences();
  const [path] = useLocation();
  const open = rail === 'open';
  return (
    <aside className={styles.rail} data-rail={rail}>
      <div className={styles.brand}>
        <Mark size_px={30} />
        {open && <span className={styles.name}>Makoto</span>}
        <Hint text={open ? 'Collapse to icons' : 'Open the menu'}>
          <Button
            className={styles.collapse ?? ''}
            aria-label={open ? 'Collapse the menu to icons' : 'Open the menu'}
            onPress={() => changePreferences({ rail: open ? 'icons' : 'open' })}
          >
            {open ? <PanelLeftClose size={16} aria-hidden /> : <PanelLeftOpen size={16} aria-hidden />}
          </Button>
        </Hint>
      </div>
      {picker}
      <nav className={styles.nav} aria-label="Main">
        {children}
      </nav>
      <div className={styles.foot}>
        <RailLink href="/admin" icon={<Settings size={17} aria-hidden />} text="Administration" current={path.startsWith('/admin')} open={open} />
        <Person open={open} />
      </div>
    </aside>
  );
}

interface RailLinkProps {
  readonly href: string;
  readonly text: string;
  readonly icon?: ReactNode;
  readonly current?: boolean;
  readonly open: boolean;
}

export function RailLink({ href, text, icon, current = false, open }: RailLinkProps) {
  return (
    <Link href={href} className={styles.link} aria-current={current ? 'page' : undefined} title={open ? undefined : text}>
      {icon}
      <span className={open ? styles.text : 'hidden-text'}>{text}</span>
    </Link>
  );
}

function SectionLines({ section, open }: { readonly section: MenuSection; readonly open: boolean }) {
  const [path] = useLocation();
  const { href } = useSiteView();
  const { rail } = usePreferences();
  const holdsCurrent = section.lines.some((line) => isCurrent(line, path));
  const [expanded, setExpanded] = useState(holdsCurrent);
  const shown = open && (expanded || holdsCurrent);
  const press = () => {
    if (rail === 'icons') changePreferences({ rail: 'open' });
    setExpanded(rail === 'icons' || !expanded);
  };
  return (
    <div>
      <Button className={styles.link ?? ''} aria-expanded={shown} onPress={press} data-holds={holdsCurrent || undefined}>
        {sectionIcons[section.id]}
        <span className={open ? styles.text : 'hidden-text'}>{section.title}</span>
        {open && <ChevronRight size={14} aria-hidden className={styles.chevron} />}
      </Button>
      {shown && (
        <ul className={styles.lines}>
          {section.lines.map((line) => (
            <li key={line.path}>
              <Link href={href(line.path)} className={styles.line} aria-current={isCurrent(line, path) ? 'page' : undefined}>
                {line.title}
              </Link>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

export function SiteRail() {
  const { rail } = usePreferences();
  const { href, site } = useSiteView();
  const [path] = useLocation();
  const open = rail === 'open';
  return (
    <RailFrame picker={<SitePicker open={open} />}>
      <RailLink href={href('')} text="Home" icon={<House size={17} aria-hidden />} current={path === `/sites/${site.idsite}`} open={open} />
      {menuSections.map((section) => (
        <SectionLines key={section.id} section={section} open={open} />
      ))}
    </RailFrame>
  );
}
