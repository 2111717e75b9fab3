// The one place of the signed-in application that speaks to the network.

export type Value = string | number | boolean | readonly string[] | readonly number[] | undefined;
export type Params = Readonly<Record<string, Value>>;

/** What the server refused and why. `status` is 0 when it could not be reached at all. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly field: string | undefined;
  readonly retryAfterS: number | undefined;
  readonly request: string;
  constructor(status: number, code: string, message: string, request: string, field?: string, retryAfterS?: number) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.request = request;
    this.field = field;
    this.retryAfterS = retryAfterS;
  }
}

interface Call {
  readonly signal?: AbortSignal | undefined;
  readonly body?: unknown;
}

async function refusal(response: Response, request: string): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  const error = (body as { error?: { code?: string; message?: string; field?: string } } | null)?.error;
  const retryAfterS = Number(response.headers.get('retry-after') ?? Number.NaN);
  return new ApiError(
    response.status,
    error?.code ?? `http_${response.status}`,
    error?.message ?? response.statusText,
    request,
    error?.field,
    Number.isFinite(retryAfterS) ? retryAfterS : undefined,
  );
}

async function send(verb: string, url: string, call: Call): Promise<unknown> {
  const request = `${verb} ${url}`;
  const init: RequestInit = { method: verb, credentials: 'same-origin', headers: { accept: 'application/json' } };
  if (call.signal) init.signal = call.signal;
  if (call.body !== undefined) {
    init.headers = { accept: 'application/json', 'content-type': 'application/json' };
    init.body = JSON.stringify(call.body);
  }
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (cause) {
    if (call.signal?.aborted) throw cause;
    throw new ApiError(0, 'unreachable', 'the server did not answer', request);
  }
  if (!response.ok) throw await refusal(response, request);
  return response.status === 204 ? undefined : response.json();
}

/** Sends to an address that is no method, as those of the session. */
export const post = (url: string, body: unknown): Promise<unknown> => send('POST', url, { body });

let mend: (refused: ApiError) => Promise<boolean> = () => Promise.resolve(false);

/** Sets what is asked about each refused method: true sends it once more, as after fresh proof. */
export function mendRefusals(by: (refused: ApiError) => Promise<boolean>): void {
  mend = by;
}

async function sendMended(verb: string, url: string, call: Call): Promise<unknown> {
  try {
    return await send(verb, url, call);
  } catch (error) {
    if (error instanceof ApiError && (await mend(error))) return send(verb, url, call);
    throw error;
  }
}

/** The address of a read method, for links that download an answer in another format. */
export function methodUrl(method: string, params: Params): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value === undefined) continue;
    if (typeof value === 'object') for (const item of value) query.append(`${name}[]`, String(item));
    else query.append(name, String(value));
  }
  // The pages are in English and take some labels apart: the language of the account is that of its mails.
  if (params.language === undefined) query.append('language', 'en');
  return `/api/v1/methods/${method}?${query}`;
}

export interface Read<P, A> {
  (params: P & Params, signal?: AbortSignal): Promise<A>;
  readonly method: string;
}

export function read<P, A>(method: string): Read<P, A> {
  const call = (params: P & Params, signal?: AbortSignal) =>
    sendMended('GET', methodUrl(method, params), { signal }) as Promise<A>;
  return Object.assign(call, { method });
}

export function write<P, A>(method: string) {
  return (params: P & Params): Promise<A> =>
    sendMended('POST', `/api/v1/methods/${method}`, { body: params }) as Promise<A>;
}
