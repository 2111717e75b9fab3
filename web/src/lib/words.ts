/** The host of an address for small print; the text itself when it is none. */
export function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return url;
  }
}

/** A title inside a sentence: "Page titles" becomes "page titles", "AI assistants" stays. */
export const lowered = (title: string): string => title.replace(/^[A-Z](?![A-Z])/, (letter) => letter.toLowerCase());

/** "1 visit", "2 visits". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString()} ${count === 1 ? one : many}`;
}

/** "just now", "12 s ago", "5 min ago": for moments within the last hours. */
export function agoWords(timestamp_s: number, now_ms: number): string {
  const age_s = Math.max(0, Math.round(now_ms / 1000 - timestamp_s));
  if (age_s < 5) return 'just now';
  if (age_s < 60) return `${age_s}\u202fs ago`;
  if (age_s < 3600) return `${Math.floor(age_s / 60)}\u202fmin ago`;
  return `${Math.floor(age_s / 3600)}\u202fh ago`;
}

const locale = typeof navigator === 'undefined' ? 'en' : navigator.language;
const thisYear = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long' });
const anyYear = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', year: 'numeric' });
const day_s = 86_400;

/** A day in this browser's time zone; its year only when it is another one. */
export function dayWords(timestamp_s: number, now_ms: number): string {
  const day = new Date(timestamp_s * 1000);
  return (day.getFullYear() === new Date(now_ms).getFullYear() ? thisYear : anyYear).format(day);
}

/** "5 min ago", "yesterday", "12 March": for moments that may be long past. */
export function whenWords(timestamp_s: number, now_ms: number): string {
  const age_s = now_ms / 1000 - timestamp_s;
  if (age_s < day_s) return agoWords(timestamp_s, now_ms);
  return age_s < 2 * day_s ? 'yesterday' : dayWords(timestamp_s, now_ms);
}
