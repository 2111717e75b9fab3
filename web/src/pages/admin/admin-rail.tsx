import { Activity, ArrowLeft, CalendarClock, ClipboardCheck, Code, Crown, Database, Eye, EyeOff, Globe, Hand, HandHeart, Hourglass, KeyRound, LayoutPanelTop, LogOut, Menu as MenuIcon, Ruler, Scale, ScrollText, SearchCheck, ShieldCheck, SlidersHorizontal, Smartphone, Stethoscope, Target, TriangleAlert, UserRound, UsersRound } from 'lucide-react';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Button } from 'react-aria-components';
import { Link, useLocation } from 'wouter';
import { useSession } from '../../api/session';
import { Dialog } from '../../components/dialog';
import { RailFrame, RailLink } from '../../frame/rail';
import { adminGroupsFor, type AdminLine } from '../../frame/places';
import { usePreferences } from '../../lib/preferences';
import rail from '../../frame/rail.module.css';
import bar from '../../frame/bottom-bar.module.css';
import styles from './admin-rail.module.css';

const icons: Readonly<Record<AdminLine['path'], ReactNode>> = {
  '/admin/personal/settings': <UserRound size={19} aria-hidden />,
  '/admin/security-checkup': <ShieldCheck size={19} aria-hidden />,
  '/admin/personal/security': <KeyRound size={19} aria-hidden />,
  '/admin/system/users': <UsersRound size={19} aria-hidden />,
  '/admin/system/superusers': <Crown size={19} aria-hidden />,
  '/admin/system/access-review': <ClipboardCheck size={19} aria-hidden />,
  '/admin/system/public-reports': <Eye size={19} aria-hidden />,
  '/admin/system/general-settings': <SlidersHorizontal size={19} aria-hidden />,
  '/admin/websites/manage': <Globe size={19} aria-hidden />,
  '/admin/websites/goals': <Target size={19} aria-hidden />,
  '/admin/websites/custom-dimensions': <Ruler size={19} aria-hidden />,
  '/admin/websites/tracking-code': <Code size={19} aria-hidden />,
  '/admin/diagnostic/tracking-failures': <TriangleAlert size={19} aria-hidden />,
  '/admin/diagnostic/live': <Activity size={19} aria-hidden />,
  '/admin/diagnostic/device-detection': <Smartphone size={19} aria-hidden />,
  '/admin/diagnostic/system-check': <Stethoscope size={19} aria-hidden />,
  '/admin/diagnostic/stored-data': <Database size={19} aria-hidden />,
  '/admin/diagnostic/timetable': <CalendarClock size={19} aria-hidden />,
  '/admin/platform/widgets': <LayoutPanelTop size={19} aria-hidden />,
  '/admin/privacy/anonymise': <EyeOff size={19} aria-hidden />,
  '/admin/privacy/retention': <Hourglass size={19} aria-hidden />,
  '/admin/privacy/subjects': <SearchCheck size={19} aria-hidden />,
  '/admin/privacy/opt-out': <LogOut size={19} aria-hidden />,
  '/admin/privacy/consent': <HandHeart size={19} aria-hidden />,
  '/admin/privacy/compliance': <Scale size={19} aria-hidden />,
  '/admin/diagnostic/brute-force-log': <Hand size={19} aria-hidden />,
  '/admin/diagnostic/activity-log': <ScrollText size={19} aria-hidden />,
};

/** A place and the pages inside it. */
const isHere = (line: AdminLine, path: string): boolean => path === line.path || path.startsWith(`${line.path}/`);

const useGroups = () => adminGroupsFor(useSession());

export function AdminRail() {
  const [path] = useLocation();
  const { rail: state } = usePreferences();
  const open = state === 'open';
  const groups = useGroups();
  const lines = useRef<HTMLDivElement>(null);
  // On a low screen the page one is on may lie below the rail's end.
  useEffect(() => {
    // Newer browsers answer with a promise, which is no clean-up of the effect.
    void lines.current?.querySelector('[aria-current="page"]')?.scrollIntoView({ block: 'nearest' });
  }, [path]);
  return (
    <RailFrame>
      <RailLink href="/" icon={<ArrowLeft size={17} aria-hidden />} text="To the reports" open={open} />
      <div ref={lines} className={styles.lines}>
        {!open &&
          groups.flatMap((group) => group.lines).map((line) => (
            <RailLink key={line.path} href={line.path} icon={icons[line.path]} text={line.title} current={isHere(line, path)} open={false} />
          ))}
        {open &&
          groups.map((group) => (
            <div key={group.title}>
              <p className={rail.groupTitle}>{group.title}</p>
              {group.lines.map((line) => (
                <Link key={line.path} href={line.path} className={rail.line} aria-current={isHere(line, path) ? 'page' : undefined}>
                  {line.title}
                </Link>
              ))}
            </div>
          ))}
      </div>
    </RailFrame>
  );
}

const groupIcons: Readonly<Record<string, ReactNode>> = {
  Personal: <UserRound size={19} aria-hidden />,
  System: <SlidersHorizontal size={19} aria-hidden />,
  Websites: <Globe size={19} aria-hidden />,
};
/** The sheet of the groups that have no place of their own. */
const more = 'More';

/** The rail of a phone: the first groups at the thumb, each with a sheet, the others under "More". */
export function AdminBar() {
  const [path] = useLocation();
  const [sheet, setSheet] = useState<string>();
  const groups = useGroups();
  const own = groups.filter((group) => group.title in groupIcons);
  const others = groups.filter((group) => !(group.title in groupIcons));
  const close = () => setSheet(undefined);
  const holds = (some: typeof groups) => some.some((group) => group.lines.some((line) => isHere(line, path))) || undefined;
  const open = sheet === more ? others : own.filter((group) => group.title === sheet);
  return (
    <nav className={bar.bar} aria-label="Main">
      <Link href="/" className={bar.place}><ArrowLeft size={19} aria-hidden />Reports</Link>
      {own.map((group) => (
        <Button key={group.title} className={bar.place ?? ''} data-current={holds([group])} onPress={() => setSheet(group.title)}>
          {groupIcons[group.title]}
          {group.title}
        </Button>
      ))}
      {others.length > 0 && (
        <Button className={bar.place ?? ''} data-current={holds(others)} onPress={() => setSheet(more)}>
          <MenuIcon size={19} aria-hidden />
          {more}
        </Button>
      )}
      <Dialog kind="sheet" isOpen={sheet !== undefined} onClose={close} title={sheet ?? ''}>
        {open.map((group) => (
          <div key={group.title}>
            {open.length > 1 && <p className={styles.group}>{group.title}</p>}
            <ul className={bar.lines}>
              {group.lines.map((line) => (
                <li key={line.path}>
                  <Link href={line.path} onClick={close} className={bar.line} aria-current={isHere(line, path) ? 'page' : undefined}>{line.title}</Link>
                </li>
              ))}
            </ul>
          </div>
        ))}
      </Dialog>
    </nav>
  );
}
