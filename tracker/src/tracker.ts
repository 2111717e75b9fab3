import { actionMethods } from './actions.ts';
import { attributionMethods } from './attribution.ts';
import { consentMethods } from './consent.ts';
import { contentMethods } from './content.ts';
import { cookieMethods, deleteOwn } from './cookies.ts';
import { customMethods } from './custom.ts';
import { flush } from './delivery.ts';
import { ecommerceMethods } from './ecommerce.ts';
import { heartBeatMethods } from './heartbeat.ts';
import { linkMethods } from './links.ts';
import { locationMethods } from './location.ts';
import { doc, isHidden, listen, onLeave, win } from './page.ts';
import { performanceMethods } from './performance.ts';
import { addPlugin } from './plugins.ts';
import { createState, type State } from './state.ts';
import type { Api } from './types.ts';
import { visitorMethods } from './visitor.ts';

/** Folder of the server that a tracker address belongs to. */
const serverUrl = (t: State): string => {
  return new URL('.', new URL(t.TrackerUrl || '', win.location.href)).href.replace(/js\/$/, '');
};

const siteMethods = (t: State): Api => {
  return {
    getMatomoUrl: () => t.APIUrl || serverUrl(t),
    getPiwikUrl: () => t.APIUrl || serverUrl(t),
    addPlugin,
  };
};

/** Create a tracker. Address and site may also be set later, by its methods. */
export const createTracker = (trackerUrl?: string, siteId?: string | number): Api => {
  const t = createState(trackerUrl, siteId);
  Object.assign(
    t.api_,
    siteMethods(t),
    locationMethods(t),
    visitorMethods(t),
    attributionMethods(t),
    cookieMethods(t),
    consentMethods(t),
    customMethods(t),
    actionMethods(t),
    ecommerceMethods(t),
    linkMethods(t),
    contentMethods(t),
    performanceMethods(t),
    heartBeatMethods(t),
  );
  // The heart beat registers later and sends by itself, as everything does once the page is leaving.
  onLeave(() => {
    flush(t);
    if (!t.hasConsent_) {
      deleteOwn(t);
    }
  });
  listen(doc, 'visibilitychange', () => isHidden() && flush(t));
  return t.api_;
};
