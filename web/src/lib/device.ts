// What a browser calls itself, in words. Good enough to tell one's own devices apart; nothing depends on it.

const browsers = [['Edge', /Edg(e|A|iOS)?\//], ['Opera', /OPR\//], ['Samsung Internet', /SamsungBrowser\//], ['Firefox', /(Firefox|FxiOS)\//], ['Chrome', /(Chrome|CriOS)\//], ['Safari', /Safari\//]] as const;
const systems = [['Android', /Android/], ['iPhone', /iPhone/], ['iPad', /iPad/], ['Mac', /Macintosh/], ['Windows', /Windows/], ['Chrome OS', /CrOS/], ['Linux', /Linux/]] as const;
const words_max = 60;

const found = (names: readonly (readonly [string, RegExp])[], agent: string) => names.find(([, mark]) => mark.test(agent))?.[0];

export const systemName = (agent: string): string | undefined => found(systems, agent);

/** "Firefox on Linux"; a program's own name where it is no browser. */
export function deviceWords(agent: string): string {
  const browser = found(browsers, agent);
  const system = systemName(agent);
  if (browser && system) return `${browser} on ${system}`;
  const name = browser ?? system ?? agent.slice(0, words_max);
  return name === '' ? 'Unknown device' : name;
}

const locale = typeof navigator === 'undefined' ? 'en' : navigator.language;
const regions = new Intl.DisplayNames(locale, { type: 'region', fallback: 'none' });

/** The name of a country by its two letters; empty when unknown. */
export function countryName(code: string): string {
  return /^[a-z]{2}$/i.test(code) ? (regions.of(code.toUpperCase()) ?? '') : '';
}
