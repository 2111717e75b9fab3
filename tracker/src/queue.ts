import { logError, win } from './page.ts';
import type { Api, Command } from './types.ts';

/** Commands that set up a tracker: they run before all others, in this order. */
const EARLY = (
  'addTracker enableFileTracking forgetCookieConsentGiven requireCookieConsent disableBrowserFeatureDetection ' +
  'disableCampaignParameters disableCookies setTrackerUrl setAPIUrl ' +
  'setSessionCookieTimeout setVisitorCookieTimeout setCookieNamePrefix setCookieSameSite setSecureCookie setCookiePath ' +
  'setCookieDomain setDomains setUserId setVisitorId setSiteId alwaysUseSendBeacon disableAlwaysUseSendBeacon ' +
  'enableLinkTracking setCookieConsentGiven requireConsent setConsentGiven disablePerformanceTracking ' +
  'setPagePerformanceTiming setExcludedQueryParams setExcludedReferrers'
).split(' ');

/** Commands for the first tracker only: the others have their own site and address. */
const FIRST_ONLY = ['addTracker', 'setTrackerUrl', 'setSiteId'];

/** Trackers that receive the commands of the queue. */
export const trackers: Api[] = [];

/** Call `name` of `target` if there is such a method. */
const call = (target: unknown, name: string, args: unknown[]): void => {
  const method = target && (target as Api)[name];
  if (typeof method === 'function') {
    method.apply(target, args as never[]);
  } else {
    logError(`_paq: no method ${name}, check its spelling`);
  }
};

/** Run one command on all trackers, as `_paq.push` does after the script has loaded. */
const run = (command: Command): void => {
  // Not everything that is pushed is a list.
  const [name, ...args] = Array.from(command || []) as Command;
  const isStatic = typeof name === 'string' && name.includes('::');
  // A command may add trackers, which must not run it too.
  const targets = isStatic ? [win.Matomo as Api] : trackers.slice(0, FIRST_ONLY.includes(name as string) ? 1 : undefined);
  targets.forEach((target) => {
    try {
      if (typeof name === 'function') {
        name.apply(target, args as never[]);
      } else {
        const [plugin, method] = name.split(/::|\./);
        call(method ? target[plugin!] : target, method || name, args);
      }
    } catch (error) {
      // Neither the commands behind it nor the page may suffer from it.
      logError(error);
    }
  });
};

/** Take over the queue, which commands may use too, then run what the page queued before the script was there. */
export const replay = (): void => {
  const queued = Array.isArray(win._paq) ? (win._paq as Command[]).filter((command) => command && command.length) : [];

  win._paq = { push: (...commands: Command[]) => commands.forEach(run) };
  EARLY.forEach((name) => queued.filter((command) => command[0] === name).forEach(run));
  queued.filter((command) => !EARLY.includes(command[0] as string)).forEach(run);
};
