import { currentAttribution } from './attribution.ts';
import { deleteOwn, writeOwn } from './cookies.ts';
import { customParameters } from './custom.ts';
import { cleanUrl, pageUrl, referrer } from './location.ts';
import { doc, win } from './page.ts';
import { performanceParameters } from './performance.ts';
import { runPlugins } from './plugins.ts';
import type { State } from './state.ts';
import type { CustomData } from './types.ts';
import { optional, parameter } from './url.ts';
import { currentVisitor, storeVisitor } from './visitor.ts';

const attributionParameters = (t: State): string => {
  const [campaign, keyword, time_s, source] = currentAttribution(t);
  return optional('_rcn', campaign) + optional('_rck', keyword) + optional('_refts', time_s || '') + optional('_ref', cleanUrl(t, source));
};

/**
 * Complete a request: `action` says what happened, the rest is who, where and when.
 * Returns '' when nothing may be sent. Refreshes the cookies of the visitor.
 */
export const buildRequest = (t: State, action: string, customData?: CustomData | null, hook?: string): string => {
  if (t.cookiesOff_) {
    deleteOwn(t);
  }
  if (t.doNotTrack_ || (win.location.protocol === 'file:' && !t.FileTracking)) {
    return '';
  }
  const time = new Date();
  const [isNew, id] = currentVisitor(t);
  const charset = doc.characterSet;
  const request =
    action +
    parameter('idsite', t.SiteId) +
    `&rec=1&r=${Math.floor(1e5 + Math.random() * 9e5)}&h=${time.getHours()}&m=${time.getMinutes()}&s=${time.getSeconds()}` +
    parameter('url', pageUrl(t)) +
    optional('urlref', referrer(t)) +
    optional('uid', t.UserId) +
    `&_id=${id}&_idn=${isNew}` +
    (charset === 'UTF-8' ? '' : optional('cs', charset)) +
    '&send_image=0' +
    attributionParameters(t) +
    t.productView_ +
    customParameters(t, customData) +
    performanceParameters(t) +
    optional('pv_id', t.PageViewId || t.pageViewId_) +
    runPlugins(hook, { tracker: t.api_, request: action }) +
    (t.append_ && `&${t.append_}`);
  storeVisitor(t);
  writeOwn(t, 'ses', 1, t.SessionCookieTimeout);
  return t.CustomRequestProcessing(request.replace(/^&/, ''));
};
