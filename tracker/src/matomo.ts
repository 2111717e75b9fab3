import { win } from './page.ts';
import { addPlugin } from './plugins.ts';
import { replay, trackers } from './queue.ts';
import { createTracker } from './tracker.ts';
import type { Api, Method } from './types.ts';

const handlers: Record<string, Method[]> = {};

const handlersOf = (event: string): Method[] => (handlers[event] = handlers[event] || []);

const trigger = (event: string, args?: unknown[], context?: unknown): void =>
  handlersOf(event).forEach((handler) => handler.apply(context || win, (args || []) as never[]));

const read = (tracker: Api | undefined, getter: string): string | undefined => tracker && (tracker[getter] as () => string)();

/** A tracker of its own, which does not receive the commands of the queue. */
const getTracker = (url?: string, siteId = read(trackers[0], 'getSiteId')): Api => {
  const tracker = createTracker(url || read(trackers[0], 'getTrackerUrl'), siteId);
  tracker.addTracker = addTracker;
  return tracker;
};

/** Add a tracker to those that receive the commands; the first one runs the queue of the page. */
const addTracker = (url?: string, siteId?: string): Api => {
  const tracker = getTracker(url, siteId);
  if (trackers.push(tracker) < 2) {
    replay();
  }
  trigger('TrackerAdded', [tracker]);
  return tracker;
};

/** The tracker with this address and site, or the first one. */
const getAsyncTracker = (url?: string, siteId?: string): Api | undefined =>
  trackers.find(
    (tracker) =>
      siteId == null || (`${read(tracker, 'getSiteId')}` === `${siteId}` && (!url || read(tracker, 'getTrackerUrl') === url)),
  );

/** The object behind the globals `Matomo` and `Piwik`. */
export const matomo = {
  initialized: false,
  on: (event: string, handler: Method) => handlersOf(event).push(handler),
  off(event: string, handler: Method) {
    handlers[event] = handlersOf(event).filter((known) => known !== handler);
  },
  trigger,
  addPlugin,
  getTracker,
  getAsyncTracker,
  getAsyncTrackers: () => trackers,
  addTracker,
};
