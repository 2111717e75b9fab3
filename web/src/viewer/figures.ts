// Which numbers of an answer are shown, and under which words.
import { metrics, type Metric } from '../lib/metrics';
import { numberOf } from '../lib/numbers';
import type { Cells } from '../lib/rows';

const plain = (id: string, label: string): Metric => ({ id, label, title: label, format: 'count', sortColumn: id, good: 'up', adds: true, of: (cells) => numberOf(cells[id]) });

/** The numbers of reports that answer with one row, in the order in which they stand. */
const totals: readonly Metric[] = [
  metrics.visitors, metrics.visits, metrics.pageviews, metrics.actions, metrics.bounceRate, metrics.visitLength, metrics.actionsPerVisit,
  plain('nb_uniq_pageviews', 'Unique page views'), plain('nb_downloads', 'Downloads'), plain('nb_uniq_downloads', 'Unique downloads'),
  plain('nb_outlinks', 'Outlinks'), plain('nb_uniq_outlinks', 'Unique outlinks'), plain('nb_searches', 'Searches'), plain('nb_keywords', 'Keywords searched for'),
  plain('nb_conversions', 'Conversions'), plain('nb_visits_converted', 'Visits with a conversion'),
  plain('nb_visits_new', 'Visits of new visitors'), plain('nb_visits_returning', 'Visits of returning visitors'),
  plain('nb_uniq_visitors_new', 'New visitors'), plain('nb_uniq_visitors_returning', 'Returning visitors'),
];

/** Shown only where there are any: most sites have no goals. */
const rare = new Set(['nb_conversions', 'nb_visits_converted']);

/** "Referrers_visitorsFromSearchEngines" as "Visitors from search engines". */
export function columnWords(column: string): string {
  const plainName = column.replace(/^[A-Z][A-Za-z]*_/, '').replace(/^(nb|sum|avg)_/, '');
  const words = plainName.replace(/([a-z])([A-Z])/g, '$1 $2').replaceAll('_', ' ').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A number that this page has no words for: the column's own, and a format by how it is written. */
function foundIn(column: string, value: unknown): Metric {
  const isShare = typeof value === 'string' && value.endsWith('%');
  const format = isShare ? 'share' : column.startsWith('avg_time') ? 'length_s' : Number.isInteger(Number(value)) ? 'count' : 'decimal';
  return { ...plain(column, columnWords(column)), format, good: 'neither', of: (cells) => numberOf(cells[column]) };
}

/** The numbers of a report of one row: those that are known, else whatever it has. */
export function totalsIn(cells: Cells): Metric[] {
  const known = totals.filter((metric) => (rare.has(metric.id) ? metric.of(cells) : metric.of(cells) !== undefined));
  if (known.length > 0) return known;
  return Object.entries(cells).filter(([, value]) => numberOf(value) !== undefined).map(([column, value]) => foundIn(column, value));
}

/** The number that the bars of a table stand for. */
export function mainMetric(method: string, rows: readonly Cells[]): Metric {
  const wanted = method.includes('.getEntry') ? metrics.entries : method.includes('.getExit') ? metrics.exits : method.startsWith('Actions.') || method.startsWith('Events.') ? metrics.hits : metrics.visits;
  const first = rows[0];
  if (!first || wanted.of(first) !== undefined) return wanted;
  return [metrics.visits, metrics.hits, metrics.visitors, ...totals].find((metric) => metric.of(first) !== undefined) ?? wanted;
}

export interface Section {
  readonly name: string;
  readonly methods: readonly string[];
}

const categories: Readonly<Record<string, string>> = {
  General_Visitors: 'Visitors', General_Actions: 'Behaviour', Events_Events: 'Behaviour', Referrers_Referrers: 'Acquisition', Goals_Goals: 'Goals', Goals_Ecommerce: 'Ecommerce',
};

/** The menu's word for the category of a report. */
export const categoryWords = (category: string): string => categories[category] ?? (category === '' ? 'Other' : columnWords(category));

const order = [...new Set(Object.values(categories))];
const rank = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);

/** Reports by category, in the order of the menu. */
export function sectionsOf(reports: readonly { readonly method: string; readonly category: string }[]): Section[] {
  const found = new Map<string, string[]>();
  for (const { method, category } of reports) found.set(categoryWords(category), [...(found.get(categoryWords(category)) ?? []), method]);
  return [...found].map(([name, methods]) => ({ name, methods })).toSorted((one, other) => rank(one.name) - rank(other.name));
}

/** Reports that stand by themselves: not those of the rows inside rows, and no single numbers that another one holds. */
export function standing<R extends { readonly method: string; readonly kind: string }>(reports: readonly R[]): R[] {
  const modules = new Set(reports.filter((report) => report.kind === 'totals' && report.method.endsWith('.get')).map((report) => report.method.split('.')[0]));
  return reports.filter((report) => !/(From\w+Id|ForSocial)$/.test(report.method) && !(report.kind === 'number' && modules.has(report.method.split('.')[0])));
}

const overview = ['VisitsSummary.get', 'Referrers.getReferrerType', 'Actions.getPageUrls', 'UserCountry.getCountry', 'DevicesDetection.getType', 'Referrers.getWebsites', 'Actions.getPageTitles'] as const;

/** The few reports that a whole site is looked at by first. */
export const overviewOf = (methods: readonly string[]): string[] => overview.filter((method) => methods.includes(method)).slice(0, 5);
