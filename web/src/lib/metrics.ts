import { numberOf, type NumberFormat } from './numbers';
import type { Cells } from './rows';

/** One number of a report: where it comes from, how it is written, and which direction is good. */
export interface Metric {
  readonly id: string;
  readonly label: string;
  readonly title: string;
  readonly format: NumberFormat;
  /** The column the server can sort by; without it rows are sorted here. */
  readonly sortColumn: string | undefined;
  readonly good: 'up' | 'down' | 'neither';
  /** Counts of parts add up to the count of the whole. */
  readonly adds: boolean;
  readonly of: (cells: Cells) => number | undefined;
}

const first =
  (...columns: readonly string[]) =>
  (cells: Cells): number | undefined => {
    for (const column of columns) {
      const value = numberOf(cells[column]);
      if (value !== undefined) return value;
    }
    return undefined;
  };

/** Sums and means of events are numbers also where no event had a value. */
const ofValues = (column: string) => (cells: Cells): number | undefined =>
  numberOf(cells.nb_events_with_value) === 0 ? undefined : numberOf(cells[column]);

const ratio = (over: string, under: string, ready: string) => (cells: Cells): number | undefined => {
  const top = numberOf(cells[over]);
  const bottom = numberOf(cells[under]);
  if (top === undefined || bottom === undefined) return numberOf(cells[ready]);
  return bottom === 0 ? undefined : top / bottom;
};

function count(id: string, label: string, title: string, ...others: string[]): Metric {
  return { id, label, title, format: 'count', sortColumn: id, good: 'up', adds: true, of: first(id, ...others) };
}

function derived(id: string, label: string, title: string, part: Pick<Metric, 'format' | 'good' | 'of'>): Metric {
  return { id, label, title, sortColumn: undefined, adds: false, ...part };
}

/** The sum of a number over the goals of a row. */
const overGoals = (column: string) => (cells: Cells): number =>
  Object.values((cells.goals ?? {}) as Readonly<Record<string, Cells>>).reduce((sum, goal) => sum + (numberOf(goal[column]) ?? 0), 0);

export const metrics = {
  visitors: { ...count('nb_uniq_visitors', 'Visitors', 'Different people, as far as can be told', 'sum_daily_nb_uniq_visitors'), adds: false },
  visits: count('nb_visits', 'Visits', 'Visits that began or went on in this period'),
  actions: count('nb_actions', 'Actions', 'Page views, searches, downloads and outlinks'),
  pageviews: count('nb_pageviews', 'Page views', 'Pages seen, repeats included'),
  hits: count('nb_hits', 'Views', 'Times it was seen'),
  downloads: count('nb_hits', 'Downloads', 'Times it was downloaded'),
  clicks: count('nb_hits', 'Clicks', 'Times it was followed'),
  searches: count('nb_hits', 'Searches', 'Times it was searched for'),
  searchExitRate: derived('exit_rate', 'Left after it', 'Share of the visits that ended with the search', {
    format: 'share', good: 'down', of: ratio('exit_nb_visits', 'nb_visits', 'exit_rate'),
  }),
  events: count('nb_events', 'Events', 'Times it happened'),
  eventValue: { ...count('sum_event_value', 'Value', 'The values of all events together'), format: 'decimal', of: ofValues('sum_event_value') },
  meanEventValue: derived('avg_event_value', 'Mean value', 'Mean value of the events that had one', {
    format: 'decimal', good: 'up', of: ofValues('avg_event_value'),
  }),
  impressions: count('nb_impressions', 'Impressions', 'Times it was shown'),
  interactions: count('nb_interactions', 'Interactions', 'Times it was pressed or used'),
  interactionRate: derived('interaction_rate', 'Interaction rate', 'Share of the impressions that led to an interaction', {
    format: 'share', good: 'up', of: ratio('nb_interactions', 'nb_impressions', 'interaction_rate'),
  }),
  entries: count('entry_nb_visits', 'Entries', 'Visits that began here'),
  entryBounces: { ...count('entry_bounce_count', 'Bounces', 'Visits that began here and saw nothing else'), good: 'down' },
  exits: { ...count('exit_nb_visits', 'Exits', 'Visits that ended here'), good: 'neither' },
  bounceRate: derived('bounce_rate', 'Bounce rate', 'Share of visits with a single action', {
    format: 'share', good: 'down', of: ratio('bounce_count', 'nb_visits', 'bounce_rate'),
  }),
  entryBounceRate: derived('bounce_rate', 'Bounce rate', 'Share of the visits that began here and saw nothing else', {
    format: 'share', good: 'down', of: ratio('entry_bounce_count', 'entry_nb_visits', 'bounce_rate'),
  }),
  exitRate: derived('exit_rate', 'Exit rate', 'Share of the visits that saw it and ended with it', {
    format: 'share', good: 'neither', of: ratio('exit_nb_visits', 'nb_visits', 'exit_rate'),
  }),
  visitLength: derived('avg_time_on_site', 'Visit length', 'Mean time between the first and the last action', {
    format: 'length_s', good: 'up', of: ratio('sum_visit_length', 'nb_visits', 'avg_time_on_site'),
  }),
  timeOnPage: derived('avg_time_on_page', 'Time on page', 'Mean time until the next action', {
    format: 'length_s', good: 'up', of: first('avg_time_on_page'),
  }),
  conversions: count('nb_conversions', 'Conversions', 'Goals reached and orders placed'),
  revenue: { ...count('revenue', 'Revenue', 'What conversions brought, in the currency of the site'), format: 'money' },
  conversionRate: derived('conversion_rate', 'Conversion rate', 'Share of visits with a conversion', {
    format: 'share', good: 'up', of: ratio('nb_visits_converted', 'nb_visits', 'conversion_rate'),
  }),
  convertedVisits: count('nb_visits_converted', 'Visits with conversions', 'Visits that reached a goal or ordered'),
  entryConversions: {
    ...derived('goals', 'Conversions', 'Conversions of the visits that began here', { format: 'count', good: 'up', of: overGoals('nb_conversions_entry') }),
    adds: true,
  },
  orders: count('orders', 'Orders', 'Orders with the product'),
  leftCarts: { ...count('abandoned_carts', 'Carts left', 'Carts with the product that were not ordered'), good: 'down' },
  quantity: count('quantity', 'Pieces', 'Pieces in all orders or carts'),
  price: derived('avg_price', 'Mean price', 'Mean price of a piece', { format: 'money', good: 'neither', of: first('avg_price') }),
  items: count('items', 'Products', 'Pieces in all orders'),
  orderValue: derived('avg_order_revenue', 'Order value', 'Mean revenue of an order', { format: 'money', good: 'up', of: first('avg_order_revenue') }),
  actionsPerVisit: derived('nb_actions_per_visit', 'Actions per visit', 'Mean number of actions of a visit', {
    format: 'decimal', good: 'up', of: ratio('nb_actions', 'nb_visits', 'nb_actions_per_visit'),
  }),
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof metrics;
