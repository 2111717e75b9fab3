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
const run = ([name, ...args]: Command): void => {
  if (typeof name === 'string' && name.includes('::')) {
    const [plugin, method] = name.split('::');
    return call((win.Matomo as Record<string, unknown>)[plugin!], method!, args);
  }
  // A command may add trackers, which must not run it too.
  trackers.slice(0, FIRST_ONLY.includes(name as string) ? 1 : undefined).forEach((tracker) => {
    if (typeof name === 'function') {
      return name.apply(tracker, args as never[]);
    }
    const [plugin, method] = name.split('.');
    return method ? call(tracker[plugin!], method, args) : call(tracker, name, args);
  });
};

/** Run the commands that the page queued before the script was there, then take over the queue. */
export const replay = (): void => {
  const queued = Array.isArray(win._paq) ? (win._paq as Command[]).filter((command) => command && command.length) : [];

  EARLY.forEach((name) => queued.filter((command) => command[0] === name).forEach(run));
  queued.filter((command) => !EARLY.includes(command[0] as string)).forEach(run);
  win._paq = { push: (...commands: Command[]) => commands.forEach(run) };
};
