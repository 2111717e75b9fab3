// Answers of the report methods in the shape of the reporting API.
import * as words from './words.mjs';
import { randomOf, spansOf, totalsOf } from './numbers.mjs';

const many_rows = 50_000;

const visitMethods = {
  'Referrers.getReferrerType': words.channels, 'Referrers.getKeywords': words.keywords, 'Referrers.getSearchEngines': words.engines,
  'Referrers.getWebsites': words.websites, 'Referrers.getSocials': words.socials, 'Referrers.getCampaigns': words.campaigns,
  'Referrers.getAll': [...words.engines, ...words.websites, ...words.socials, ...words.campaigns],
  'DevicesDetection.getType': words.types, 'DevicesDetection.getBrand': words.brands, 'DevicesDetection.getModel': words.models,
  'DevicesDetection.getOsFamilies': words.systems, 'DevicesDetection.getOsVersions': words.systemVersions,
  'DevicesDetection.getBrowsers': words.browsers, 'DevicesDetection.getBrowserVersions': words.browsers,
  'DevicesDetection.getBrowserEngines': words.engineRows,
  'UserCountry.getCountry': words.countries, 'UserCountry.getContinent': words.continents, 'UserCountry.getRegion': words.regions,
  'UserCountry.getCity': words.cities, 'UserLanguage.getLanguage': words.languages, 'UserLanguage.getLanguageCode': words.languages,
  'Resolution.getResolution': words.resolutions, 'Resolution.getConfiguration': words.configurations,
};
const withSubtables = new Set(['Referrers.getKeywords', 'Referrers.getSearchEngines', 'Referrers.getWebsites', 'Referrers.getSocials', 'Referrers.getCampaigns']);
const subtables = {
  'Referrers.getSearchEnginesFromKeywordId': words.engines, 'Referrers.getKeywordsFromSearchEngineId': words.keywords,
  'Referrers.getUrlsFromWebsiteId': words.subpages, 'Referrers.getKeywordsFromCampaignId': words.keywords, 'Referrers.getUrlsForSocial': words.subpages,
};
const referrerSegment = {
  'Referrers.getKeywords': 'referrerType==search;referrerKeyword==', 'Referrers.getSearchEngines': 'referrerType==search;referrerName==',
  'Referrers.getWebsites': 'referrerName==', 'Referrers.getSocials': 'referrerType==social;referrerName==',
  'Referrers.getCampaigns': 'referrerType==campaign;referrerName==', 'Referrers.getAll': 'referrerName==',
};
const actionMethods = {
  'Actions.getPageUrls': [words.pages, 'pageUrl'], 'Actions.getEntryPageUrls': [words.pages, 'entryPageUrl'], 'Actions.getExitPageUrls': [words.pages, 'exitPageUrl'],
  'Actions.getPageTitles': [words.titles, 'pageTitle'], 'Actions.getEntryPageTitles': [words.titles, 'entryPageTitle'], 'Actions.getExitPageTitles': [words.titles, 'exitPageTitle'],
  'Actions.getDownloads': [words.downloads, 'downloadUrl'], 'Actions.getOutlinks': [words.outlinks, 'outlinkUrl'],
  'Actions.getSiteSearchKeywords': [words.searches, 'siteSearchKeyword'], 'Actions.getSiteSearchNoResultKeywords': [words.searches.slice(2), 'siteSearchKeyword'],
};

function shares(values, seed) {
  const random = randomOf(seed);
  const scaled = values.map((value) => value.weight * (0.8 + 0.4 * random()));
  const sum = scaled.reduce((total, weight) => total + weight, 0);
  return scaled.map((weight) => weight / sum);
}

function visitCells(totals, share, more) {
  const visits = Math.round(totals.visits * share);
  const visitors = Math.round(visits * 0.86);
  return {
    ...(totals.days === 1 ? { nb_uniq_visitors: visitors } : { sum_daily_nb_uniq_visitors: visitors }),
    nb_visits: visits, nb_actions: String(Math.round(totals.actions * share)), nb_users: 0, max_actions: 14,
    sum_visit_length: Math.round(totals.length_s * share), bounce_count: Math.round(totals.bounces * share), nb_visits_converted: 0, ...more,
  };
}

function actionCells(totals, share, more) {
  const visits = Math.round(totals.visits * share * 1.4);
  const entries = Math.round(visits * 0.45);
  const bounces = Math.round(entries * (0.3 + share));
  const exits = Math.round(visits * 0.4);
  return {
    nb_visits: visits, nb_hits: Math.round(visits * 1.3), sum_time_spent: visits * 41, entry_nb_visits: String(entries), entry_bounce_count: String(bounces),
    exit_nb_visits: String(exits), avg_time_on_page: 20 + Math.round(share * 90), nb_pages_per_search: 1.4,
    bounce_rate: `${Math.round((100 * bounces) / Math.max(1, entries))}%`, exit_rate: `${Math.round((100 * exits) / Math.max(1, visits))}%`, ...more,
  };
}

function visitRows(method, totals, query, site) {
  const values = subtables[method] ?? (query.get('idSubtable') ? words[words.channels[Number(query.get('idSubtable')) - 1]?.tree ?? 'keywords'] : visitMethods[method]);
  const part = query.get('idSubtable') ? 0.2 : 1;
  const parts = shares(values, `${method}/${site.idsite}`);
  return values.map((value, at) => {
    const { label, weight: _weight, tree, ...more } = value;
    const prefix = referrerSegment[method];
    if (prefix) more.segment = prefix + encodeURIComponent(label);
    if (!query.get('idSubtable') && (tree || withSubtables.has(method))) more.idsubdatatable = at + 1;
    return { label, ...visitCells(totals, parts[at] * part, more) };
  });
}

function actionRows(method, totals, query, site) {
  const inside = query.get('idSubtable');
  const [top, name] = actionMethods[method];
  if (method === 'Actions.getPageTitles' && site.idsite === 3) return manyRows(totals);
  const values = inside ? words.subpages : top;
  const parts = shares(values, `${method}/${site.idsite}/${inside}`);
  const tree = !inside && /Url|Download|Outlink/.test(method);
  return values.map((value, at) => {
    const folder = tree && at > 0 && at < 5;
    const url = `${site.main_url}${inside ? '/folder' : ''}${value.label}`;
    const label = folder ? value.label.slice(1) : value.label;
    const more = folder ? { idsubdatatable: at, segment: `${name}=^${encodeURIComponent(encodeURIComponent(url))}` }
      : { segment: `${name}==${encodeURIComponent(encodeURIComponent(/Url/.test(method) ? url : label))}`, ...(/Url/.test(method) ? { url } : {}) };
    return { label, ...actionCells(totals, parts[at] * (inside ? 0.18 : 1), more) };
  });
}

function manyRows(totals) {
  return Array.from({ length: many_rows }, (_, at) => {
    const label = `Product ${String(at + 1).padStart(5, '0')}`;
    return { label, ...actionCells(totals, 0.3 / (at + 3), { segment: `pageTitle==${encodeURIComponent(label)}` }) };
  });
}

function generic(rows, query) {
  const pattern = query.get('filter_pattern') ?? query.get('filter_pattern_recursive');
  const label = query.get('label')?.split('>').map(decodeURIComponent).at(-1);
  const named = label === undefined ? rows : rows.filter((row) => row.label === label);
  let answer = pattern ? named.filter((row) => new RegExp(pattern, 'i').test(row.label)) : named;
  const column = query.get('filter_sort_column') ?? 'nb_visits';
  const sign = query.get('filter_sort_order') === 'asc' ? 1 : -1;
  answer = answer.toSorted((a, b) => sign * (column === 'label' ? a.label.localeCompare(b.label) : Number(a[column] ?? 0) - Number(b[column] ?? 0)));
  const limit = Number(query.get('filter_limit') ?? 100);
  const offset = Number(query.get('filter_offset') ?? 0);
  return limit < 0 ? answer : answer.slice(offset, offset + limit);
}

const hourCurve = (hour) => 0.25 + Math.exp(-((hour - 11) ** 2) / 22) + 0.8 * Math.exp(-((hour - 20) ** 2) / 8);

function timeRows(method, totals) {
  if (method.endsWith('getByDayOfWeek')) {
    const names = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
    const parts = [0.16, 0.17, 0.17, 0.16, 0.15, 0.09, 0.1];
    return names.map((label, at) => ({ label, ...visitCells(totals, parts[at], { day_of_week: at + 1 }) }));
  }
  const shift = method.endsWith('LocalTime') ? 1 : 0;
  const curve = Array.from({ length: 24 }, (_, hour) => hourCurve((hour + 24 - shift) % 24));
  const sum = curve.reduce((total, value) => total + value, 0);
  return curve.map((value, hour) => ({ label: String(hour).padStart(2, '0'), ...visitCells(totals, value / sum, shift ? { segment: `visitLocalHour==${hour}` } : {}) }));
}

function answerOf(method, totals, query, site) {
  if (method === 'VisitsSummary.get') {
    if (totals.visits === 0) return totals.days === 1 ? { nb_visits: 0, nb_actions: 0, nb_uniq_visitors: 0, sum_visit_length: 0, bounce_count: 0 } : [];
    return {
      ...(query.get('period') === 'range' || query.get('period') === 'year' ? {} : { nb_uniq_visitors: totals.visitors }),
      nb_users: 0, nb_visits: totals.visits, nb_actions: totals.actions, bounce_count: totals.bounces, sum_visit_length: totals.length_s, max_actions: 31,
      bounce_rate: `${Math.round((100 * totals.bounces) / totals.visits)}%`, nb_actions_per_visit: Number((totals.actions / totals.visits).toFixed(1)), avg_time_on_site: Math.round(totals.length_s / totals.visits),
    };
  }
  if (method === 'Actions.get') return { nb_pageviews: totals.pageviews, nb_uniq_pageviews: Math.round(totals.pageviews * 0.7), nb_downloads: 41, nb_outlinks: 88, nb_searches: 60, nb_keywords: 20 };
  if (method.startsWith('VisitTime.')) return timeRows(method, totals);
  if (totals.visits === 0) return [];
  const rows = actionMethods[method] ? actionRows : visitRows;
  const answer = generic(rows(method, totals, query, site), query);
  if (query.get('expanded') !== '1') return answer;
  const inside = (row) => new URLSearchParams({ ...Object.fromEntries(query), idSubtable: row.idsubdatatable });
  return answer.map((row) => (row.idsubdatatable ? { ...row, subtable: rows(method, totals, inside(row), site).map(({ idsubdatatable: _none, ...one }) => one) } : row));
}

export const isReport = (method) =>
  method in visitMethods || method in subtables || method in actionMethods || method.startsWith('VisitTime.') || method === 'VisitsSummary.get' || method === 'Actions.get';

export function report(method, query, site) {
  const conditions = (query.get('segment') ?? '').split(';').filter(Boolean);
  const factor = conditions.reduce((total, condition) => total * (0.15 + 0.5 * randomOf(condition)()), 1);
  const { map, spans } = spansOf(query.get('period') ?? 'day', query.get('date') ?? 'today');
  const one = (span) => answerOf(method, totalsOf(site, span, factor), query, site);
  return map ? Object.fromEntries(spans.map((span) => [span.key, one(span)])) : one(spans[0]);
}
