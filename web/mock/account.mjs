// The account's own part of the contract: factors, proof, sessions, tokens, password rules, reset and invitation.
import { randomOf } from './numbers.mjs';

export const password = 'mock password';
export const code = '123456';
const now_s = () => Math.floor(Date.now() / 1000);
const day_s = 86_400;
const qr = () => {
  const random = randomOf('qr');
  const cells = Array.from({ length: 29 * 29 }, (_, at) => (random() > 0.5 ? `<rect x="${at % 29}" y="${Math.floor(at / 29)}" width="1" height="1"/>` : ''));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 29 29" shape-rendering="crispEdges">${cells.join('')}</svg>`;
};
const codes = () => Array.from({ length: 10 }, (_, at) => Array.from({ length: 4 }, (__, part) => (at * 7919 + part * 104_729 + 50_000).toString(32).toUpperCase().padStart(4, 'K').slice(0, 4)).join('-'));

const rules = [
  { id: 'length', text: 'at least 15 characters' },
  { id: 'known', text: 'not among the passwords that attackers try first' },
  { id: 'context', text: 'does not hold your login, your e-mail or the name of this server' },
];
const verdicts = ({ password: typed = '', login = '' }) => [
  { id: 'length', passed: typed.length >= 15 },
  { id: 'known', passed: !/^(password|123|qwerty)/i.test(typed) },
  { id: 'context', passed: login === '' || !typed.toLowerCase().includes(login.toLowerCase()) },
];

const sessions = () => [
  { id: 1, agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', country: 'de', address: '192.0.2.17', created_s: now_s() - 3600, last_used_s: now_s() - 4, current: true },
  { id: 2, agent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1', country: 'jp', address: '2001:db8:4:5::9', created_s: now_s() - 2 * day_s, last_used_s: now_s() - 7200, current: false },
  { id: 3, agent: 'A-browser-whose-name-is-longer-than-any-that-was-ever-seen-before/1.0', country: '', address: '198.51.100.200', created_s: now_s() - 40 * day_s, last_used_s: now_s() - 12 * day_s, current: false },
];
const tokens = () => [
  { id: 1, description: 'Nightly export', reach: 'read', scope: 'view', sites: [1, 3], created_s: now_s() - 20 * day_s, last_used_s: now_s() - 8 * 3600, expires_s: now_s() + 70 * day_s },
  { id: 2, description: 'Wall display in the workshop', reach: 'read', scope: 'view', sites: [], created_s: now_s() - 3 * day_s, last_used_s: null, expires_s: now_s() + 27 * day_s, url_allowed: true },
  { id: 3, description: 'Accounts from the directory', reach: 'administer', scope: 'all', sites: [], created_s: now_s() - 99 * day_s, last_used_s: now_s() - 90, expires_s: now_s() - day_s, provisioning: true, networks: ['192.0.2.0/24'], last_used_address: '192.0.2.8' },
];
const passkeys = () => [
  { id: 1, name: 'Work laptop', created_s: now_s() - 90 * day_s, last_used_s: now_s() - 3600 },
  { id: 2, name: 'Security key in the drawer', created_s: now_s() - 30 * day_s, last_used_s: null },
];

/** Kinds of person: `full` has everything, `bare` nothing, `grace` is asked for a factor soon, `enrolling` now, `broken` meets failures. */
export function createAccount(kind, Refused) {
  const full = kind === 'full';
  const state = { language: 'en', totp: full || kind === 'factor', passkeys: full ? passkeys() : [], left: full ? 3 : 0, enrolling: kind === 'enrolling', half: false, proved: kind !== 'unproved', sessions: full ? sessions() : sessions().slice(0, 1), tokens: full ? tokens() : [], wrong: 0 };
  const prove = () => {
    if (!state.proved) throw new Refused(403, 'reauth_required', 'confirm that it is you');
  };
  const first = () => {
    const fresh = state.left === 0 ? codes() : undefined;
    state.left = fresh ? 10 : state.left;
    state.enrolling = false;
    return fresh ? { recoveryCodes: fresh } : {};
  };
  const acts = {
    'Login.checkPassword': (body) => ({ rules: verdicts(body) }),
    'Login.changePassword': (body) => {
      prove();
      if (verdicts(body).some((verdict) => !verdict.passed)) throw new Refused(400, 'refused', 'the password does not meet the rules');
      state.sessions = state.sessions.filter((one) => one.current);
    },
    'Login.endSession': ({ id }) => { state.sessions = state.sessions.filter((one) => one.id !== id); },
    'Login.endOtherSessions': () => { state.sessions = state.sessions.filter((one) => one.current); },
    'TwoFactorAuth.startTotp': () => (prove(), { secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', uri: 'otpauth://totp/x', qr: qr() }),
    'TwoFactorAuth.finishTotp': (body) => {
      if (body.code !== code) throw new Refused(400, 'refused', 'this code is not right; look whether the clock of your device is, and type the newest code');
      state.totp = true;
      return first();
    },
    'TwoFactorAuth.removeTotp': () => (prove(), void (state.totp = false)),
    'TwoFactorAuth.renamePasskey': ({ id, name }) => void Object.assign(state.passkeys.find((one) => one.id === id), { name }),
    'TwoFactorAuth.removePasskey': ({ id }) => (prove(), void (state.passkeys = state.passkeys.filter((one) => one.id !== id))),
    'TwoFactorAuth.regenerateRecoveryCodes': () => (prove(), (state.left = 10), { recoveryCodes: codes() }),
    'UsersManager.createToken': (body) => {
      prove();
      state.tokens.push({ id: state.tokens.length + 1, created_s: now_s(), last_used_s: null, expires_s: now_s() + body.expiresDays * day_s, ...body, sites: body.sites });
      return { value: 'mkt_nEw7Qq2c5Vw8yTzK3pLmB9aXeR4sDf6GhJ' };
    },
    'UsersManager.deleteToken': ({ id }) => (prove(), void (state.tokens = state.tokens.filter((one) => one.id !== id))),
    'UsersManager.deleteAllTokens': () => (prove(), void (state.tokens = [])),
  };
  const looks = {
    'Login.getPasswordRules': () => ({ rules }),
    'Login.getSessions': () => state.sessions,
    'TwoFactorAuth.getState': () => ({ totp: state.totp, totp_since_s: state.totp ? now_s() - 90 * day_s : null, passkeys: state.passkeys, recovery_left: state.left, required: state.enrolling }),
    'UsersManager.getTokens': () => state.tokens,
  };
  const broken = () => {
    throw new Refused(500, 'internal', 'the server failed; its log has the details');
  };
  const token = (body) => {
    if (body.token !== 'mock-token') throw new Refused(403, 'wrong_link', 'this link is wrong, used or too old; ask for a new one');
  };
  const plain = (path, body, session) => {
    switch (path) {
      case '/api/v1/session/factor':
        if (body.code === code) return session();
        state.wrong += 1;
        if (state.wrong > 2) throw Object.assign(new Refused(429, 'slower', 'too many tries; wait'), { retryAfter_s: 4 });
        throw new Refused(401, 'wrong_code', 'this code is not right; type the newest one');
      case '/api/v1/session/proof':
        if (body.password !== password || (state.totp && body.code !== code)) throw new Refused(401, 'wrong_password', 'this is not right; type it again');
        state.proved = true;
        return session();
      case '/api/v1/session/challenge': return { publicKey: { challenge: 'AQIDBAUGBwgJCgsMDQ4PEA', rpId: '127.0.0.1', allowCredentials: [], userVerification: 'required' } };
      case '/api/v1/password-reset': return null;
      case '/api/v1/password-reset/finish': return token(body), null;
      case '/api/v1/invitation/show': return token(body), { login: 'jonas', email: 'jonas@aizome.example', inviter: 'mariko', expires_s: now_s() + 3 * day_s };
      case '/api/v1/invitation/accept': return token(body), session();
      case '/api/v1/invitation/decline': return token(body), null;
      default: return undefined;
    }
  };
  return {
    acts: kind === 'broken' ? {} : acts,
    looks: kind === 'broken' ? Object.fromEntries(Object.keys(looks).map((name) => [name, broken])) : looks,
    plain,
    prove,
    half: () => kind === 'factor',
    session: () => ({
      enrolling: state.enrolling,
      factor_due_s: kind === 'grace' ? now_s() + 14 * day_s : null,
      factors: { totp: state.totp, passkeys: state.passkeys.length, recovery_left: state.left },
      language: state.language,
      first_report: null,
      first_days: 'last30',
    }),
  };
}
