import { currentAttribution } from './attribution.ts';
import { deleteOwn, writeOwn } from './cookies.ts';
import { dimensionParameters, variableParameters } from './custom.ts';
import { cleanUrl, pageUrl, referrer } from './location.ts';
import { doc, win } from './page.ts';
import { performanceParameters } from './performance.ts';
import { runPlugins } from './plugins.ts';
import type { State } from './state.ts';
import type { CustomData } from './types.ts';
import { currentVisitor, storeVisitor } from './visitor.ts';

/** `&name=value`, encoded. */
export function parameter(name: string, value: unknown): string {
  return `&${name}=${encodeURIComponent(`${value}`)}`;
}

/** Like `parameter`, but '' for a value that has no text. */
export function optional(name: string, value: unknown): string {
  return value || value === 0 ? parameter(name, value) : '';
}

function attributionParameters(t: State): string {
  const [campaign, keyword, time_s, source] = currentAttribution(t);
  return optional('_rcn', campaign) + optional('_rck', keyword) + optional('_refts', time_s || '') + optional('_ref', source && cleanUrl(t, source));
}

function customDataParameter(t: State, data: CustomData): string {
  const own = Object.keys(data).filter((key) => !/^dimension\d+$/.test(key));
  const sent = own.length ? Object.assign({}, ...own.map((key) => ({ [key]: data[key] }))) : t.customData_;
  return Object.keys(sent).length ? parameter('data', JSON.stringify(sent)) : '';
}

/**
 * Complete a request: `action` says what happened, the rest is who, where and when.
 * Returns '' when nothing may be sent. Refreshes the cookies of the visitor.
 */
export function buildRequest(t: State, action: string, customData?: CustomData | null, hook?: string): string {
  if (t.cookiesOff_) {
    deleteOwn(t);
  }
  if (t.doNotTrack_ || (win.location.protocol === 'file:' && !t.fileTracking_)) {
    return '';
  }
  const data = customData || {};
  const time = new Date();
  const [isNew, id] = currentVisitor(t);
  const [ownDimensions, globalDimensions] = dimensionParameters(t, data);
  const charset = doc.characterSet;
  const request =
    action +
    parameter('idsite', t.siteId_) +
    `&rec=1&r=${`${Math.random()}0000000`.slice(2, 8)}&h=${time.getHours()}&m=${time.getMinutes()}&s=${time.getSeconds()}` +
    parameter('url', pageUrl(t)) +
    optional('urlref', referrer(t)) +
    optional('uid', t.userId_) +
    `&_id=${id}&_idn=${isNew}` +
    (/^utf-8$/i.test(charset) ? '' : optional('cs', charset)) +
    '&send_image=0' +
    attributionParameters(t) +
    ownDimensions +
    Object.keys(t.productView_)
      .map((name) => parameter(name, t.productView_[name]))
      .join('') +
    globalDimensions +
    customDataParameter(t, data) +
    variableParameters(t) +
    performanceParameters(t) +
    optional('pv_id', t.pageViewId_) +
    runPlugins(hook, { tracker: t.api_, request: action }) +
    (t.append_ && `&${t.append_}`);
  storeVisitor(t);
  writeOwn(t, 'ses', 1, t.sessionTimeout_);
  return t.processing_ ? t.processing_(request) : request;
}
