import { describe, expect, it } from 'vitest';
import { bytesOf, creationOptions, credentialJson, isForOne, requestOptions, textOf } from './passkey';

const buffer = (...bytes: number[]) => Uint8Array.from(bytes).buffer;

describe('bytes as text', () => {
  it('come back as they went', () => {
    const all = Uint8Array.from({ length: 256 }, (_, at) => at);
    expect(textOf(all.buffer)).toMatch(/^[\w-]+$/);
    expect(bytesOf(textOf(all.buffer))).toEqual(all);
  });
  it('are base64url without padding', () => expect(textOf(buffer(251, 255))).toBe('-_8'));
});

describe('options', () => {
  const request = { challenge: 'AQI', rpId: 'stats.example', allowCredentials: [{ type: 'public-key', id: 'Aw' }] };
  it('are read bare, wrapped and as text', () => {
    for (const answer of [request, { publicKey: request }, JSON.stringify({ publicKey: request })]) {
      const options = requestOptions(answer);
      expect(options.challenge).toEqual(Uint8Array.of(1, 2));
      expect(options.rpId).toBe('stats.example');
      expect(options.allowCredentials?.[0]?.id).toEqual(Uint8Array.of(3));
    }
  });
  it('of sign-in without a name list no credential', () => {
    expect(requestOptions({ challenge: 'AQI' }).allowCredentials).toEqual([]);
    expect(isForOne({ challenge: 'AQI', allowCredentials: [] })).toBe(false);
    expect(isForOne(request)).toBe(true);
  });
  it('leave out what is null', () => expect(requestOptions({ ...request, timeout: null })).not.toHaveProperty('timeout'));
  it('of a new passkey hold the user as bytes', () => {
    const options = creationOptions({ publicKey: { challenge: 'AQI', user: { id: 'BAU', name: 'mariko' }, excludeCredentials: [{ type: 'public-key', id: 'Bg' }] } });
    expect(options.user).toEqual({ id: Uint8Array.of(4, 5), name: 'mariko' });
    expect(options.excludeCredentials?.[0]?.id).toEqual(Uint8Array.of(6));
  });
});

describe('credentials', () => {
  const base = { id: 'AQ', rawId: buffer(1), type: 'public-key', getClientExtensionResults: () => ({}) };
  it('of a use carry the signature', () => {
    const json = credentialJson({ ...base, response: { clientDataJSON: buffer(2), authenticatorData: buffer(3), signature: buffer(4), userHandle: null } } as unknown as PublicKeyCredential);
    expect(json).toMatchObject({ id: 'AQ', rawId: 'AQ', type: 'public-key', response: { clientDataJSON: 'Ag', authenticatorData: 'Aw', signature: 'BA' } });
  });
  it('of a new passkey carry the attestation and its ways', () => {
    const json = credentialJson({ ...base, response: { clientDataJSON: buffer(2), attestationObject: buffer(5), getTransports: () => ['internal'] } } as unknown as PublicKeyCredential);
    expect(json).toMatchObject({ response: { attestationObject: 'BQ', transports: ['internal'] } });
  });
});
