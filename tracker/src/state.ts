import { doc, toList, win } from './page.ts';
import type { Api, CustomData, CustomVariables, Parcel } from './types.ts';
import { placeOf, readable } from './url.ts';

const DAY_S = 86_400;

const DOWNLOAD_EXTENSIONS =
  '7z aac apk arc arj asc asf asx avi azw3 bin bz bz2 csv deb dmg doc docx epub exe flv gif gz gzip hqx ibooks jar jpe?g js mobi mov movie mp[234] mpe?g msi msp od[bfgpst] og[gv] pdf phps png ppt pptx qtm? ram? rar rpm rtf sea sit tar tbz2? tgz torrent txt wav wm[av] wpd xls xlsx xml xz z zip';

/** `pk_campaign`, `mtm_campaign` and so on, then the names of other tools. */
const keys = (suffix: string, ...others: string[]): string[] =>
  ['pk', 'mtm', 'piwik', 'matomo'].map((prefix) => `${prefix}_${suffix}`).concat(others);

/**
 * What the page may change. Each entry is a public setting: `TrackerUrl` is set by `setTrackerUrl`
 * and read by `getTrackerUrl`; a boolean can also be switched by `enable…` and `disable…`.
 */
const createSettings = (TrackerUrl?: string, SiteId?: string | number) => ({
  TrackerUrl,
  SiteId,
  APIUrl: '',
  UserId: '' as string | number,
  CustomUrl: '',
  ReferrerUrl: readable(doc.referrer),
  DocumentTitle: '',
  PageViewId: '',
  Domains: [] as string[],
  ExcludedReferrers: [] as string[],
  IgnoreCampaignsForReferrers: [] as string[],
  ExcludedQueryParams: [] as string[],
  CampaignNameKey: keys('campaign', 'utm_campaign', 'utm_source', 'utm_medium'),
  CampaignKeywordKey: keys('kwd', 'utm_term'),
  CampaignParameters: true,
  ConversionAttributionFirstReferrer: false,
  ReferralUrlMaxLength: 1024,
  CookieNamePrefix: '_pk_',
  CookiePath: '',
  CookieSameSite: 'Lax',
  SecureCookie: false,
  VisitorCookieTimeout: 393 * DAY_S,
  SessionCookieTimeout: 1800,
  ReferralCookieTimeout: 182.5 * DAY_S,
  FileTracking: false,
  CountPreRendered: false,
  AlwaysUseSendBeacon: true,
  RequestMethod: '',
  RequestContentType: 'application/x-www-form-urlencoded; charset=UTF-8',
  CustomRequestProcessing: (request: string): string => request,
  BrowserFeatureDetection: true,
  PerformanceTracking: true,
  QueueRequest: true,
  RequestQueueInterval: 2500,
  /** Read by nobody: old snippets set it. */
  GenerationTimeMs: 0,
  DownloadExtensions: DOWNLOAD_EXTENSIONS.split(' '),
  IgnoreClasses: [] as string[],
  DownloadClasses: [] as string[],
  LinkClasses: [] as string[],
  /** Beacons and image requests outlive the page, so nothing waits for this time. */
  LinkTrackingTimer: 500,
});

/** What a tracker keeps to itself. The build shortens names that end in an underscore. */
interface Memory {
  api_: Api;
  /** Visitor id chosen by the page, the link, or at random; the cookie is the fallback. */
  visitorId_?: string;
  host_: string;
  pageUrl_: string;
  discardHash_?: boolean;
  cookieDomain_: string;
  cookiesOff_?: boolean;
  consentRequired_?: boolean;
  hasConsent_: boolean;
  consentQueue_: Parcel[];
  doNotTrack_?: boolean;
  append_: string;
  pending_: Parcel[];
  pendingTimer_?: unknown;
  nextSend_?: number;
  lastSend_?: number;
  queue_: string[];
  queueTimer_?: ReturnType<typeof setTimeout>;
  pageViewId_: string;
  pageViews_: number;
  performance_: string;
  customData_: CustomData;
  dimensions_: CustomData;
  visitVariables_: CustomVariables;
  pageVariables_: CustomVariables;
  eventVariables_: CustomVariables;
  productView_: string;
  items_: Record<string, unknown[]>;
  heartBeat_?: number;
  linksOn_?: boolean;
  contentOn_?: boolean;
  seenContent_: string[];
}

/** Everything one tracker knows. */
export type State = ReturnType<typeof createSettings> & Memory;

/** A tracker with the default settings for the current page, and the methods for its settings. */
export const createState = (url?: string, siteId?: string | number): State => {
  const settings = createSettings(url, siteId);
  const t: State & Record<string, unknown> = Object.assign(
    {
      api_: {},
      host_: placeOf(win.location.hostname).host_,
      pageUrl_: win.location.href,
      cookieDomain_: '',
      hasConsent_: true,
      consentQueue_: [],
      append_: '',
      pending_: [],
      queue_: [],
      pageViewId_: '',
      pageViews_: 0,
      performance_: '',
      customData_: {},
      dimensions_: {},
      pageVariables_: {},
      eventVariables_: {},
      visitVariables_: {},
      productView_: '',
      items_: {},
      seenContent_: [],
    },
    settings,
  );
  Object.entries(settings).forEach(([name, initial]) => {
    const put = (value: unknown) => {
      t[name] = Array.isArray(initial) ? toList(value as string) : value;
    };
    t.api_[`set${name}`] = put;
    t.api_[`get${name}`] = () => t[name];
    if (typeof initial === 'boolean') {
      t.api_[`enable${name}`] = () => put(true);
      t.api_[`disable${name}`] = () => put(false);
    }
  });
  return t;
};
