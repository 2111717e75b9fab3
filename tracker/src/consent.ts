import { CONSENT, CONSENT_REMOVED, COOKIE_CONSENT, deleteCookie, readCookie, turnCookiesOff, writeCookie } from './cookies.ts';
import { nav, now, win } from './page.ts';
import { ping } from './actions.ts';
import { send } from './delivery.ts';
import type { State } from './state.ts';
import type { Api } from './types.ts';
import { currentVisitor, storeVisitor } from './visitor.ts';

const HOUR_S = 3600;
/** Thirty years: a decision of the visitor stays until it is changed. */
const FOREVER_H = 30 * 365 * 24;

const lifetime = (hours?: number): number => (hours || FOREVER_H) * HOUR_S;

const rememberedConsent = (t: State): string | null => {
  if (readCookie(CONSENT_REMOVED)) {
    deleteCookie(t, CONSENT);
    return null;
  }
  return readCookie(CONSENT) || null;
};

const giveCookieConsent = (t: State): void => {
  if (t.cookiesOff_) {
    t.cookiesOff_ = false;
    if (t.SiteId && t.lastSend_) {
      // The server has to learn the id that the visitor has from now on.
      storeVisitor(t);
      ping(t);
    }
  }
};

const giveConsent = (t: State, cookiesToo: boolean | undefined): void => {
  t.hasConsent_ = true;
  deleteCookie(t, CONSENT_REMOVED);
  const off = t.cookiesOff_;
  t.cookiesOff_ = off && cookiesToo === false;
  const id = currentVisitor(t)[1];
  t.cookiesOff_ = off;
  t.consentQueue_.splice(0).forEach(({ requests_, callback_ }) => {
    // These requests were built while there was no id yet.
    send(
      t,
      requests_.map((request) => request.replace('&_id=&', `&_id=${id}&`)),
      callback_,
    );
  });
  // Behind the queue: once the page has sent something, its visitor, campaign and session get their cookies.
  if (t.lastSend_) {
    storeVisitor(t);
  }
  if (cookiesToo !== false) {
    giveCookieConsent(t);
  }
};

const requireConsent = (t: State): void => {
  t.consentRequired_ = true;
  t.hasConsent_ = !!rememberedConsent(t);
  if (!t.hasConsent_) {
    t.cookiesOff_ = true;
  }
};

const forgetCookieConsent = (t: State): void => {
  deleteCookie(t, COOKIE_CONSENT);
  turnCookiesOff(t);
};

const optOut = (t: State, hours?: number): void => {
  deleteCookie(t, CONSENT);
  writeCookie(t, CONSENT_REMOVED, now(), lifetime(hours));
  forgetCookieConsent(t);
  requireConsent(t);
};

export const consentMethods = (t: State): Api => {
  return {
    requireConsent: () => requireConsent(t),
    setConsentGiven: (cookiesToo?: boolean) => giveConsent(t, cookiesToo),
    rememberConsentGiven(hours?: number) {
      giveConsent(t, true);
      writeCookie(t, CONSENT, now(), lifetime(hours));
    },
    forgetConsentGiven: (hours?: number) => optOut(t, hours),
    optUserOut: (hours?: number) => optOut(t, hours),
    forgetUserOptOut: () => giveConsent(t, false),
    isUserOptedOut: () => !t.hasConsent_,
    hasConsent: () => t.hasConsent_,
    isConsentRequired: () => t.consentRequired_,
    getRememberedConsent: () => rememberedConsent(t),
    hasRememberedConsent: () => !!rememberedConsent(t),
    requireCookieConsent() {
      const missing = !readCookie(COOKIE_CONSENT);
      if (missing) {
        t.cookiesOff_ = true;
      }
      return missing;
    },
    setCookieConsentGiven: () => giveCookieConsent(t),
    rememberCookieConsentGiven(hours?: number) {
      giveCookieConsent(t);
      writeCookie(t, COOKIE_CONSENT, now(), lifetime(hours));
    },
    forgetCookieConsentGiven: () => forgetCookieConsent(t),
    getRememberedCookieConsent: () => readCookie(COOKIE_CONSENT) || null,
    setDoNotTrack(enable: boolean) {
      t.doNotTrack_ = enable && /^(1|yes)$/.test(nav.doNotTrack || win.doNotTrack || '');
      if (t.doNotTrack_) {
        turnCookiesOff(t);
      }
    },
  };
};
