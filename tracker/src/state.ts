import { doc, win } from './page.ts';
import type { Api, CustomData, CustomVariables, Parcel, Place } from './types.ts';
import { placeOf, readable } from './url.ts';

const DAY_MS = 86_400_000;

/**
 * Everything one tracker knows. Names end in an underscore because the build shortens them;
 * nothing here is visible to the page.
 */
export interface State {
  api_: Api;
  trackerUrl_: string;
  apiUrl_: string;
  siteId_: string;
  userId_: string;
  /** Visitor id chosen by the page, the link, or at random; the cookie is the fallback. */
  visitorId_: string;
  host_: string;
  pageUrl_: string;
  customUrl_: string;
  referrer_: string;
  title_: string | undefined;
  discardHash_: boolean;
  domains_: Place[];
  excludedReferrers_: string[];
  campaignFreeReferrers_: string[];
  excludedParameters_: string[];
  campaignNames_: string[];
  campaignKeywords_: string[];
  campaignsOff_: boolean;
  firstReferrerWins_: boolean;
  referrerMax_: number;

  cookiePrefix_: string;
  cookieDomain_: string;
  cookiePath_: string;
  cookieSecure_: boolean;
  cookieSameSite_: string;
  cookiesOff_: boolean;
  visitorTimeout_: number;
  sessionTimeout_: number;
  referralTimeout_: number;

  consentRequired_: boolean;
  hasConsent_: boolean;
  consentQueue_: Parcel[];
  doNotTrack_: boolean;
  fileTracking_: boolean;
  countPreRendered_: boolean;

  beacon_: boolean;
  method_: string;
  contentType_: string;
  append_: string;
  processing_: ((request: string) => string) | undefined;
  featuresOff_: boolean;
  pending_: Parcel[];
  pendingTimer_: boolean;
  nextSend_: number;
  lastSend_: number;
  queue_: string[];
  queueOff_: boolean;
  queueTimer_: ReturnType<typeof setTimeout> | undefined;
  queueInterval_: number;

  pageViewId_: string;
  pageViewIdFixed_: boolean;
  pageViews_: number;
  performanceDone_: boolean;
  performance_: string;
  heartBeat_: number;

  customData_: CustomData;
  dimensions_: Record<string, string>;
  visitVariables_: CustomVariables | undefined;
  pageVariables_: CustomVariables;
  eventVariables_: CustomVariables;
  variablesInCookie_: boolean;
  productView_: Record<string, string>;
  items_: Record<string, unknown[]>;

  linksOn_: boolean;
  linkTimer_: number;
  ignoreClasses_: string[];
  downloadClasses_: string[];
  linkClasses_: string[];
  downloadExtensions_: string[];
  crossDomain_: boolean;
  crossDomainTimeout_: number;
  /** Set once content is tracked: request part for a click inside of a content block, else ''. */
  contentAt_: ((node: Element) => string) | undefined;
  seenContent_: string[];
}

const DOWNLOAD_EXTENSIONS =
  '7z|aac|apk|arc|arj|asc|asf|asx|avi|azw3|bin|bz|bz2|csv|deb|dmg|doc|docx|epub|exe|flac|flv|gif|gz|gzip|hqx|ibooks|jar|jpe?g|js|md5|mobi|mov|mp[234]|mpe?g|mpga|msi|msp|od[bfgpst]|ogg|ogv|opus|pdf|phps|png|ppsx?|pptx?|qtm?|ram?|rar|rpm|rtf|sea|sha(256|512)?|sig|sit|tar|tbz2?|tgz|torrent|txt|wav|webm|wma|wmv|wpd|xlsx?|xml|xz|z|zip';

const PREFIXES = ['pk', 'mtm', 'piwik', 'matomo'];
const campaignKeys = (suffix: string): string[] => PREFIXES.map((prefix) => `${prefix}_${suffix}`);

/** A tracker with the default settings for the current page. */
export function createState(trackerUrl: string | undefined, siteId: string | number | undefined): State {
  const host = placeOf(win.location.hostname).host_;
  return {
    api_: {},
    trackerUrl_: trackerUrl || '',
    apiUrl_: '',
    siteId_: siteId == null ? '' : `${siteId}`,
    userId_: '',
    visitorId_: '',
    host_: host,
    pageUrl_: readable(win.location.href),
    customUrl_: '',
    referrer_: readable(doc.referrer),
    title_: undefined,
    discardHash_: false,
    domains_: [placeOf(host)],
    excludedReferrers_: [],
    campaignFreeReferrers_: [],
    excludedParameters_: [],
    campaignNames_: campaignKeys('campaign').concat('utm_campaign', 'utm_source', 'utm_medium'),
    campaignKeywords_: campaignKeys('kwd').concat('utm_term'),
    campaignsOff_: false,
    firstReferrerWins_: false,
    referrerMax_: 1024,

    cookiePrefix_: '_pk_',
    cookieDomain_: '',
    cookiePath_: '',
    cookieSecure_: false,
    cookieSameSite_: 'Lax',
    cookiesOff_: false,
    visitorTimeout_: 393 * DAY_MS,
    sessionTimeout_: DAY_MS / 48,
    referralTimeout_: 182.5 * DAY_MS,

    consentRequired_: false,
    hasConsent_: true,
    consentQueue_: [],
    doNotTrack_: false,
    fileTracking_: false,
    countPreRendered_: false,

    beacon_: true,
    method_: 'GET',
    contentType_: 'application/x-www-form-urlencoded; charset=UTF-8',
    append_: '',
    processing_: undefined,
    featuresOff_: false,
    pending_: [],
    pendingTimer_: false,
    nextSend_: 0,
    lastSend_: 0,
    queue_: [],
    queueOff_: false,
    queueTimer_: undefined,
    queueInterval_: 2500,

    pageViewId_: '',
    pageViewIdFixed_: false,
    pageViews_: 0,
    performanceDone_: false,
    performance_: '',
    heartBeat_: 0,

    customData_: {},
    dimensions_: {},
    visitVariables_: undefined,
    pageVariables_: {},
    eventVariables_: {},
    variablesInCookie_: false,
    productView_: {},
    items_: {},

    linksOn_: false,
    linkTimer_: 500,
    ignoreClasses_: [],
    downloadClasses_: [],
    linkClasses_: [],
    downloadExtensions_: DOWNLOAD_EXTENSIONS.split('|'),
    crossDomain_: false,
    crossDomainTimeout_: 180,
    contentAt_: undefined,
    seenContent_: [],
  };
}
