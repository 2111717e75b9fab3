import { compareNames, periodNames, type CompareName, type PeriodChoice, type PeriodName } from './dates';

/** Everything the address says about the screen, apart from the path. */
export interface View extends PeriodChoice {
  readonly compare: CompareName;
  /** Conditions joined by AND, each as the segment language writes it. */
  readonly segment: readonly string[];
}

export const defaultView: View = { period: 'range', date: 'last30', compare: 'previous', segment: [] };

/** Splits at `;` as the segment language does: a backslash makes it part of a value. */
export function splitConditions(segment: string): string[] {
  return segment.split(/(?<!\\);/).filter((condition) => condition !== '');
}

export function readView(search: string): View {
  const query = new URLSearchParams(search);
  const period = periodNames.find((name) => name === query.get('period'));
  const date = query.get('date');
  return {
    ...(period && date ? { period: period as PeriodName, date } : { period: defaultView.period, date: defaultView.date }),
    compare: compareNames.find((name) => name === query.get('compare')) ?? defaultView.compare,
    segment: splitConditions(query.get('segment') ?? ''),
  };
}

/** The query of a view; what is default stays out so that addresses stay short. */
export function writeView(view: View, other: Readonly<Record<string, string | undefined>> = {}): string {
  const query = new URLSearchParams();
  if (view.period !== defaultView.period || view.date !== defaultView.date) {
    query.set('period', view.period);
    query.set('date', view.date);
  }
  if (view.compare !== defaultView.compare) query.set('compare', view.compare);
  if (view.segment.length > 0) query.set('segment', view.segment.join(';'));
  for (const [name, value] of Object.entries(other)) if (value) query.set(name, value);
  const text = query.toString();
  return text && `?${text}`;
}
