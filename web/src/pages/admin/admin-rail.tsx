import { Activity, ArrowLeft, CalendarClock, ClipboardCheck, Code, Crown, Database, Globe, Hand, KeyRound, ScrollText, ShieldCheck, SlidersHorizontal, Smartphone, Stethoscope, Target, TriangleAlert, UserRound, UsersRound } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { useSession, type Session } from '../../api/session';
import { RailFrame, RailLink } from '../../frame/rail';
import { adminGroups } from '../../frame/places';
import { usePreferences } from '../../lib/preferences';
import rail from '../../frame/rail.module.css';
import bar from '../../frame/bottom-bar.module.css';
import styles from './admin-rail.module.css';

const icons: Readonly<Record<Line['path'], ReactNode>> = {
  '/admin/personal/settings': <UserRound size={19} aria-hidden />,
  '/admin/security-checkup': <ShieldCheck size={19} aria-hidden />,
  '/admin/personal/security': <KeyRound size={19} aria-hidden />,
  '/admin/system/users': <UsersRound size={19} aria-hidden />,
  '/admin/system/superusers': <Crown size={19} aria-hidden />,
  '/admin/system/access-review': <ClipboardCheck size={19} aria-hidden />,
  '/admin/system/general-settings': <SlidersHorizontal size={19} aria-hidden />,
  '/admin/websites/manage': <Globe size={19} aria-hidden />,
  '/admin/websites/goals': <Target size={19} aria-hidden />,
  '/admin/websites/tracking-code': <Code size={19} aria-hidden />,
  '/admin/diagnostic/tracking-failures': <TriangleAlert size={19} aria-hidden />,
  '/admin/diagnostic/live': <Activity size={19} aria-hidden />,
  '/admin/diagnostic/device-detection': <Smartphone size={19} aria-hidden />,
  '/admin/diagnostic/system-check': <Stethoscope size={19} aria-hidden />,
  '/admin/diagnostic/stored-data': <Database size={19} aria-hidden />,
  '/admin/diagnostic/timetable': <CalendarClock size={19} aria-hidden />,
  '/admin/diagnostic/brute-force-log': <Hand size={19} aria-hidden />,
  '/admin/diagnostic/activity-log': <ScrollText size={19} aria-hidden />,
};

type Line = (typeof adminGroups)[number]['lines'][number];

function maySee(line: Line, session: Session): boolean {
  if (line.who === 'superuser') return session.superuser;
  if (line.who === 'admin') return session.superuser || session.sites.some((site) => site.role === 'admin');
  return true;
}

function useGroups() {
  const session = useSession();
  return adminGroups.map((group) => ({ title: group.title, lines: group.lines.filter((line) => maySee(line, session)) })).filter((group) => group.lines.length > 0);
}

export function AdminRail() {
  const [path] = useLocation();
  const { rail: state } = usePreferences();
  const open = state === 'open';
  const groups = useGroups();
  return (
    <RailFrame>
      <RailLink href="/" icon={<ArrowLeft size={17} aria-hidden />} text="To the reports" open={open} />
      {!open &&
        groups.flatMap((group) => group.lines).map((line) => (
          <RailLink key={line.path} href={line.path} icon={icons[line.path]} text={line.title} current={path === line.path} open={false} />
        ))}
      {open &&
        groups.map((group) => (
          <div key={group.title}>
            <p className={rail.groupTitle}>{group.title}</p>
            {group.lines.map((line) => (
              <Link key={line.path} href={line.path} className={rail.line} aria-current={path === line.path ? 'page' : undefined}>
                {line.title}
              </Link>
            ))}
          </div>
        ))}
    </RailFrame>
  );
}

/** On a phone the places stand in one line. */
export function AdminBar() {
  const [path] = useLocation();
  const groups = useGroups();
  return (
    <nav className={`${bar.bar} ${styles.bar}`} aria-label="Main">
      <Link href="/" className={bar.place}><ArrowLeft size={19} aria-hidden />Reports</Link>
      {groups.flatMap((group) => group.lines).map((line) => (
        <Link key={line.path} href={line.path} className={bar.place} aria-current={path === line.path ? 'page' : undefined}>
          {icons[line.path]}
          {line.title === 'Manage' ? 'Sites' : line.title}
        </Link>
      ))}
    </nav>
  );
}
