// Answers the contract of /api/v1 from generated data. Site 2 is empty, site 4 slow, site 5 broken in parts.
import { createAccount, password } from './account.mjs';
import { createPublic } from './public.mjs';
import { createSystem } from './system.mjs';
import { createUsers } from './users.mjs';
import { counters, lastVisits } from './visits.mjs';
import { isReport, report } from './reports.mjs';
import { randomOf } from './numbers.mjs';

const site = (idsite, name, size, main_url, role = 'admin', timezone = 'Europe/Berlin', currency = 'EUR') => ({ idsite, name, size, main_url, role, timezone, currency });
const slow_ms = 2500;
const firstVisitAfter_ms = 9000;

const initialSites = () => [
  site(1, 'Aizome', 4200, 'https://aizome.example'),
  site(2, 'New workshop page', 0, 'https://workshop.example'),
  site(3, 'Shop', 1300, 'https://shop.aizome.example', 'write', 'Asia/Tokyo', 'JPY'),
  site(4, 'Slow journal', 300, 'https://journal.aizome.example', 'view'),
  site(5, 'Broken intranet with a name that is far longer than any sensible name', 90, 'https://intranet.example', 'view'),
];


const segments = [['dimension', 'Visitor location', 'Country code', 'countryCode'], ['dimension', 'Visitor location', 'City', 'city'], ['dimension', 'Visitors', 'Browser', 'browserName'], ['dimension', 'Visitors', 'Device type', 'deviceType'], ['dimension', 'Visitors', 'Visit type', 'visitorType'], ['metric', 'Visitors', 'Actions in visit', 'actions'], ['metric', 'Visitors', 'Visit duration (in seconds)', 'visitDuration'], ['metric', 'Visitors', 'Number of visits', 'visitCount'], ['dimension', 'Behaviour', 'Page URL', 'pageUrl'], ['dimension', 'Behaviour', 'Page title', 'pageTitle'], ['dimension', 'Behaviour', 'Entry page URL', 'entryPageUrl'], ['dimension', 'Acquisition', 'Channel type', 'referrerType'], ['dimension', 'Acquisition', 'Referrer name', 'referrerName'], ['dimension', 'Acquisition', 'Keyword', 'referrerKeyword']].map(([type, category, name, segment]) => ({ type, category, name, segment }));
const timezones = { Africa: { 'Africa/Cairo': 'Egypt' }, America: { 'America/New_York': 'United States - New York', 'America/Sao_Paulo': 'Brazil - Sao Paulo' }, Asia: { 'Asia/Tokyo': 'Japan' }, Europe: { 'Europe/Berlin': 'Germany - Berlin', 'Europe/London': 'United Kingdom', 'Europe/Paris': 'France' }, UTC: { UTC: 'UTC' } };
const currencies = { EUR: 'Euro (€)', JPY: 'Japanese Yen (¥)', USD: 'US Dollar ($)', GBP: 'British Pound (£)', CHF: 'Swiss Franc (CHF)' };

const steps = (...pairs) => pairs.map(([label, referrals]) => ({ label, referrals }));
const transitions = {
  pageMetrics: { pageviews: 3_180, loops: 84, entries: 1_246, exits: 902 },
  previousPages: steps(['aizome.example/', 902], ['aizome.example/workshops', 411], ['aizome.example/shop/indigo-dyed-cotton-cloth-for-summer-with-a-name-that-goes-on', 260], ['Others', 177]),
  previousSiteSearches: steps(['noren', 62], ['workshop in kyoto', 38]),
  followingPages: steps(['aizome.example/shop/basket', 840], ['aizome.example/workshops', 502], ['aizome.example/', 388], ['Others', 241]),
  followingSiteSearches: steps(['delivery', 44]),
  outlinks: steps(['museum.example.jp/indigo', 96]),
  downloads: steps(['aizome.example/catalogue.pdf', 83]),
  referrers: [
    { label: 'Direct entries', shortName: 'Direct Entry', visits: 512 },
    { label: 'From search engines', shortName: 'search', visits: 498, details: steps(['Keyword not defined', 460], ['indigo cloth', 38]) },
    { label: 'From websites', shortName: 'website', visits: 236, details: steps(['slowcloth.example/japan', 236]) },
  ],
};

class Refused extends Error {
  constructor(status, code, message, field) {
    super(message);
    Object.assign(this, { status, code, field });
  }
}

const trackingCode = (idsite) => `<script>
  var _paq = window._paq = window._paq || [];
  _paq.push(['trackPageView']);
  _paq.push(['enableLinkTracking']);
  (function() {
    var u="//analytics.aizome.example/";
    _paq.push(['setTrackerUrl', u+'matomo.php']);
    _paq.push(['setSiteId', '${idsite}']);
    var d=document, g=d.createElement('script'), s=d.getElementsByTagName('script')[0];
    g.async=true; g.src=u+'matomo.js'; s.parentNode.insertBefore(g,s);
  })();
</script>`;

export function createMock({ signedIn = true, setupOpen = false, superuser = true, account: kind = 'full', publicReports = 'full', failures = 0 } = {}) {
  const state = { sites: initialSites(), signedIn, setupOpen, failures, bornAt: {} };
  const daysAgo = (count) => new Date(Date.now() - count * 86_400_000).toISOString().slice(0, 10);
  let notes = [
    { date: daysAgo(13), note: 'The spring catalogue went out by post', starred: 1, user: 'mariko', idNote: 1, canEditOrDelete: true },
    { date: daysAgo(7), note: 'Shop closed for stocktaking', starred: 0, user: 'jonas', idNote: 2, canEditOrDelete: false },
  ];
  let saved = [
    { idsegment: 1, name: 'Visits by phone that left at once', definition: 'deviceType==smartphone;actions<=1', login: 'mariko', enable_all_users: 0, enable_only_idsite: 1 },
    { idsegment: 2, name: 'Germany', definition: 'countryCode==de', login: 'mariko', enable_all_users: 1, enable_only_idsite: 1 },
  ];
  const account = createAccount(kind, Refused);
  const system = createSystem(account, Refused);
  const users = createUsers(account, Refused, () => state.sites, superuser);
  const open = createPublic(publicReports, account, Refused, () => state.sites);
  const publicSite = ({ size: _size, ...rest }) => rest;
  const session = () => ({ login: superuser ? 'mariko' : 'jonas', email: `${superuser ? 'mariko' : 'jonas'}@aizome.example`, superuser, version: '0.1.0', sites: state.sites.map(publicSite), ...account.session() });
  const findSite = (id) => {
    const found = state.sites.find((one) => one.idsite === Number(id));
    if (!found) throw new Refused(404, 'site_unknown', 'there is no site with this number that you may see');
    return found;
  };
  const writes = {
    ...account.acts,
    ...system.acts,
    ...users.acts,
    ...open.acts,
    'SitesManager.addSite': (body) => {
      const idsite = Math.max(0, ...state.sites.map((one) => one.idsite)) + 1;
      state.sites.push(site(idsite, body.siteName, 0, body.urls?.[0] ?? '', 'admin', body.timezone ?? 'UTC', body.currency ?? 'USD'));
      state.bornAt[idsite] = Date.now();
      return { value: idsite };
    },
    'SitesManager.updateSite': (body) => {
      Object.assign(findSite(body.idSite), { name: body.siteName, main_url: body.urls?.[0] ?? '', timezone: body.timezone, currency: body.currency });
      return { result: 'success', message: 'ok' };
    },
    'Annotations.add': (body) => {
      notes.push({ date: body.date, note: body.note, starred: Number(body.starred), user: 'mariko', idNote: Math.max(0, ...notes.map((one) => one.idNote)) + 1, canEditOrDelete: true });
      return notes.at(-1);
    },
    'Annotations.save': (body) => Object.assign(notes.find((one) => one.idNote === Number(body.idNote)), { date: body.date, note: body.note, starred: Number(body.starred) }),
    'Annotations.delete': (body) => {
      notes = notes.filter((one) => one.idNote !== Number(body.idNote));
      return { result: 'success', message: 'ok' };
    },
    'SegmentEditor.add': (body) => {
      const idsegment = Math.max(0, ...saved.map((one) => one.idsegment)) + 1;
      saved.push({ idsegment, name: body.name, definition: body.definition, login: 'mariko', enable_all_users: Number(body.enabledAllUsers), enable_only_idsite: Number(body.idSite) });
      return { value: idsegment };
    },
    'SegmentEditor.update': (body) => {
      Object.assign(saved.find((one) => one.idsegment === Number(body.idSegment)), { name: body.name });
      return { value: true };
    },
    'SegmentEditor.delete': (body) => {
      saved = saved.filter((one) => one.idsegment !== Number(body.idSegment));
      return { result: 'success', message: 'ok' };
    },
    'SitesManager.deleteSite': (body) => {
      account.prove();
      state.sites = state.sites.filter((one) => one !== findSite(body.idSite));
      return { result: 'success', message: 'ok' };
    },
  };

  const reads = {
    ...account.looks,
    ...system.looks,
    ...users.looks,
    ...open.looks,
    'SitesManager.getSitesWithAtLeastViewAccess': () => state.sites.map(publicSite),
    'SitesManager.getSiteFromId': (query) => publicSite(findSite(query.get('idSite'))),
    'SitesManager.getSiteUrlsFromId': (query) => [findSite(query.get('idSite')).main_url],
    'SitesManager.getJavascriptTag': (query) => ({ value: trackingCode(findSite(query.get('idSite')).idsite) }),
    'SitesManager.getTimezonesList': () => timezones,
    'SitesManager.getCurrencyList': () => currencies,
    'API.getMatomoVersion': () => ({ value: '5.12.0' }),
    'API.getSegmentsMetadata': () => segments,
    'API.getSuggestedValuesForSegment': () => ['de', 'fr', 'jp'],
    'Annotations.getAll': (query) => ({ [query.get('idSite')]: query.get('idSite') === '1' ? notes : [] }),
    'SegmentEditor.getAll': (query) => saved.filter((one) => one.enable_only_idsite === Number(query.get('idSite'))),
  };

  function read(method, query) {
    if (!state.signedIn && method !== 'Login.getPasswordRules') throw new Refused(401, 'signed_out', 'sign in first');
    if (reads[method]) return reads[method](query);
    const one = findSite(query.get('idSite'));
    const broken = one.idsite === 5 && !/VisitsSummary|Actions\.get$|getReferrerType/.test(method);
    if (broken) throw new Refused(500, 'engine_failed', 'the question could not be answered, try again or look at the log under this number: 7f3a9c');
    if (method === 'Live.getCounters') {
      const born = state.bornAt[one.idsite];
      return counters(query, one, !born || Date.now() - born < firstVisitAfter_ms);
    }
    if (method === 'Live.getLastVisitsDetails') return lastVisits(query, one);
    if (method.startsWith('Transitions.')) return transitions;
    if (isReport(method)) return report(method, query, one);
    throw new Refused(404, 'method_unknown', `there is no method ${method}`);
  }

  function signIn(body) {
    if (body.password === password) {
      if (account.half()) return { state: 'factor', methods: ['totp', 'passkey', 'recovery'] };
      state.signedIn = true;
      return session();
    }
    state.failures += 1;
    if (state.failures > 3) throw Object.assign(new Refused(429, 'too_many_tries', 'too many tries, wait and try again'), { retryAfter_s: 20 });
    throw new Refused(401, 'login_failed', 'login or password is not right');
  }

  function setUp(body) {
    if (!state.setupOpen) throw new Refused(404, 'setup_closed', 'this server is set up already');
    if (body.token !== 'mock-token') throw new Refused(403, 'token_wrong', 'this link is not right or no longer valid, read the newest one in the output of the server');
    if (String(body.password).length < 15) throw new Refused(400, 'password_short', 'the password is too short, use at least 15 characters', 'password');
    Object.assign(state, { setupOpen: false, signedIn: true, sites: [] });
    return session();
  }

  function route(verb, path, query, body) {
    if (path === '/api/v1/session') {
      if (verb === 'POST') return signIn(body);
      if (verb === 'DELETE') {
        state.signedIn = false;
        return undefined;
      }
      if (!state.signedIn) throw new Refused(401, 'signed_out', 'sign in first');
      return session();
    }
    if (verb === 'POST' && !path.startsWith('/api/v1/methods/') && path !== '/api/v1/setup') {
      const answer = account.plain(path, body, () => {
        state.signedIn = true;
        return session();
      });
      if (answer === undefined) throw new Refused(404, 'not_found', 'there is no such address');
      return answer ?? undefined;
    }
    if (path === '/api/v1/setup') return verb === 'POST' ? setUp(body) : { open: state.setupOpen };
    const method = path.replace('/api/v1/methods/', '');
    if (verb === 'POST') {
      if (!writes[method]) throw new Refused(404, 'method_unknown', `there is no method ${method}`);
      return writes[method](body) ?? { result: 'success', message: 'ok' };
    }
    return read(method, query);
  }

  return async (request, response, next) => {
    const url = new URL(request.url, 'http://mock');
    const isPublic = /^\/public\/(link\/[^/]+|\d+)\/(info|unlock|data\/.+)$/.test(url.pathname);
    if (!url.pathname.startsWith('/api/') && !isPublic) return next();
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const slow = url.searchParams.get('idSite') === '4' ? slow_ms : 30 + randomOf(request.url)() * 60;
    await new Promise((done) => setTimeout(done, slow));
    response.setHeader('content-type', 'application/json');
    try {
      const answer = isPublic ? open.serve(url.pathname, url.searchParams, text ? JSON.parse(text) : {}, request.headers['x-makoto-ticket']) : route(request.method, url.pathname, url.searchParams, text ? JSON.parse(text) : {});
      response.statusCode = answer === undefined ? 204 : 200;
      response.end(answer === undefined ? undefined : JSON.stringify(answer));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      response.statusCode = error.status;
      if (error.retryAfter_s) response.setHeader('retry-after', String(error.retryAfter_s));
      response.end(JSON.stringify({ error: { code: error.code, message: error.message, field: error.field } }));
    }
  };
}
