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
  if (!t.ConversionAttributionFirstReferrer || !campaign) {
    const found = firstValueOf(pageUrl(t), t.CampaignNameKey);
    if (found) {
      campaign = found;
      keyword = firstValueOf(pageUrl(t), t.CampaignKeywordKey);
    }
  }
  const url = referrer(t);
  if (url && !isOwn(t, url) && (!t.ConversionAttributionFirstReferrer || !source)) {
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
