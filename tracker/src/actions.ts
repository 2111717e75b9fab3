import { enqueue, send } from './delivery.ts';
import { doc, hasText, listen, logError, randomHex } from './page.ts';
import { cleanUrl } from './location.ts';
import { buildRequest, optional, parameter } from './request.ts';
import type { State } from './state.ts';
import type { Api, Callback, CustomData } from './types.ts';

/** Build and send a request; a page that is only pre-rendered waits until somebody looks at it. */
export function track(t: State, action: () => string, data?: CustomData | null, callback?: Callback | null, hook?: string): void {
  if ((doc as { prerendering?: boolean }).prerendering && !t.countPreRendered_) {
    doc.addEventListener('prerenderingchange', () => track(t, action, data, callback, hook), { once: true });
    return;
  }
  send(t, [buildRequest(t, action(), data, hook)], callback);
}

/** Tell the server that the visitor is still there. */
export function ping(t: State): void {
  track(t, () => 'ping=1', null, null, 'ping');
}

function trackPageView(t: State, title?: unknown, data?: CustomData, callback?: Callback): void {
  t.seenContent_ = [];
  track(
    t,
    () => {
      t.pageViews_++;
      if (t.pageViews_ > 1) {
        // The load times belong to the first view; later ones are drawn by the page itself.
        t.performanceDone_ = true;
      }
      if (!t.pageViewIdFixed_) {
        t.pageViewId_ = randomHex().slice(0, 6);
      }
      return parameter('action_name', title || t.title_ || doc.title).slice(1);
    },
    data,
    callback,
    'log',
  );
  t.productView_ = {};
}

/** The named things that a page reports by itself. */
export function trackEvent(
  t: State,
  category: string,
  action: string,
  name?: string,
  value?: number,
  data?: CustomData,
  callback?: Callback,
): void {
  if (!hasText(category) || !hasText(action)) {
    return logError('trackEvent needs a category and an action');
  }
  track(
    t,
    () =>
      parameter('e_c', `${category}`.trim()).slice(1) +
      parameter('e_a', `${action}`.trim()) +
      optional('e_n', name) +
      optional('e_v', value) +
      '&ca=1',
    data,
    callback,
    'event',
  );
}

/** Report a followed outlink or download; `content` ties it to a content block. */
export function trackLink(t: State, url: string, type: string, data?: CustomData | null, callback?: Callback | null, content = ''): void {
  track(t, () => parameter(type, cleanUrl(t, url)).slice(1) + content, data, callback, 'link');
}

function trackErrors(t: State): void {
  const seen: string[] = [];
  listen(window, 'error', (event: ErrorEvent) => {
    const place = `${event.filename}:${event.lineno}:${event.colno}`;
    // An error in a loop must not flood the server.
    if (event.message && !seen.includes(place) && seen.length < 50) {
      seen.push(place);
      trackEvent(t, 'JavaScript Errors', place, event.message);
    }
  });
}

export function actionMethods(t: State): Api {
  return {
    trackPageView: (title?: string, data?: CustomData, callback?: Callback) => trackPageView(t, title, data, callback),
    trackEvent: (category: string, action: string, name?: string, value?: number, data?: CustomData, callback?: Callback) =>
      trackEvent(t, category, action, name, value, data, callback),
    trackSiteSearch(keyword: string, category?: string, count?: number, data?: CustomData) {
      t.seenContent_ = [];
      track(
        t,
        () => parameter('search', keyword).slice(1) + optional('search_cat', category) + optional('search_count', count),
        data,
        null,
        'sitesearch',
      );
    },
    trackGoal: (id: number, revenue?: number, data?: CustomData, callback?: Callback) =>
      track(t, () => parameter('idgoal', id).slice(1) + (revenue ? parameter('revenue', revenue) : ''), data, callback, 'goal'),
    trackLink: (url: string, type: string, data?: CustomData, callback?: Callback) => trackLink(t, url, type, data, callback),
    trackRequest: (request: string, data?: CustomData, callback?: Callback, hook?: string) => track(t, () => request, data, callback, hook),
    queueRequest: (request: string, isComplete?: boolean) => enqueue(t, isComplete ? request : buildRequest(t, request)),
    getRequest: (request: string) => buildRequest(t, request),
    ping: () => ping(t),
    enableJSErrorTracking: () => trackErrors(t),
    getNumTrackedPageViews: () => t.pageViews_,
    setPageViewId(id: string) {
      t.pageViewId_ = id;
      t.pageViewIdFixed_ = true;
    },
    getPageViewId: () => t.pageViewId_,
    appendToTrackingUrl(text: string) {
      t.append_ = text;
    },
    setCustomRequestProcessing(processing: (request: string) => string) {
      t.processing_ = processing;
    },
    setCountPreRendered(count: boolean) {
      t.countPreRendered_ = count;
    },
    enableFileTracking() {
      t.fileTracking_ = true;
    },
    /** Kept so that old snippets run: the server has not used this time since performance tracking exists. */
    setGenerationTimeMs() {},
  };
}
