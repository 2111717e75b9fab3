// Between the JSON that the server speaks of passkeys and the bytes that the browser does.

type Json = Readonly<Record<string, unknown>>;

export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}

export function textOf(buffer: ArrayBuffer): string {
  const binary = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Options stand inside `publicKey` or by themselves. Browsers refuse null where something may be left out. */
const inner = (answer: unknown): Json => {
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
  const json = JSON.parse(text, (_, value: unknown) => (value === null ? undefined : value)) as Json;
  return (json.publicKey ?? json) as Json;
};

const descriptors = (list: unknown): PublicKeyCredentialDescriptor[] =>
  Array.isArray(list) ? list.map((one: Json) => ({ ...one, id: bytesOf(String(one.id)) }) as unknown as PublicKeyCredentialDescriptor) : [];

export function requestOptions(answer: unknown): PublicKeyCredentialRequestOptions {
  const json = inner(answer);
  return { ...json, challenge: bytesOf(String(json.challenge)), allowCredentials: descriptors(json.allowCredentials) } as PublicKeyCredentialRequestOptions;
}

/** Options that name credentials are for one person, who is half signed in; others are for whoever has a passkey here. */
export const isForOne = (answer: unknown): boolean => descriptors(inner(answer).allowCredentials).length > 0;

export function creationOptions(answer: unknown): PublicKeyCredentialCreationOptions {
  const json = inner(answer);
  const user = json.user as Json;
  return {
    ...json,
    challenge: bytesOf(String(json.challenge)),
    user: { ...user, id: bytesOf(String(user.id)) },
    excludeCredentials: descriptors(json.excludeCredentials),
  } as unknown as PublicKeyCredentialCreationOptions;
}

/** A credential as JSON, for a new passkey and for a use of one alike. */
export function credentialJson(credential: PublicKeyCredential): Json {
  const response = credential.response as AuthenticatorAttestationResponse & AuthenticatorAssertionResponse;
  const fields = ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle'] as const;
  const bytes = Object.fromEntries(fields.flatMap((name) => (response[name] ? [[name, textOf(response[name])]] : [])));
  return {
    id: credential.id,
    rawId: textOf(credential.rawId),
    type: credential.type,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: { ...bytes, ...(response.getTransports ? { transports: response.getTransports() } : {}) },
  };
}

/** Passkeys need https, or the machine itself. */
export const passkeysWork = (): boolean => typeof PublicKeyCredential !== 'undefined' && window.isSecureContext;

/** Whether the browser offers passkeys inside the login field. */
export const passkeysInField = async (): Promise<boolean> =>
  passkeysWork() && typeof PublicKeyCredential.isConditionalMediationAvailable === 'function' && PublicKeyCredential.isConditionalMediationAvailable();

/** What the browser said instead of a passkey, in words that help. */
export class PasskeyError extends Error {
  /** True when the person closed the browser's window or let it wait: nothing went wrong. */
  readonly isCancelled: boolean;
  constructor(cause: unknown) {
    const name = cause instanceof DOMException ? cause.name : '';
    const words: Readonly<Record<string, string>> = {
      NotAllowedError: 'No passkey was used. Try again, or take another way.',
      InvalidStateError: 'This device holds a passkey of your account already.',
      NotSupportedError: 'This device cannot make a passkey that this server accepts.',
      SecurityError: 'Passkeys do not work under this address. Open the address that the server is set up with.',
    };
    super(words[name] ?? 'The browser could not use a passkey. Try again, or take another way.');
    this.name = 'PasskeyError';
    this.isCancelled = name === 'AbortError';
  }
}

async function asked(ask: () => Promise<Credential | null>): Promise<Json> {
  try {
    const credential = await ask();
    if (credential) return credentialJson(credential as PublicKeyCredential);
  } catch (cause) {
    throw new PasskeyError(cause);
  }
  throw new PasskeyError(undefined);
}

export const takePasskey = (options: unknown): Promise<Json> => asked(() => navigator.credentials.get({ publicKey: requestOptions(options) }));

/** Waits until a passkey is chosen inside the login field. */
export const passkeyFromField = (options: unknown, signal: AbortSignal): Promise<Json> =>
  asked(() => navigator.credentials.get({ publicKey: requestOptions(options), mediation: 'conditional', signal }));

export const makePasskey = (options: unknown): Promise<Json> => asked(() => navigator.credentials.create({ publicKey: creationOptions(options) }));
