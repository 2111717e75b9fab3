import type { Place } from './types.ts';

/** Decode a parameter value; text that is not valid UTF-8 stays as it is. */
export function decodeValue(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Show umlauts and spaces of a URL as such; reserved characters stay encoded, so the meaning stays. */
export function readable(url: string): string {
  try {
    return decodeURI(url);
  } catch {
    return url;
  }
}

/** Split a URL or a list entry such as `*.example.org/shop/*` into host and path. */
export function placeOf(text: string): Place {
  const parts = /^(?:(?:[\w.+-]+:)?\/\/)?(?:[^@/?#]*@)?(\[[^\]]*\]|[^:/?#]*)(?::\d*)?([^?#]*)/.exec(text.toLowerCase())!;
  return {
    host_: parts[1]!.replace(/^\*\./, '.').replace(/\.$/, ''),
    path_: parts[2]!.replace(/\/?\*?$/, '/'),
  };
}

/** Whether the host is `alias`, or below it when the alias starts with a dot. */
export function isHost(host: string, alias: string): boolean {
  return host === alias || (alias[0] === '.' && `.${host}`.endsWith(alias));
}

/** Whether `url` lies in one of the places. An empty host never does. */
export function isIn(url: string, places: Place[]): boolean {
  const { host_, path_ } = placeOf(url);
  return !!host_ && places.some((place) => isHost(host_, place.host_) && path_.startsWith(place.path_));
}

/** Value of a parameter of the query or the fragment, '' when absent. */
export function valueOf(url: string, name: string): string {
  for (const part of url.split(/[?&#]/).slice(1)) {
    if (part.startsWith(`${name}=`)) {
      return decodeValue(part.slice(name.length + 1).replace(/\+/g, ' '));
    }
  }
  return '';
}

/** First non-empty value of several parameters. */
export function firstValueOf(url: string, names: string[]): string {
  return names.reduce((found, name) => found || valueOf(url, name), '');
}

/** Remove the parameters of query and fragment that `drop` names. */
export function without(url: string, drop: (name: string) => boolean): string {
  const marked = url.replace(/([?&#])([^=&?#]+)(=[^&#]*)?/g, (all, mark: string, name: string) => (drop(name) ? `${mark}\0` : all));
  return marked === url ? url : marked.replace(/\0&?/g, '').replace(/[?&#]+(?=#|$)/g, '');
}
