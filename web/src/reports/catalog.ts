import {
  actionsGetDownloads, actionsGetEntryPageTitles, actionsGetEntryPageUrls, actionsGetExitPageTitles, actionsGetExitPageUrls,
  actionsGetOutlinks, actionsGetPageTitles, actionsGetPageUrls,
  devicesDetectionGetBrand, devicesDetectionGetBrowserEngines, devicesDetectionGetBrowserVersions, devicesDetectionGetBrowsers,
  devicesDetectionGetModel, devicesDetectionGetOsFamilies, devicesDetectionGetOsVersions, devicesDetectionGetType,
  referrersGetAll, referrersGetCampaigns, referrersGetKeywords, referrersGetKeywordsFromCampaignId, referrersGetKeywordsFromSearchEngineId,
  referrersGetReferrerType, referrersGetSearchEngines, referrersGetSearchEnginesFromKeywordId, referrersGetSocials, referrersGetUrlsForSocial,
  customDimensionsGetCustomDimension, contentsGetContentNames, contentsGetContentPieces, eventsGetAction, eventsGetActionFromCategoryId, eventsGetCategory,
  eventsGetName, eventsGetNameFromActionId, actionsGetSiteSearchCategories, actionsGetSiteSearchKeywords, actionsGetSiteSearchNoResultKeywords,
  referrersGetAIAssistants, userIdGetUsers, visitorInterestGetNumberOfVisitsByDaysSinceLast, visitorInterestGetNumberOfVisitsByVisitCount,
  visitorInterestGetNumberOfVisitsPerPage, visitorInterestGetNumberOfVisitsPerVisitDuration,
  goalsGetDaysToConversion, goalsGetItemsCategory, goalsGetItemsName, goalsGetItemsSku, goalsGetVisitsUntilConversion,
  referrersGetUrlsFromWebsiteId, referrersGetWebsites, resolutionGetConfiguration, resolutionGetResolution, userCountryGetCity,
  userCountryGetContinent, userCountryGetCountry, userCountryGetRegion, userLanguageGetLanguage,
  type Read, type Value,
} from '../api/generated';
import type { MetricName } from '../lib/metrics';

type TableMethod = Read<{ idSite: number; period: string; date: string }, unknown>;
type BranchMethod = Read<{ idSite: number; period: string; date: string; idSubtable: number }, unknown>;

/** A table that the server answers and the application shows as a card and as a page. */
export interface Report {
  readonly id: string;
  readonly title: string;
  /** What a row is: the head of the label column. */
  readonly dimension: string;
  readonly section: Section;
  readonly method: TableMethod;
  /** The method that answers for the rows inside a row; the same one when not named. */
  readonly branch: BranchMethod | undefined;
  /** Parameters that are part of the question, as the dimension of a report of one. */
  readonly asked: Readonly<Record<string, Value>>;
  readonly metrics: readonly MetricName[];
  /** Its labels are lengths or counts: they stand in their own order. */
  readonly isNatural: boolean;
  /** Found by these words in the palette, beside the title. */
  readonly words: string;
}

export type Section = 'visitors' | 'behaviour' | 'acquisition' | 'goals' | 'ecommerce';

const visitMetrics: readonly MetricName[] = ['visits', 'visitors', 'actions', 'actionsPerVisit', 'visitLength', 'bounceRate'];
const pageMetrics: readonly MetricName[] = ['hits', 'visits', 'timeOnPage', 'entryBounceRate', 'exitRate'];
const entryMetrics: readonly MetricName[] = ['entries', 'entryBounces', 'entryBounceRate', 'hits'];
const exitMetrics: readonly MetricName[] = ['exits', 'exitRate', 'hits'];
const downloadMetrics: readonly MetricName[] = ['downloads', 'visits'];
const outlinkMetrics: readonly MetricName[] = ['clicks', 'visits'];
const actionMetrics: readonly MetricName[] = ['hits', 'visits'];

const conversionMetrics: readonly MetricName[] = ['conversions', 'revenue', 'visits'];
const productMetrics: readonly MetricName[] = ['revenue', 'quantity', 'orders', 'price', 'visits'];
const leftMetrics: readonly MetricName[] = ['revenue', 'quantity', 'leftCarts', 'price', 'visits'];

/** The same question about carts that were left instead of orders. */
const ofCarts = { abandonedCarts: 1 };
const searchMetrics: readonly MetricName[] = ['searches', 'visits', 'searchExitRate'];
const eventMetrics: readonly MetricName[] = ['events', 'visits', 'eventValue', 'meanEventValue'];
const contentMetrics: readonly MetricName[] = ['impressions', 'interactions', 'interactionRate', 'visits'];

interface Extra {
  readonly branch?: unknown;
  readonly asked?: Readonly<Record<string, Value>>;
  readonly metrics?: readonly MetricName[];
  readonly isNatural?: boolean;
  readonly words?: string;
}

function report(section: Section, id: string, title: string, dimension: string, method: unknown, extra: Extra = {}): Report {
  return {
    id, title, dimension, section,
    // Read methods differ only in the names of parameters that no table uses.
    method: method as TableMethod,
    branch: (extra.branch ?? method) as BranchMethod,
    asked: extra.asked ?? {},
    metrics: extra.metrics ?? visitMetrics,
    isNatural: extra.isNatural ?? false,
    words: extra.words ?? '',
  };
}

export const reports: readonly Report[] = [
  report('visitors', 'countries', 'Countries', 'Country', userCountryGetCountry, { words: 'places map location geography' }),
  report('visitors', 'continents', 'Continents', 'Continent', userCountryGetContinent),
  report('visitors', 'regions', 'Regions', 'Region', userCountryGetRegion),
  report('visitors', 'cities', 'Cities', 'City', userCountryGetCity),
  report('visitors', 'languages', 'Languages', 'Language', userLanguageGetLanguage),
  report('visitors', 'device-types', 'Device types', 'Type', devicesDetectionGetType, { words: 'phone desktop mobile' }),
  report('visitors', 'brands', 'Brands', 'Brand', devicesDetectionGetBrand),
  report('visitors', 'models', 'Models', 'Model', devicesDetectionGetModel),
  report('visitors', 'browsers', 'Browsers', 'Browser', devicesDetectionGetBrowsers, { words: 'software' }),
  report('visitors', 'browser-versions', 'Browser versions', 'Browser', devicesDetectionGetBrowserVersions),
  report('visitors', 'browser-engines', 'Browser engines', 'Engine', devicesDetectionGetBrowserEngines),
  report('visitors', 'systems', 'Systems', 'System', devicesDetectionGetOsFamilies, { words: 'operating os windows' }),
  report('visitors', 'system-versions', 'System versions', 'System', devicesDetectionGetOsVersions),
  report('visitors', 'resolutions', 'Resolutions', 'Resolution', resolutionGetResolution, { words: 'screen size' }),
  report('visitors', 'configurations', 'Configurations', 'Configuration', resolutionGetConfiguration),
  report('visitors', 'visit-lengths', 'Visit lengths', 'Length', visitorInterestGetNumberOfVisitsPerVisitDuration, { metrics: ['visits'], isNatural: true, words: 'interest engagement duration' }),
  report('visitors', 'pages-per-visit', 'Pages per visit', 'Pages', visitorInterestGetNumberOfVisitsPerPage, { metrics: ['visits'], isNatural: true, words: 'interest engagement depth' }),
  report('visitors', 'visit-numbers', 'Visits by number', 'Number of the visit', visitorInterestGetNumberOfVisitsByVisitCount, { metrics: ['visits'], isNatural: true, words: 'loyalty frequency' }),
  report('visitors', 'days-since-visit', 'Days since the last visit', 'Days', visitorInterestGetNumberOfVisitsByDaysSinceLast, { metrics: ['visits'], isNatural: true, words: 'loyalty returning' }),
  report('visitors', 'users', 'Users', 'User', userIdGetUsers, { words: 'user id signed in' }),
  report('behaviour', 'pages', 'Pages', 'Page', actionsGetPageUrls, { metrics: pageMetrics, words: 'url address' }),
  report('behaviour', 'entry-pages', 'Entry pages', 'Page', actionsGetEntryPageUrls, { metrics: entryMetrics, words: 'landing' }),
  report('behaviour', 'exit-pages', 'Exit pages', 'Page', actionsGetExitPageUrls, { metrics: exitMetrics }),
  report('behaviour', 'titles', 'Page titles', 'Title', actionsGetPageTitles, { metrics: pageMetrics }),
  report('behaviour', 'entry-titles', 'Entry titles', 'Title', actionsGetEntryPageTitles, { metrics: entryMetrics }),
  report('behaviour', 'exit-titles', 'Exit titles', 'Title', actionsGetExitPageTitles, { metrics: exitMetrics }),
  report('behaviour', 'downloads', 'Downloads', 'File', actionsGetDownloads, { metrics: downloadMetrics }),
  report('behaviour', 'outlinks', 'Outlinks', 'Address', actionsGetOutlinks, { metrics: outlinkMetrics, words: 'external links' }),
  report('behaviour', 'searches', 'Searches', 'Keyword', actionsGetSiteSearchKeywords, { metrics: searchMetrics, words: 'site internal search' }),
  report('behaviour', 'searches-without-result', 'Without a result', 'Keyword', actionsGetSiteSearchNoResultKeywords, { metrics: searchMetrics, words: 'site internal search nothing' }),
  report('behaviour', 'search-categories', 'Search categories', 'Category', actionsGetSiteSearchCategories, { metrics: ['searches', 'visits'], words: 'site internal search' }),
  report('behaviour', 'event-categories', 'Event categories', 'Category', eventsGetCategory, { branch: eventsGetActionFromCategoryId, metrics: eventMetrics }),
  report('behaviour', 'event-actions', 'Event actions', 'Action', eventsGetAction, { branch: eventsGetNameFromActionId, metrics: eventMetrics }),
  report('behaviour', 'event-names', 'Event names', 'Name', eventsGetName, { metrics: eventMetrics }),
  report('behaviour', 'contents', 'Contents', 'Content', contentsGetContentNames, { metrics: contentMetrics, words: 'banner impressions interactions' }),
  report('behaviour', 'content-pieces', 'Content pieces', 'Piece', contentsGetContentPieces, { metrics: contentMetrics, words: 'banner impressions interactions' }),
  report('acquisition', 'channels', 'Channels', 'Channel', referrersGetReferrerType, { words: 'referrer type' }),
  report('acquisition', 'referrers', 'All referrers', 'Referrer', referrersGetAll),
  report('acquisition', 'search-engines', 'Search engines', 'Search engine', referrersGetSearchEngines, { branch: referrersGetKeywordsFromSearchEngineId }),
  report('acquisition', 'keywords', 'Keywords', 'Keyword', referrersGetKeywords, { branch: referrersGetSearchEnginesFromKeywordId }),
  report('acquisition', 'websites', 'Websites', 'Website', referrersGetWebsites, { branch: referrersGetUrlsFromWebsiteId }),
  report('acquisition', 'socials', 'Social networks', 'Network', referrersGetSocials, { branch: referrersGetUrlsForSocial }),
  report('acquisition', 'campaigns', 'Campaigns', 'Campaign', referrersGetCampaigns, { branch: referrersGetKeywordsFromCampaignId }),
  report('acquisition', 'ai-assistants', 'AI assistants', 'Assistant', referrersGetAIAssistants, { words: 'chatgpt claude gemini' }),
  report('goals', 'goal-channels', 'Conversions by channel', 'Channel', referrersGetReferrerType, { metrics: conversionMetrics, words: 'goals referrer' }),
  report('goals', 'goal-campaigns', 'Conversions by campaign', 'Campaign', referrersGetCampaigns, { branch: referrersGetKeywordsFromCampaignId, metrics: conversionMetrics, words: 'goals' }),
  report('goals', 'goal-entry-pages', 'Conversions by entry page', 'Page', actionsGetEntryPageUrls, { metrics: ['entryConversions', 'entries'], words: 'goals landing' }),
  report('goals', 'goal-countries', 'Conversions by country', 'Country', userCountryGetCountry, { metrics: conversionMetrics, words: 'goals' }),
  report('goals', 'goal-devices', 'Conversions by device', 'Type', devicesDetectionGetType, { metrics: conversionMetrics, words: 'goals' }),
  report('goals', 'days-to-conversion', 'Days to conversion', 'Days since the first visit', goalsGetDaysToConversion, { metrics: ['conversions'], isNatural: true, words: 'goals' }),
  report('goals', 'visits-to-conversion', 'Visits to conversion', 'Visits', goalsGetVisitsUntilConversion, { metrics: ['conversions'], isNatural: true, words: 'goals' }),
  report('ecommerce', 'products', 'Products', 'Product', goalsGetItemsName, { metrics: productMetrics, words: 'shop items' }),
  report('ecommerce', 'product-numbers', 'Article numbers', 'Article number', goalsGetItemsSku, { metrics: productMetrics, words: 'shop items sku' }),
  report('ecommerce', 'product-categories', 'Product categories', 'Category', goalsGetItemsCategory, { metrics: productMetrics, words: 'shop items' }),
  report('ecommerce', 'left-products', 'Products left in carts', 'Product', goalsGetItemsName, { asked: ofCarts, metrics: leftMetrics, words: 'abandoned' }),
  report('ecommerce', 'left-numbers', 'Article numbers left in carts', 'Article number', goalsGetItemsSku, { asked: ofCarts, metrics: leftMetrics, words: 'abandoned sku' }),
  report('ecommerce', 'left-categories', 'Categories left in carts', 'Category', goalsGetItemsCategory, { asked: ofCarts, metrics: leftMetrics, words: 'abandoned' }),
];

/** The report of a dimension that a site defines itself. */
export const ownReport = (idDimension: number, name: string, scope: 'visit' | 'action'): Report =>
  report('visitors', `dimension-${idDimension}`, name, 'Value', customDimensionsGetCustomDimension, {
    asked: { idDimension }, metrics: scope === 'visit' ? visitMetrics : actionMetrics,
  });

const byId = new Map(reports.map((one) => [one.id, one]));

export const findReport = (id: string): Report | undefined => byId.get(id);

export function reportOf(id: string): Report {
  const found = byId.get(id);
  if (!found) throw new Error(`there is no report ${id}`);
  return found;
}

/** Pages of the menu: each shows its reports as tabs. */
export interface ReportPage {
  readonly title: string;
  readonly section: Section;
  readonly reports: readonly string[];
}

export const reportPages: readonly ReportPage[] = [
  { title: 'Places', section: 'visitors', reports: ['countries', 'continents', 'regions', 'cities', 'languages'] },
  { title: 'Devices', section: 'visitors', reports: ['device-types', 'brands', 'models', 'resolutions'] },
  { title: 'Software', section: 'visitors', reports: ['browsers', 'browser-versions', 'browser-engines', 'systems', 'system-versions', 'configurations'] },
  { title: 'Interest', section: 'visitors', reports: ['visit-lengths', 'pages-per-visit', 'visit-numbers', 'days-since-visit'] },
  { title: 'Users', section: 'visitors', reports: ['users'] },
  { title: 'Pages', section: 'behaviour', reports: ['pages', 'titles'] },
  { title: 'Entry pages', section: 'behaviour', reports: ['entry-pages', 'entry-titles'] },
  { title: 'Exit pages', section: 'behaviour', reports: ['exit-pages', 'exit-titles'] },
  { title: 'Outlinks', section: 'behaviour', reports: ['outlinks'] },
  { title: 'Downloads', section: 'behaviour', reports: ['downloads'] },
  { title: 'Searches on the site', section: 'behaviour', reports: ['searches', 'searches-without-result', 'search-categories'] },
  { title: 'Events', section: 'behaviour', reports: ['event-categories', 'event-actions', 'event-names'] },
  { title: 'Contents', section: 'behaviour', reports: ['contents', 'content-pieces'] },
  { title: 'All channels', section: 'acquisition', reports: ['channels', 'referrers'] },
  { title: 'Search engines and keywords', section: 'acquisition', reports: ['search-engines', 'keywords'] },
  { title: 'Websites', section: 'acquisition', reports: ['websites'] },
  { title: 'Social networks', section: 'acquisition', reports: ['socials'] },
  { title: 'AI assistants', section: 'acquisition', reports: ['ai-assistants'] },
  { title: 'Campaigns', section: 'acquisition', reports: ['campaigns'] },
  { title: 'Who converts', section: 'goals', reports: ['goal-channels', 'goal-campaigns', 'goal-entry-pages', 'goal-countries', 'goal-devices'] },
  { title: 'Way to conversion', section: 'goals', reports: ['days-to-conversion', 'visits-to-conversion'] },
  { title: 'Products', section: 'ecommerce', reports: ['products', 'product-numbers', 'product-categories'] },
  { title: 'Carts left', section: 'ecommerce', reports: ['left-products', 'left-numbers', 'left-categories'] },
];

export const pageOfReport = (id: string): ReportPage | undefined => reportPages.find((page) => page.reports.includes(id));

