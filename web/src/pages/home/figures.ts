import { metrics, type Metric } from '../../lib/metrics';

/** The figures of the first row; pressing one makes it the main graph. */
export interface Figure {
  readonly id: string;
  readonly metric: Metric;
  /** The hours of a day are known for visits, not for page views. */
  readonly hourly: boolean;
}

export const figures: readonly Figure[] = [
  { id: 'visitors', metric: metrics.visitors, hourly: true },
  { id: 'visits', metric: metrics.visits, hourly: true },
  { id: 'pageviews', metric: metrics.pageviews, hourly: false },
  { id: 'bounce-rate', metric: metrics.bounceRate, hourly: true },
  { id: 'visit-length', metric: metrics.visitLength, hourly: true },
  { id: 'actions-per-visit', metric: metrics.actionsPerVisit, hourly: true },
];

export const figureOf = (id: string): Figure => figures.find((figure) => figure.id === id) ?? (figures[1] as Figure);
