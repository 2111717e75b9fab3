import { toList } from './page.ts';
import type { State } from './state.ts';
import type { Api } from './types.ts';
import { isHost, isIn, placeOf, readable, valueOf, without } from './url.ts';
import { LINK_PARAMETER } from './visitor.ts';

const ownUrl = (t: State): string => t.customUrl_ || t.pageUrl_;
const isExcluded = (url: string, list: string[]): boolean => isIn(url, list.map(placeOf));

/** Whether campaign parameters of this page do not count. */
function hasNoCampaign(t: State): boolean {
  return t.campaignsOff_ || isExcluded(t.referrer_, t.campaignFreeReferrers_);
}

/** A URL as it is reported: without fragment and parameters that the page excluded. */
export function cleanUrl(t: State, url: string): string {
  const cleaned = without(
    url,
    (name) =>
      name === LINK_PARAMETER ||
      t.excludedParameters_.includes(name) ||
      (hasNoCampaign(t) &&
        (/^((pk|piwik|mtm|matomo)_|utm_)/.test(name) || t.campaignNames_.concat(t.campaignKeywords_).includes(name))),
  );
  return t.discardHash_ ? cleaned.replace(/#.*/, '') : cleaned;
}

/** Page URL as it is reported. */
export function pageUrl(t: State): string {
  return cleanUrl(t, ownUrl(t));
}

/** Referrer as it is reported, '' when the page or its URL asked to leave it out. */
export function referrer(t: State): string {
  const ignored =
    valueOf(ownUrl(t), 'ignore_referrer') || valueOf(ownUrl(t), 'ignore_referer') || isExcluded(t.referrer_, t.excludedReferrers_);
  return ignored ? '' : cleanUrl(t, t.referrer_);
}

function setDomains(t: State, value: string | string[]): void {
  t.domains_ = toList(value).map(placeOf);
  // The own domain always counts, unless the list narrows it down to a path.
  if (!t.domains_.some((place) => isHost(t.host_, place.host_))) {
    t.domains_.push(placeOf(t.host_));
  }
}

export function locationMethods(t: State): Api {
  return {
    setCustomUrl(url: string) {
      t.customUrl_ = readable(/^[a-z][\w+.-]*:/i.test(url) ? url : new URL(url, document.baseURI).href);
    },
    getCurrentUrl: () => ownUrl(t),
    setReferrerUrl(url: string) {
      t.referrer_ = url;
    },
    setDocumentTitle(title: string) {
      t.title_ = title;
    },
    discardHashTag(discard: boolean) {
      t.discardHash_ = discard;
    },
    setDomains: (value: string | string[]) => setDomains(t, value),
    setExcludedQueryParams(names: string | string[]) {
      t.excludedParameters_ = toList(names);
    },
    setExcludedReferrers(hosts: string | string[]) {
      t.excludedReferrers_ = toList(hosts);
    },
    getExcludedReferrers: () => t.excludedReferrers_,
    setIgnoreCampaignsForReferrers(hosts: string | string[]) {
      t.campaignFreeReferrers_ = toList(hosts);
    },
    getIgnoreCampaignsForReferrers: () => t.campaignFreeReferrers_,
    setReferralUrlMaxLength(length: number) {
      t.referrerMax_ = length;
    },
    setCampaignNameKey(names: string | string[]) {
      t.campaignNames_ = toList(names);
    },
    setCampaignKeywordKey(names: string | string[]) {
      t.campaignKeywords_ = toList(names);
    },
    disableCampaignParameters() {
      t.campaignsOff_ = true;
    },
    setConversionAttributionFirstReferrer(enable: boolean) {
      t.firstReferrerWins_ = enable;
    },
  };
}
