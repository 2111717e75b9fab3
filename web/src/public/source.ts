// Speaks to the public address alone, and sends no cookie.
import { infoOf, ViewerError, type Info, type Source } from '../viewer/source';

export interface Access {
  /** The address of the grant, without a slash at the end: the secret of a link is in it. */
  readonly base: string;
  /** What the password of a link was exchanged for. */
  readonly ticket: string;
}

/** "/public/3" or "/public/link/SECRET" out of the address of the page. */
export function baseOf(path: string): string {
  const [, kept] = /^(\/public\/(?:link\/[^/]+|\d+))(?:\/|$)/.exec(path) ?? [];
  return kept ?? path.replace(/\/+$/, '');
}

async function send(access: Access, path: string, init: RequestInit = {}): Promise<unknown> {
  const headers = { accept: 'application/json', ...(access.ticket === '' ? {} : { 'x-makoto-ticket': access.ticket }), ...init.headers };
  let response: Response;
  try {
    response = await fetch(`${access.base}/${path}`, { ...init, headers, credentials: 'omit', referrerPolicy: 'no-referrer' });
  } catch (cause) {
    if (init.signal?.aborted) throw cause;
    throw new ViewerError(0, 'unreachable', 'The server did not answer.');
  }
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return body;
  const error = (body as { error?: { code?: string; message?: string } } | null)?.error;
  throw new ViewerError(response.status, error?.code ?? '', error?.message ?? '', Number(response.headers.get('retry-after') ?? 0) || 0);
}

interface Opened {
  readonly info: Info;
  readonly version: number;
}

/** What there is to see; undefined while the password is asked for. */
export async function open(access: Access): Promise<Opened | undefined> {
  const cells = (await send(access, 'info')) as Readonly<Record<string, unknown>>;
  return cells.locked === true ? undefined : { info: infoOf(cells), version: Number(cells.version ?? 0) };
}

export async function unlock(access: Access, password: string): Promise<string> {
  const answer = (await send(access, 'unlock', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ password }) })) as { ticket?: string };
  return answer.ticket ?? '';
}

/** The reports. The version in each address lets answers be kept until the grant changes. */
export const sourceOf = (access: Access, version: number): Source => ({
  id: `${access.base} ${version}`,
  ask: (method, asked, signal) => {
    const query = new URLSearchParams({ v: String(version), ...Object.fromEntries(Object.entries(asked).map(([name, value]) => [name, String(value)])), format: 'json' });
    return send(access, `data/${method}?${query}`, { signal });
  },
});
