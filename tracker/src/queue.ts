import { logError, win } from './page.ts';
import type { Api, Command, Method } from './types.ts';

/** Commands that set up a tracker: they run before all others, in this order. */
const EARLY = (
  'addTracker enableFileTracking forgetCookieConsentGiven requireCookieConsent disableBrowserFeatureDetection ' +
  'disableCampaignParameters disableCookies setTrackerUrl setAPIUrl enableCrossDomainLinking setCrossDomainLinkingTimeout ' +
  'setSessionCookieTimeout setVisitorCookieTimeout setCookieNamePrefix setCookieSameSite setSecureCookie setCookiePath ' +
  'setCookieDomain setDomains setUserId setVisitorId setSiteId alwaysUseSendBeacon disableAlwaysUseSendBeacon ' +
  'enableLinkTracking setCookieConsentGiven requireConsent setConsentGiven disablePerformanceTracking ' +
  'setPagePerformanceTiming setExcludedQueryParams setExcludedReferrers'
).split(' ');

/** Commands for the first tracker only: the others have their own site and address. */
const FIRST_ONLY = ['addTracker', 'setTrackerUrl', 'setSiteId'];

/** Commands to plugins that were not loaded yet; more than this many are dropped. */
const MISSED_MAX = 100;

/** Trackers that receive the commands of the queue. */
export const trackers: Api[] = [];

let missed: Command[] = [];

function miss(command: Command): void {
  missed = missed.concat([command]).slice(-MISSED_MAX);
}

function call(target: unknown, name: string, args: unknown[]): boolean {
  const method = target && (target as Api)[name];
  if (typeof method !== 'function') {
    return false;
  }
  method.apply(target, args as never[]);
  return true;
}

function runFor(tracker: Api, command: Command): void {
  const [name, ...args] = command;
  if (typeof name === 'function') {
    (name as Method).apply(tracker, args as never[]);
    return;
  }
  const [plugin, method] = name.split('.');
  if (method) {
    if (!call(tracker[plugin!], method, args)) {
      miss(command);
    }
  } else if (!call(tracker, name, args)) {
    logError(`the tracker has no method ${name}: check the spelling in _paq`);
  }
}

/** Run one command on all trackers, as `_paq.push` does after the script has loaded. */
export function run(command: Command): void {
  const name = command[0];
  const [plugin, method] = typeof name === 'string' ? name.split('::') : [];
  if (method) {
    if (!call((win.Matomo as Record<string, unknown>)[plugin!], method, command.slice(1))) {
      miss(command);
    }
    return;
  }
  // A command may add trackers, which must not run it too.
  trackers.slice(0, FIRST_ONLY.includes(name as string) ? 1 : undefined).forEach((tracker) => runFor(tracker, command));
}

/** Run the commands to plugins again that came before the plugin. */
export function retryMissed(): void {
  const commands = missed;
  missed = [];
  commands.forEach(run);
}

/** Run the commands that the page queued before the script was there, then take over the queue. */
export function replay(): void {
  const queued = Array.isArray(win._paq) ? (win._paq as Command[]).filter((command) => command && command.length) : [];
  EARLY.forEach((name) => {
    const same = queued.filter((command) => command[0] === name);
    if (same.length > 1 && name !== 'addTracker') {
      logError(`${name} is in _paq more than once: only the last call has an effect`);
    }
    same.forEach(run);
  });
  queued.filter((command) => !EARLY.includes(command[0] as string)).forEach(run);
  win._paq = { push: (...commands: Command[]) => commands.forEach(run) };
}
