import { doc, logError, nav, now, win } from './page.ts';
import { sha1 } from './sha1.ts';
import type { State } from './state.ts';
import type { Api } from './types.ts';
import { decodeValue, placeOf } from './url.ts';

/** Cookies shared by all trackers of a site; they have neither prefix nor site id. */
export const CONSENT = 'mtm_consent';
export const CONSENT_REMOVED = 'mtm_consent_removed';
export const COOKIE_CONSENT = 'mtm_cookie_consent';

/** Value of a cookie, '' when absent or when the page may not read cookies (sandboxed frame). */
export function readCookie(name: string): string {
  try {
    for (const pair of doc.cookie.split('; ')) {
      if (pair.startsWith(`${name}=`)) {
        return decodeValue(pair.slice(name.length + 1));
      }
    }
  } catch {
    // A sandboxed frame throws on access: the same as having no cookie.
  }
  return '';
}

function put(t: State, name: string, value: string, lifetimeMs: number, domain: string): void {
  const secure = t.cookieSecure_ || t.cookieSameSite_ === 'None';
  try {
    doc.cookie =
      `${name}=${encodeURIComponent(value)};expires=${new Date(now() + lifetimeMs).toUTCString()};path=${t.cookiePath_ || '/'}` +
      (domain && `;domain=${domain}`) +
      (secure ? ';secure' : '') +
      `;SameSite=${t.cookieSameSite_}`;
  } catch {
    // See readCookie.
  }
}

/** Write a cookie. Without consent for cookies only the sign of an opt-out is written. */
export function writeCookie(t: State, name: string, value: unknown, lifetimeMs: number): void {
  if (!t.cookiesOff_ || name === CONSENT_REMOVED) {
    put(t, name, `${value}`, lifetimeMs, t.cookieDomain_);
  }
}

export function deleteCookie(t: State, name: string): void {
  if (readCookie(name)) {
    put(t, name, '', -1e9, t.cookieDomain_);
  }
}

/** `_pk_id.1.1fff`: the four digits keep trackers of different domains or paths apart. */
export function cookieName(t: State, base: string): string {
  return `${t.cookiePrefix_ + base}.${t.siteId_}.${sha1((t.cookieDomain_ || t.host_) + (t.cookiePath_ || '/')).slice(0, 4)}`;
}

/** Read one of the cookies id, ses, ref and cvar of this tracker. */
export function readOwn(t: State, base: string): string {
  return t.cookiesOff_ ? '' : readCookie(cookieName(t, base));
}

export function writeOwn(t: State, base: string, value: unknown, lifetimeMs: number): void {
  writeCookie(t, cookieName(t, base), value, lifetimeMs);
}

export function deleteOwn(t: State): void {
  ['id', 'ses', 'cvar', 'ref'].forEach((base) => deleteCookie(t, cookieName(t, base)));
}

/** '1' when first-party cookies can be used. */
export function cookieFlag(t: State): string {
  return !t.cookiesOff_ && nav.cookieEnabled ? '1' : '0';
}

function setDomain(t: State, domain: string): void {
  const host = placeOf(domain).host_;
  const probe = `${t.cookiePrefix_}testcookie_domain`;
  if (!t.cookiesOff_) {
    put(t, probe, '1', 10_000, host);
    if (!readCookie(probe)) {
      return logError(`cookie domain ${domain} is refused by the browser: use the host of the page or a parent of it`);
    }
    put(t, probe, '', -1e9, host);
  }
  t.cookieDomain_ = host;
}

export function cookieMethods(t: State): Api {
  return {
    setCookieNamePrefix(prefix: string) {
      t.cookiePrefix_ = prefix;
    },
    setCookieDomain: (domain: string) => setDomain(t, domain),
    getCookieDomain: () => t.cookieDomain_,
    setCookiePath(path: string) {
      t.cookiePath_ = path;
    },
    getCookiePath: () => t.cookiePath_,
    setSecureCookie(secure: boolean) {
      if (secure && win.location.protocol !== 'https:') {
        return logError('setSecureCookie needs an https page');
      }
      t.cookieSecure_ = secure;
    },
    setCookieSameSite(mode: string) {
      const name = mode.charAt(0).toUpperCase() + mode.slice(1).toLowerCase();
      if (!/^(None|Lax|Strict)$/.test(name)) {
        return logError('setCookieSameSite needs None, Lax or Strict');
      }
      // Browsers refuse None without the secure flag, which an http page cannot set.
      t.cookieSameSite_ = name === 'None' && win.location.protocol === 'http:' ? 'Lax' : name;
    },
    setVisitorCookieTimeout(seconds: number) {
      t.visitorTimeout_ = seconds * 1000;
    },
    setSessionCookieTimeout(seconds: number) {
      t.sessionTimeout_ = seconds * 1000;
    },
    getSessionCookieTimeout: () => t.sessionTimeout_,
    setReferralCookieTimeout(seconds: number) {
      t.referralTimeout_ = seconds * 1000;
    },
    disableCookies() {
      t.cookiesOff_ = true;
      deleteOwn(t);
    },
    areCookiesEnabled: () => !t.cookiesOff_,
    deleteCookies: () => deleteOwn(t),
    hasCookies: () => cookieFlag(t),
    getCookie: (name: string) => readCookie(cookieName(t, name)) || 0,
    setSessionCookie(name: string, value: string, lifetimeMs?: number) {
      writeOwn(t, name, value, lifetimeMs || t.sessionTimeout_);
    },
  };
}
