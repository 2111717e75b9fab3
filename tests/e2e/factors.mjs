// What proves who somebody is, made by others than us: an authenticator app and a security key.
import { TOTP } from 'otpauth';
import { until } from './server.mjs';

const step_ms = 30_000;

/** An app that has scanned a secret. Each code is of a later step than the one before it, since none counts twice. */
export function authenticator(secret) {
  const app = new TOTP({ secret: secret.replaceAll(/\s/g, ''), algorithm: 'SHA1', digits: 6, period: 30 });
  let last = 0;
  return {
    code: async () => {
      // The server takes the step before and after its own.
      const next = () => Math.max(Math.floor(Date.now() / step_ms), last + 1);
      await until('the next code counts', () => next() <= Math.floor(Date.now() / step_ms) + 1, 2 * step_ms);
      last = next();
      return app.generate({ timestamp: last * step_ms });
    },
    /** Six digits that are no code now. */
    wrong: () => {
      const near = [-2, -1, 0, 1, 2].map((steps) => app.generate({ timestamp: Date.now() + steps * step_ms }));
      return ['000000', '111111', '222222', '333333', '444444', '555555'].find((digits) => !near.includes(digits));
    },
  };
}

/** A key inside the machine that knows its owner by fingerprint; Chromium's own, over the devtools protocol. */
export async function addKey(page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', ctap2Version: 'ctap2_1', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
  return {
    count: async () => (await devtools.send('WebAuthn.getCredentials', { authenticatorId })).credentials.length,
    remove: () => devtools.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId }),
  };
}
