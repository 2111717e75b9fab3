import { doc, logError, nav, now, win } from './page.ts';
import { shortSha1 } from './sha1.ts';
import type { State } from './state.ts';
import type { Api } from './types.ts';
import { decodeValue, placeOf } from './url.ts';

/** Cookies shared by all trackers of a site; they have neither prefix nor site id. */
export const CONSENT = 'mtm_consent';
export const CONSENT_REMOVED = 'mtm_consent_removed';
export const COOKIE_CONSENT = 'mtm_cookie_consent';

/** Value of a cookie, '' when absent or when the page may not read cookies (sandboxed frame). */
export const readCookie = (name: string): string => {
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
};

const put = (t: State, name: string, value: unknown, lifetime_s: number): void => {
  // Secure cookies, and SameSite=None, which needs them, cannot be written on an http page.
  const isHttps = win.location.protocol === 'https:';
  const isNone = /none/i.test(t.CookieSameSite);
  try {
    doc.cookie =
      `${name}=${encodeURIComponent(`${value}`)};expires=${new Date(now() + lifetime_s * 1000).toUTCString()};path=${t.CookiePath || '/'}` +
      (t.cookieDomain_ && `;domain=${t.cookieDomain_}`) +
      (isHttps && (t.SecureCookie || isNone) ? ';secure' : '') +
      `;SameSite=${isNone && !isHttps ? 'Lax' : t.CookieSameSite}`;
  } catch {
    // See readCookie.
  }
};

/** Whether the visitor consents. The decision may have been made in another tab: cookies win over what this page knows. */
export const refreshConsent = (t: State): boolean =>
  (t.hasConsent_ = !readCookie(CONSENT_REMOVED) && (t.hasConsent_ || !!readCookie(CONSENT)));

/** Write a cookie. Without consent for cookies only the sign of an opt-out is written. */
export const writeCookie = (t: State, name: string, value: unknown, lifetime_s: number): void => {
  if (!t.cookiesOff_ || name === CONSENT_REMOVED) {
    put(t, name, value, lifetime_s);
  }
};

export const deleteCookie = (t: State, name: string): void => {
  if (readCookie(name)) {
    put(t, name, '', -1e6);
  }
};

/** `_pk_id.1.1fff`: the four digits keep trackers of different domains or paths apart. */
const cookieName = (t: State, base: string): string => {
  return `${t.CookieNamePrefix + base}.${t.SiteId}.${shortSha1((t.cookieDomain_ || t.host_) + (t.CookiePath || '/')).slice(0, 4)}`;
};

/** Read one of the cookies id, ses, ref and cvar of this tracker. */
export const readOwn = (t: State, base: string): string => {
  return t.cookiesOff_ ? '' : readCookie(cookieName(t, base));
};

export const writeOwn = (t: State, base: string, value: unknown, lifetime_s: number): void => {
  if (refreshConsent(t)) {
    writeCookie(t, cookieName(t, base), value, lifetime_s);
  }
};

export const deleteOwn = (t: State): void => {
  ['id', 'ses', 'cvar', 'ref'].forEach((base) => deleteCookie(t, cookieName(t, base)));
};

/** Also forgets the id, which must not outlive the permission to keep it. */
export const turnCookiesOff = (t: State): void => {
  t.cookiesOff_ = true;
  t.visitorId_ = '';
  deleteOwn(t);
};

/** '1' when first-party cookies can be used. */
export const cookieFlag = (t: State): string => {
  return !t.cookiesOff_ && nav.cookieEnabled ? '1' : '0';
};

export const cookieMethods = (t: State): Api => {
  return {
    setCookieDomain(domain: string) {
      const before = t.cookieDomain_;
      const probe = 'testcookie_domain';
      t.cookieDomain_ = placeOf(domain).host_;
      if (!t.cookiesOff_ && refreshConsent(t)) {
        put(t, probe, 1, 10);
        if (readCookie(probe)) {
          deleteCookie(t, probe);
        } else {
          t.cookieDomain_ = before;
          logError(`setCookieDomain: ${domain} refused, use a parent of the host`);
        }
      }
    },
    getCookieDomain: () => t.cookieDomain_,
    getSessionCookieTimeout: () => t.SessionCookieTimeout * 1000,
    disableCookies: () => turnCookiesOff(t),
    areCookiesEnabled: () => !t.cookiesOff_,
    deleteCookies: () => deleteOwn(t),
    hasCookies: () => cookieFlag(t),
    getCookie: (name: string) => readOwn(t, name) || 0,
    setSessionCookie: (name: string, value: string, lifetime_ms: number) => writeOwn(t, name, value, lifetime_ms / 1000),
  };
};
