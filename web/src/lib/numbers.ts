const locale = typeof navigator === 'undefined' ? 'en' : navigator.language;

const grouped = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
const oneDigit = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const cents = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const short = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat(locale, { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 });
const percentShort = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
const signed = new Intl.NumberFormat(locale, {
  style: 'percent',
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
  signDisplay: 'exceptZero',
});
const signedShort = new Intl.NumberFormat(locale, {
  style: 'percent',
  maximumFractionDigits: 0,
  signDisplay: 'exceptZero',
});

/** How a metric is written: the unit of its raw value decides. */
export type NumberFormat = 'count' | 'decimal' | 'share' | 'length_s' | 'money';

export function formatLength(length_s: number): string {
  const whole = Math.round(length_s);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const seconds = whole % 60;
  if (hours > 0) return `${hours}\u202fh ${minutes}\u202fmin`;
  if (minutes > 0) return `${minutes}\u202fmin ${seconds}\u202fs`;
  return `${seconds}\u202fs`;
}

export function formatNumber(value: number | undefined, format: NumberFormat): string {
  if (value === undefined || !Number.isFinite(value)) return '–';
  if (format === 'decimal') return oneDigit.format(value);
  if (format === 'share') return percent.format(value);
  if (format === 'length_s') return formatLength(value);
  if (format === 'money') return cents.format(value);
  return grouped.format(value);
}

/** The form for axes and sparse places: 12K, 1.4M, 2 min. */
export function formatShort(value: number, format: NumberFormat): string {
  if (format === 'money') return value < 10_000 ? grouped.format(value) : short.format(value);
  if (format === 'count') return value < 10_000 ? grouped.format(value) : short.format(value);
  if (format === 'share') return percentShort.format(value);
  if (format === 'length_s' && value >= 60) return `${oneDigit.format(value / 60).replace(/[.,]0$/, '')}\u202fmin`;
  return formatNumber(value, format);
}

export interface Fitted {
  readonly text: string;
  /** The whole number, for the title, when the text is its short form. */
  readonly whole: string | undefined;
}

/** So many signs have room in a column or a figure. */
const fit_chars = 11;

/** A number for a place that cannot grow: one that is too long is shortened, never cut. */
export function fitNumber(value: number | undefined, format: NumberFormat): Fitted {
  const whole = formatNumber(value, format);
  const fits = value === undefined || format === 'length_s' || whole.length <= fit_chars;
  return fits ? { text: whole, whole: undefined } : { text: short.format(value), whole };
}

/** Relative change, or undefined when there is nothing to compare with. */
export function changeOf(now: number | undefined, before: number | undefined): number | undefined {
  if (now === undefined || before === undefined || before === 0) return undefined;
  return (now - before) / before;
}

export function formatChange(change: number): string {
  if (change >= 10) return '>\u202f+999%';
  return Math.abs(change) >= 0.1 ? signedShort.format(change) : signed.format(change);
}

/** Reads the numbers of an answer: some arrive as text, rates as "36%" (read as 0.36). */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value === '') return undefined;
  const number = Number(value.replace('%', '').replace(',', '.'));
  if (!Number.isFinite(number)) return undefined;
  return value.endsWith('%') ? number / 100 : number;
}
