import { doc, listen, nav, onLoad, onReady, win } from './page.ts';
import { addPlugin } from './plugins.ts';
import { replay, retryMissed, trackers } from './queue.ts';
import { createTracker } from './tracker.ts';
import type { Api, Method } from './types.ts';

const handlers: Record<string, Method[]> = {};

function trigger(event: string, args?: unknown[], context?: unknown): void {
  (handlers[event] || []).slice().forEach((handler) => handler.apply(context || win, (args || []) as never[]));
}

const text = (tracker: Api, getter: string): string => (tracker[getter] as () => string)();

/** Add a tracker to those that receive the commands; the first one runs the queue of the page. */
function addTracker(url?: string, siteId?: string | number): Api {
  const first = trackers[0];
  const tracker = createTracker(url || (first && text(first, 'getTrackerUrl')), siteId);
  tracker.addTracker = addTracker;
  trackers.push(tracker);
  if (!first) {
    replay();
  }
  trigger('TrackerAdded', [tracker]);
  return tracker;
}

/** The tracker with this address and site, or the first one. */
function getAsyncTracker(url?: string, siteId?: string | number): Api | undefined {
  return siteId == null
    ? trackers[0]
    : trackers.find((tracker) => text(tracker, 'getSiteId') === `${siteId}` && (!url || text(tracker, 'getTrackerUrl') === url));
}

/** A tracker of its own, which does not receive the commands of the queue. */
function getTracker(url?: string, siteId?: string | number): Api {
  const first = trackers[0];
  const tracker = createTracker(
    url || (first && text(first, 'getTrackerUrl')),
    siteId == null && first ? text(first, 'getSiteId') : siteId,
  );
  tracker.addTracker = addTracker;
  return tracker;
}

/** The object behind the globals `Matomo` and `Piwik`. */
export const matomo = {
  initialized: false,
  windowAlias: win,
  documentAlias: doc,
  navigatorAlias: nav,
  JSON,
  DOM: { onReady, onLoad, addEventListener: listen },
  on(event: string, handler: Method) {
    (handlers[event] = handlers[event] || []).push(handler);
  },
  off(event: string, handler: Method) {
    handlers[event] = (handlers[event] || []).filter((known) => known !== handler);
  },
  trigger,
  addPlugin,
  retryMissedPluginCalls: retryMissed,
  getTracker,
  getAsyncTracker,
  getAsyncTrackers: () => trackers,
  addTracker,
};
