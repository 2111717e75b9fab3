import type { Place } from './types.ts';

/** Decode a parameter value; text that is not valid UTF-8 stays as it is. */
export const decodeValue = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** Show umlauts and spaces of a URL as such; reserved characters stay encoded, so the meaning stays. */
export const readable = (url: string): string => {
  try {
    return decodeURI(url);
  } catch {
    return url;
  }
};

/** Split a URL or a list entry such as `*.example.org/shop/*` into host and path. */
export const placeOf = (text: string): Place => {
  const parts = /^(?:[\w.+-]*:?\/\/)?([^:/?#]*)(?::\d*)?([^?#]*)/.exec(text.toLowerCase())!;
  return {
    host_: parts[1]!.replace(/^\*\./, '.').replace(/\.$/, ''),
    path_: parts[2]!.replace(/\/?\*?$/, '/'),
  };
};

/** Whether the host is `alias`, or below it when the alias starts with a dot. */
const isHost = (host: string, alias: string): boolean => host === alias || (alias[0] === '.' && `.${host}`.endsWith(alias));

/** Whether `url` lies in one of the places. An empty host never does. */
export const isListed = (url: string, list: string[]): boolean => {
  const { host_, path_ } = placeOf(url);
  return !!host_ && list.map(placeOf).some((place) => isHost(host_, place.host_) && path_.startsWith(place.path_));
};

/** Whether `url` belongs to the site. The host of the page does, unless the list narrows it down to a path. */
export const isOwn = (t: { host_: string; Domains: string[] }, url: string): boolean => {
  const isNamed = t.Domains.some((domain) => isHost(t.host_, placeOf(domain).host_));
  return isListed(url, isNamed ? t.Domains : t.Domains.concat(t.host_));
};

/** Value of a parameter of the query or the fragment, '' when absent. */
export const valueOf = (url: string, name: string): string => {
  for (const part of url.split(/[?&#]/).slice(1)) {
    if (part.startsWith(`${name}=`)) {
      return decodeValue(part.slice(name.length + 1).replace(/\+/g, ' '));
    }
  }
  return '';
};

/** First non-empty value of several parameters. */
export const firstValueOf = (url: string, names: string[]): string => {
  return names.reduce((found, name) => found || valueOf(url, name), '');
};

/** Remove the parameters of query and fragment that `drop` names. */
export const without = (url: string, drop: (name: string) => boolean): string => {
  const marked = url.replace(/([?&#])([^=&?#]+)(=[^&#]*)?/g, (all, mark: string, name: string) => (drop(name) ? `${mark}\0` : all));
  return marked === url ? url : marked.replace(/\0&?/g, '').replace(/[?&#]+(?=#|$)/g, '');
};

/** `&name=value`, encoded. */
export const parameter = (name: string, value: unknown): string => `&${name}=${encodeURIComponent(`${value}`)}`;

/** Like `parameter`, but '' for a value that has no text. */
export const optional = (name: string, value: unknown): string => (value || value === 0 ? parameter(name, value) : '');
