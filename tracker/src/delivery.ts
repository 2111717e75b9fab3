import { refreshConsent } from './cookies.ts';
import { featureParameters, hasHints } from './features.ts';
import { isLeaving, nav, now } from './page.ts';
import type { State } from './state.ts';
import type { Callback, Parcel } from './types.ts';

/** Milliseconds after the first request in which others wait, so that the server has created the visit. */
const FIRST_GAP_MS = 800;
/** Longest request that fits into a URL everywhere, in characters. */
const URL_MAX_CHARS = 2000;
/** Requests per bulk: keeps its body below the 64 kB that a beacon may carry. */
const BULK_MAX_REQUESTS = 25;
/** Requests kept while consent is missing: a page that is never answered must not fill the memory. */
const CONSENT_QUEUE_MAX_REQUESTS = 100;

const sendImage = (request: string, url: string, report: (success: boolean) => void): void => {
  const image = new Image(1, 1);
  image.onload = () => report(true);
  image.onerror = () => report(false);
  image.src = url + request.replace('send_image=0', 'send_image=1');
};

const deliver = (t: State, parcel: Parcel, atOnce: boolean): void => {
  const requests = parcel.requests_.map((request) => request + featureParameters(t));
  const isBulk = requests.length > 1;
  const request = isBulk
    ? JSON.stringify({ requests: requests.map((single) => `?${single}`), send_image: 0 })
    : requests[0]!;
  const trackerUrl = t.TrackerUrl || '';
  const withQuery = trackerUrl + (trackerUrl.includes('?') ? '&' : '?');
  const isPost = isBulk || t.RequestMethod === 'POST' || request.length > URL_MAX_CHARS;
  const report = (success: boolean, isSendBeacon = false) => {
    if (parcel.callback_) {
      parcel.callback_({ request, trackerUrl, success, isSendBeacon });
    }
  };
  if (
    ((t.AlwaysUseSendBeacon && t.RequestMethod !== 'GET') || atOnce) &&
    nav.sendBeacon &&
    nav.sendBeacon(isPost ? trackerUrl : withQuery + request, new Blob(isPost ? [request] : [], { type: t.RequestContentType }))
  ) {
    return report(true, true);
  }
  if (!isPost) {
    return sendImage(request, withQuery, report);
  }
  fetch(trackerUrl, { method: 'POST', body: request, headers: { 'Content-Type': t.RequestContentType }, credentials: 'include' })
    .then((answer) => answer.ok)
    .catch(() => false)
    .then((success) => (success || isBulk ? report(success) : sendImage(request, withQuery, report)));
};

/** Send what waits: all of it when the page goes away, else when client hints and the gap allow it. */
const drain = (t: State, atOnce: boolean): void => {
  while (t.pending_.length) {
    if (!atOnce) {
      if (!hasHints(t, () => drain(t, false))) {
        return;
      }
      const wait_ms = (t.nextSend_ || 0) - now();
      if (wait_ms > 0) {
        t.pendingTimer_ =
          t.pendingTimer_ ||
          setTimeout(() => {
            t.pendingTimer_ = 0;
            drain(t, false);
          }, wait_ms);
        return;
      }
    }
    t.nextSend_ = t.nextSend_ || now() + FIRST_GAP_MS;
    deliver(t, t.pending_.shift()!, atOnce);
  }
};

/** Send complete requests, together if there are several; without consent they are kept. */
export const send = (t: State, requests: string[], callback?: Callback | null): void => {
  const requests_ = requests.filter((request) => request);
  if (!requests_.length) {
    return;
  }
  if (!refreshConsent(t)) {
    t.consentQueue_.push({ requests_, callback_: callback });
    t.consentQueue_ = t.consentQueue_.slice(-CONSENT_QUEUE_MAX_REQUESTS);
    return;
  }
  t.lastSend_ = now();
  const consent = t.consentRequired_ ? '&consent=1' : '';
  t.pending_.push({ requests_: requests_.map((request) => request + consent), callback_: callback });
  drain(t, isLeaving());
};

const sendQueue = (t: State): void => {
  clearTimeout(t.queueTimer_);
  while (t.queue_.length) {
    send(t, t.queue_.splice(0, BULK_MAX_REQUESTS));
  }
};

/** Send a complete request together with others that follow shortly. */
export const enqueue = (t: State, request: string): void => {
  t.queue_.push(request);
  clearTimeout(t.queueTimer_);
  if (!t.QueueRequest || t.queue_.length >= BULK_MAX_REQUESTS) {
    sendQueue(t);
  } else {
    t.queueTimer_ = setTimeout(() => sendQueue(t), Math.max(t.RequestQueueInterval, 1000));
  }
};

/** Hand everything to the browser, which still sends it after the page is gone. */
export const flush = (t: State): void => {
  sendQueue(t);
  drain(t, true);
};
