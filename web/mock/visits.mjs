// Visits one by one, for the log and for "right now".
import * as words from './words.mjs';
import { randomOf } from './numbers.mjs';

const pick = (random, list) => list[Math.floor(random() * random() * list.length)];
const two = (number) => String(number).padStart(2, '0');

function actionsOf(random, site, start_s, count) {
  const actions = [];
  let at_s = start_s;
  for (let index = 0; index < count; index += 1) {
    const spent_s = Math.floor(random() * 140);
    const page = pick(random, words.pages).label;
    const kind = index > 0 && random() > 0.85 ? pick(random, ['outlink', 'download', 'search']) : 'action';
    actions.push({
      type: kind, url: kind === 'search' ? '' : kind === 'outlink' ? 'https://museum.example.jp/indigo' : `${site.main_url}${page}`,
      pageTitle: kind === 'action' ? pick(random, words.titles).label : null, siteSearchKeyword: kind === 'search' ? 'indigo' : undefined,
      timeSpent: spent_s, timestamp: at_s, pageviewPosition: index + 1,
    });
    at_s += spent_s;
  }
  return actions;
}

function visit(site, index, end_s) {
  const random = randomOf(`${site.idsite}/visit/${index}`);
  const count = 1 + Math.floor(random() * random() * 9);
  const length_s = count === 1 ? 0 : Math.floor(random() * 600) + 10;
  const actions = actionsOf(random, site, end_s - length_s, count);
  const country = pick(random, words.countries);
  const channel = pick(random, words.channels);
  const type = channel.segment.split('==')[1];
  const name = { search: 'Google', website: 'crafts.example.net', campaign: 'autumn-letter', social: 'Mastodon', direct: '' }[type];
  const browser = pick(random, words.browsers);
  const end = new Date(end_s * 1000);
  return {
    idSite: site.idsite, idVisit: 900_000 - index, visitIp: `203.0.113.${index % 250}`, visitorId: `7c01796451${(0xa4e000 + index).toString(16)}`,
    visitorType: random() > 0.7 ? 'returning' : 'new', visitCount: 1 + Math.floor(random() * 4), actionDetails: actions,
    firstActionTimestamp: end_s - length_s, lastActionTimestamp: end_s, serverDate: end.toISOString().slice(0, 10),
    serverTimePretty: `${two(end.getUTCHours())}:${two(end.getUTCMinutes())}:${two(end.getUTCSeconds())}`,
    visitDuration: length_s, actions: count, referrerType: type, referrerTypeName: channel.label, referrerName: name, referrerKeyword: type === 'search' ? 'Keyword not defined' : '',
    referrerUrl: type === 'website' ? 'https://crafts.example.net/links' : null, country: country.label, countryCode: country.code, city: null, deviceType: pick(random, words.types).label,
    operatingSystem: pick(random, words.systemVersions).label, browser: browser.label, browserName: browser.label, resolution: pick(random, words.resolutions).label,
    userId: index % 9 === 4 ? 'hanako@example.com' : null, visitConverted: 0, goalConversions: 0,
  };
}

export function lastVisits(query, site) {
  if (site.size === 0) return [];
  const limit = Number(query.get('filter_limit') ?? 100);
  const offset = Number(query.get('filter_offset') ?? 0);
  const now_s = Math.floor(Date.now() / 1000);
  const count = Math.max(0, Math.min(limit, 230 - offset));
  const gap_s = 3600 / Math.max(1, site.size / 24);
  return Array.from({ length: count }, (_, at) => {
    const index = offset + at;
    return visit(site, index, now_s - Math.floor(index * gap_s * 1.2 + (index * 7919) % 37));
  }).filter((row) => !query.get('minTimestamp') || row.lastActionTimestamp >= Number(query.get('minTimestamp')));
}

export function counters(query, site, waiting) {
  const minutes = Number(query.get('lastMinutes') ?? 30);
  if (site.size === 0) return [{ visits: waiting ? 0 : 1, actions: waiting ? 0 : 1, visitors: waiting ? 0 : 1, visitsConverted: 0 }];
  const visits = Math.round((site.size / 1440) * minutes * 0.9);
  return [{ visits, actions: visits * 3, visitors: Math.round(visits * 0.95), visitsConverted: 0 }];
}
