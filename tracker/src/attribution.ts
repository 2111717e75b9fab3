import { readOwn, writeOwn } from './cookies.ts';
import { pageUrl, referrer } from './location.ts';
import type { State } from './state.ts';
import type { Api } from './types.ts';
import { firstValueOf, isOwn } from './url.ts';
import { seconds } from './visitor.ts';

/** [campaign, keyword, time in seconds, referrer URL]: what a later conversion is credited to. */
export type Attribution = [campaign: string, keyword: string, time_s: number, referrer: string];

/** The stored attribution, empty when there is none or the cookie is damaged. */
const storedAttribution = (t: State): Attribution => {
  try {
    const [campaign = '', keyword = '', time_s = 0, source = ''] = JSON.parse(readOwn(t, 'ref')) as unknown[];
    return [`${campaign}`, `${keyword}`, Number(time_s), `${source}`];
  } catch {
    // No cookie, or one that somebody else wrote.
    return ['', '', 0, ''];
  }
};

/** Attribution for the next request. It only changes at the start of a session. */
export const currentAttribution = (t: State): Attribution => {
  let [campaign, keyword, time_s, source] = storedAttribution(t);
  if (readOwn(t, 'ses')) {
    return [campaign, keyword, time_s, source];
  }
  const keepFirst = t.ConversionAttributionFirstReferrer;
  const url = referrer(t);
  const isNew = url && !isOwn(t, url) && !(keepFirst && source);
  if (!(keepFirst && campaign)) {
    const found = firstValueOf(pageUrl(t), t.CampaignNameKey);
    // The last origin counts: a referrer without a campaign ends the one before.
    if (found || isNew) {
      campaign = found;
      keyword = found && firstValueOf(pageUrl(t), t.CampaignKeywordKey);
    }
  }
  if (isNew) {
    source = url.slice(0, t.ReferralUrlMaxLength);
  }
  if (campaign || source) {
    time_s = seconds();
    writeOwn(t, 'ref', JSON.stringify([campaign, keyword, time_s, source]), t.ReferralCookieTimeout);
  }
  return [campaign, keyword, time_s, source];
};

export const attributionMethods = (t: State): Api => {
  const api: Api = { getAttributionInfo: () => storedAttribution(t) };
  ['CampaignName', 'CampaignKeyword', 'ReferrerTimestamp', 'ReferrerUrl'].forEach((name, i) => {
    api[`getAttribution${name}`] = () => storedAttribution(t)[i];
  });
  return api;
};
