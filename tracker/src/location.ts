import type { State } from './state.ts';
import type { Api } from './types.ts';
import { isListed, readable, without } from './url.ts';

/** Carries a visitor id between the domains of a site; it is no part of the address. */
const LINK_PARAMETER = 'pk_vid';

/** Address of the page as the page itself calls it. A path of two slashes names no other host. */
const ownUrl = (t: State): string => readable(t.CustomUrl ? new URL(`${t.CustomUrl}`.replace(/^\/\//, '/.//'), t.pageUrl_).href : t.pageUrl_);

/** Whether campaign parameters of this page do not count. */
const hasNoCampaign = (t: State): boolean => {
  return !t.CampaignParameters || isListed(t.ReferrerUrl, t.IgnoreCampaignsForReferrers);
};

/** A URL as it is reported: without fragment and parameters that the page excluded. */
export const cleanUrl = (t: State, url: string): string => {
  const cleaned = without(
    url,
    (name) =>
      name === LINK_PARAMETER ||
      t.ExcludedQueryParams.includes(name) ||
      (hasNoCampaign(t) &&
        (/^((pk|piwik|mtm|matomo)_|utm_)/.test(name) || t.CampaignNameKey.concat(t.CampaignKeywordKey).includes(name))),
  );
  return t.discardHash_ ? cleaned.replace(/#.*/, '') : cleaned;
};

/** Page URL as it is reported. */
export const pageUrl = (t: State): string => {
  return cleanUrl(t, ownUrl(t));
};

/** Referrer as it is reported, '' when the page or its URL asked to leave it out. */
export const referrer = (t: State): string =>
  /[?&#]ignore_referr?er=1/.test(ownUrl(t)) || isListed(t.ReferrerUrl, t.ExcludedReferrers) ? '' : cleanUrl(t, t.ReferrerUrl);

export const locationMethods = (t: State): Api => {
  return {
    getCurrentUrl: () => ownUrl(t),
    discardHashTag(discard: boolean) {
      t.discardHash_ = discard;
    },
  };
};
