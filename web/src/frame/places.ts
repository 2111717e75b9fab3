import type { Session } from '../api/account';
import { reportPages, type Section } from '../reports/catalog';

/** A line of the menu: its words and the path below the site. */
export interface MenuLine {
  readonly title: string;
  readonly path: string;
  /** Paths that belong to it too, so that it stays marked. */
  readonly also: readonly string[];
  /** Found by these words in the palette, beside the title. */
  readonly words: string;
}

export interface MenuSection {
  readonly id: Section;
  readonly title: string;
  readonly lines: readonly MenuLine[];
}

const reportLines = (section: Section): MenuLine[] =>
  reportPages
    .filter((page) => page.section === section)
    .map((page) => ({ title: page.title, path: `/reports/${page.reports[0]}`, also: page.reports.map((id) => `/reports/${id}`), words: '' }));

export const menuSections: readonly MenuSection[] = [
  {
    id: 'visitors',
    title: 'Visitors',
    lines: [
      { title: 'Visits log', path: '/visits', also: [], words: 'live last' },
      ...reportLines('visitors'),
      { title: 'Times', path: '/times', also: [], words: 'hours weekday' },
      { title: 'Custom dimensions', path: '/dimensions', also: [], words: 'own' },
    ],
  },
  { id: 'behaviour', title: 'Behaviour', lines: reportLines('behaviour') },
  { id: 'acquisition', title: 'Acquisition', lines: reportLines('acquisition') },
  { id: 'goals', title: 'Goals', lines: [{ title: 'All goals', path: '/goals', also: [], words: 'conversions' }, ...reportLines('goals')] },
  { id: 'ecommerce', title: 'Ecommerce', lines: [{ title: 'Orders and carts', path: '/ecommerce', also: [], words: 'shop abandoned' }, ...reportLines('ecommerce')] },
];

/** The places of administration that have a page, in Matomo's order; `superuser` ones are shown to superusers. */
const adminGroups = [
  {
    title: 'Security',
    lines: [{ title: 'Check-up', path: '/admin/security-checkup', who: 'superuser' }],
  },
  {
    title: 'Personal',
    lines: [
      { title: 'Settings', path: '/admin/personal/settings', who: 'everyone' },
      { title: 'Security', path: '/admin/personal/security', who: 'everyone' },
    ],
  },
  {
    title: 'System',
    lines: [
      { title: 'Users', path: '/admin/system/users', who: 'admin' },
      { title: 'Superusers', path: '/admin/system/superusers', who: 'superuser' },
      { title: 'Access review', path: '/admin/system/access-review', who: 'superuser' },
      { title: 'Public reports', path: '/admin/system/public-reports', who: 'admin' },
      { title: 'General settings', path: '/admin/system/general-settings', who: 'superuser' },
    ],
  },
  {
    title: 'Websites',
    lines: [
      { title: 'Manage', path: '/admin/websites/manage', who: 'admin' },
      { title: 'Goals', path: '/admin/websites/goals', who: 'everyone' },
      { title: 'Custom dimensions', path: '/admin/websites/custom-dimensions', who: 'everyone' },
      { title: 'Tracking code', path: '/admin/websites/tracking-code', who: 'everyone' },
    ],
  },
  {
    title: 'Platform',
    lines: [{ title: 'Widgets', path: '/admin/platform/widgets', who: 'admin' }],
  },
  {
    title: 'Privacy',
    lines: [
      { title: 'Anonymise data', path: '/admin/privacy/anonymise', who: 'superuser' },
      { title: 'Data retention', path: '/admin/privacy/retention', who: 'superuser' },
      { title: 'Data subject tools', path: '/admin/privacy/subjects', who: 'admin' },
      { title: 'Users opt-out', path: '/admin/privacy/opt-out', who: 'everyone' },
      { title: 'Asking for consent', path: '/admin/privacy/consent', who: 'everyone' },
      { title: 'Compliance', path: '/admin/privacy/compliance', who: 'superuser' },
    ],
  },
  {
    title: 'Diagnostic',
    lines: [
      { title: 'Tracking failures', path: '/admin/diagnostic/tracking-failures', who: 'admin' },
      { title: 'Live requests', path: '/admin/diagnostic/live', who: 'admin' },
      { title: 'Device detection', path: '/admin/diagnostic/device-detection', who: 'admin' },
      { title: 'System check', path: '/admin/diagnostic/system-check', who: 'superuser' },
      { title: 'Stored data', path: '/admin/diagnostic/stored-data', who: 'superuser' },
      { title: 'Timetable', path: '/admin/diagnostic/timetable', who: 'superuser' },
      { title: 'Activity log', path: '/admin/diagnostic/activity-log', who: 'everyone' },
      { title: 'Brute force log', path: '/admin/diagnostic/brute-force-log', who: 'superuser' },
    ],
  },
] as const;

export type AdminLine = (typeof adminGroups)[number]['lines'][number];

type Rights = Pick<Session, 'superuser' | 'sites'>;

function maySee(line: AdminLine, { superuser, sites }: Rights): boolean {
  if (line.who === 'superuser') return superuser;
  if (line.who === 'admin') return superuser || sites.some((site) => site.role === 'admin');
  return true;
}

/** The places of administration that are open to somebody. */
export const adminGroupsFor = (rights: Rights) =>
  adminGroups.map((group) => ({ title: group.title, lines: group.lines.filter((line) => maySee(line, rights)) })).filter((group) => group.lines.length > 0);
