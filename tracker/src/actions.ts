import { enqueue, send } from './delivery.ts';
import { doc, hasText, listen, logError, randomHex } from './page.ts';
import { cleanUrl } from './location.ts';
import { buildRequest } from './request.ts';
import type { State } from './state.ts';
import type { Api, Callback, CustomData } from './types.ts';
import { optional, parameter } from './url.ts';

/** Run `task`; on a page that is only pre-rendered, as soon as somebody looks at it. */
export const whenSeen = (t: State, task: () => void): void => {
  if ((doc as { prerendering?: boolean }).prerendering && !t.CountPreRendered) {
    listen(doc, 'prerenderingchange', task);
  } else {
    task();
  }
};

/** Build and send a request. */
export const track = (t: State, action: () => string, data?: CustomData | null, callback?: Callback | null, hook?: string): void =>
  whenSeen(t, () => {
    send(t, [buildRequest(t, action(), data, hook)], callback);
    if (hook === 'log') {
      // The product belongs to this page view alone.
      t.productView_ = '';
    }
  });

/** Tell the server that the visitor is still there. */
export const ping = (t: State): void => {
  track(t, () => 'ping=1', null, null, 'ping');
};

/** Report a followed outlink or download. */
export const trackLink = (t: State, url: string, type: string, data?: CustomData | null, callback?: Callback | null): void => {
  track(t, () => parameter(type, cleanUrl(t, url)), data, callback, 'link');
};

export const actionMethods = (t: State): Api => {
  return {
    trackPageView(title?: string, data?: CustomData, callback?: Callback) {
      t.seenContent_ = [];
      track(
        t,
        () => {
          t.pageViews_++;
          if (t.pageViews_ > 1) {
            // The load times belong to the first view; later ones are drawn by the page itself.
            t.PerformanceTracking = false;
          }
          t.pageViewId_ = t.PageViewId || randomHex().slice(0, 6);
          return parameter('action_name', title || t.DocumentTitle || doc.title);
        },
        data,
        callback,
        'log',
      );
    },
    trackEvent(category: string, action: string, name?: string, value?: number, data?: CustomData, callback?: Callback) {
      if (!hasText(category) || !hasText(action)) {
        return logError('trackEvent needs a category and an action');
      }
      track(
        t,
        () =>
          parameter('e_c', `${category}`.trim()) +
          parameter('e_a', `${action}`.trim()) +
          optional('e_n', name) +
          optional('e_v', value) +
          '&ca=1',
        data,
        callback,
        'event',
      );
    },
    trackSiteSearch(keyword: string, category?: string, count?: number, data?: CustomData) {
      t.seenContent_ = [];
      track(
        t,
        () => parameter('search', keyword) + optional('search_cat', category) + optional('search_count', count),
        data,
        null,
        'sitesearch',
      );
    },
    trackGoal: (id: number, revenue?: number, data?: CustomData, callback?: Callback) =>
      track(t, () => parameter('idgoal', id) + (revenue ? parameter('revenue', revenue) : ''), data, callback, 'goal'),
    trackLink: (url: string, type: string, data?: CustomData, callback?: Callback) => trackLink(t, url, type, data, callback),
    trackRequest: (request: string, data?: CustomData, callback?: Callback, hook?: string) => track(t, () => request, data, callback, hook),
    queueRequest: (request: string, isComplete?: boolean) => enqueue(t, isComplete ? request : buildRequest(t, request)),
    getRequest: (request: string) => buildRequest(t, request),
    ping: () => ping(t),
    alwaysUseSendBeacon() {
      t.AlwaysUseSendBeacon = true;
    },
    getNumTrackedPageViews: () => t.pageViews_,
    getPageViewId: () => t.PageViewId || t.pageViewId_,
    appendToTrackingUrl(text: string) {
      t.append_ = text;
    },
  };
};
