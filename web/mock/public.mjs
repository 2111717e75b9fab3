// Public reports: grants, their acts, and the addresses that strangers open.
import { code, password } from './account.mjs';
import { isReport, report } from './reports.mjs';
import { isoDay, todayMs } from './numbers.mjs';

const day_s = 86_400;
const now_s = () => Math.floor(Date.now() / 1000);
const secret = 'kR7wq2c5Vw8yTzK3pLmB9aXeR4sDf6Gh';
export const linkPassword = 'seven cranes';

const named = (method, name, category, subcategory, needs = '') => ({ method, name, category, subcategory, needs });
const reports = [
  named('VisitsSummary.get', 'Visits summary', 'General_Visitors', 'Overview'),
  named('Actions.get', 'Actions summary', 'General_Visitors', 'Overview'),
  named('UserCountry.getCountry', 'Countries', 'General_Visitors', 'Locations'), named('UserCountry.getCity', 'Cities', 'General_Visitors', 'Locations'),
  named('UserLanguage.getLanguage', 'Languages', 'General_Visitors', 'Locations'),
  named('DevicesDetection.getType', 'Device types', 'General_Visitors', 'Devices'), named('DevicesDetection.getBrowsers', 'Browsers', 'General_Visitors', 'Software'),
  named('Actions.getPageUrls', 'Page URLs', 'General_Actions', 'Pages'), named('Actions.getPageTitles', 'Page titles', 'General_Actions', 'Page titles'),
  named('Actions.getEntryPageUrls', 'Entry pages', 'General_Actions', 'Entry pages'), named('Actions.getOutlinks', 'Outlinks', 'General_Actions', 'Outlinks'),
  named('Actions.getSiteSearchKeywords', 'Site search keywords', 'General_Actions', 'Site search', 'searchTerms'),
  named('Referrers.getReferrerType', 'Channel types', 'Referrers_Referrers', 'All channels'), named('Referrers.getWebsites', 'Websites', 'Referrers_Referrers', 'Websites'),
  named('Referrers.getSearchEngines', 'Search engines', 'Referrers_Referrers', 'Search engines'), named('Referrers.getCampaigns', 'Campaigns', 'Referrers_Referrers', 'Campaigns'),
];
const dashboard = ['VisitsSummary.get', 'Referrers.getReferrerType', 'Actions.getPageUrls', 'UserCountry.getCountry', 'DevicesDetection.getType'];
const shows = [
  { id: 'fullUrls', name: 'Full addresses', doc: 'With what stands behind the question mark. Without it: the path alone.' },
  { id: 'searchTerms', name: 'Search terms', doc: 'What people typed into the search of the site.' },
  { id: 'revenue', name: 'Revenue', doc: 'What goals and orders brought.' },
  { id: 'annotations', name: 'Annotations', doc: 'The notes of your people.' },
];
const options = { reports, dashboard, shows, channels: ['open', 'link', 'password'], monthsDefault: 13, monthsMax: 60, daysDefault: 90, daysMax: 365, visitsMinDefault: 3, visitsMinMax: 20, reasonMin: 10 };
const pick = (methods) => reports.filter((one) => methods.includes(one.method)).map(({ method, name }) => ({ method, name }));
const allPublic = reports.filter((one) => one.needs === '').map((one) => one.method);

const board = { name: 'Council', login: 'jonas', idDashboard: 2, columns: [['VisitsSummary.get', 'Actions.getPageUrls'], ['Referrers.getReferrerType', 'DevicesDetection.getType'], ['UserCountry.getCountry']], leftOut: [{ method: 'Live.getLastVisitsDetails', name: 'Visits log' }, { method: 'UserId.getUsers', name: 'User IDs' }] };
const grant = (idGrant, idsite, siteName, more) => ({
  idGrant, idsite, siteName, what: 'site', dashboard: null, reports: pick(allPublic), shows: [], months: 13, segment: '', visitsMin: 3, channel: 'open', origins: [], state: 'active', waitsFor: '', source: 'request',
  reason: 'The council asked for open figures of the site', requestedBy: 'jonas', requestedAt: now_s() - 31 * day_s, activatedBy: 'mariko', activatedAt: now_s() - 30 * day_s, approvedBy: '', approveUntil: null,
  startsAt: null, expiresAt: now_s() + 60 * day_s, reconfirmBy: null, changedBy: 'mariko', changedAt: now_s() - 30 * day_s, views: 1284, lastViewed: now_s() - 340, lastCountry: 'de', version: 1, url: `https://analytics.aizome.example/public/${idGrant}`, ...more,
});
const waiting = { state: 'pending', waitsFor: 'activation', activatedBy: '', activatedAt: null, expiresAt: null, views: 0, lastViewed: null, lastCountry: '', url: '' };
const initial = () => [
  grant(1, 1, 'Aizome', { approvedBy: 'kenji', origins: ['https://www.aizome.example', 'https://council.example'] }),
  grant(2, 3, 'Shop', { what: 'widgets', channel: 'link', reports: pick(['Actions.getPageUrls', 'Referrers.getWebsites']), reason: 'Widgets on the wall display of the workshop', url: '', views: 0, lastViewed: null, expiresAt: now_s() + 4 * day_s, origins: ['https://www.aizome.example'] }),
  grant(3, 1, 'Aizome', { ...waiting, what: 'dashboard', dashboard: board, reports: pick(dashboard), channel: 'password', reason: 'Our agency reports to its client every Monday and needs no account' }),
  grant(4, 3, 'Shop', { ...waiting, waitsFor: 'approval', activatedBy: 'kenji', activatedAt: now_s() - 3600, approveUntil: now_s() + 2 * day_s }),
  grant(5, 5, 'Broken intranet with a name that is far longer than any sensible name', { state: 'paused', what: 'reports', reports: pick(['VisitsSummary.get']), channel: 'password', url: '' }),
  grant(6, 4, 'Slow journal', { state: 'expired', expiresAt: now_s() - 3 * day_s }),
  grant(7, 2, 'New workshop page', { state: 'revoked', changedAt: now_s() - 90 * day_s, expiresAt: null }),
];
const history = () => [
  { at: now_s() - 3600, what: 'A site was confirmed for the public and waits for a second superuser', kind: 'public.confirmed', who: 'kenji', address: '2001:db8:4:5::9', agent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_6) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15', detail: {} },
  { at: now_s() - 2 * day_s, what: 'Public reports were asked for', kind: 'public.requested', who: 'jonas', address: '192.0.2.17', agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', detail: {} },
  { at: now_s() - 30 * day_s, what: 'A site was made public', kind: 'public.activated', who: 'mariko', address: '192.0.2.17', agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', detail: {} },
  { at: now_s() - 35 * day_s, what: 'Public reports expired', kind: 'public.expired', who: 'job:public', address: '', agent: '', detail: {} },
];
const findings = [
  { idsite: 1, report: 'Actions.getPageTitles', name: 'Page titles', kind: 'email', count: 14, examples: ['Welcome back jane@example.org', '<b>mail</b> to o.neil@example.com'] },
  { idsite: 1, report: 'Actions.getPageUrls', name: 'Page URLs', kind: 'phone', count: 1, examples: ['/call/+49-30-5550199'] },
];

/** Kinds: `full` has grants in every state, `none` nothing, `forbidden` may have nothing, `off` is turned off, `unmailed` cannot tell anybody, `broken` fails. */
export function createPublic(kind, account, Refused, sites) {
  const state = { grants: ['none', 'forbidden'].includes(kind) ? [] : initial(), switch: kind === 'forbidden' ? 'forbidden' : kind === 'off' ? 'off' : 'on', every: 'weekly', round: 0 };
  const ids = (value) => [value].flat().map(Number);
  const find = (id) => {
    const found = state.grants.find((one) => one.idGrant === Number(id));
    if (!found) throw new Refused(404, 'not_found', 'there is no such grant, or it is of none of your sites');
    return found;
  };
  const active = () => state.grants.filter((one) => one.state === 'active' && state.switch === 'on');
  const proof = (body) => {
    if (!body.passwordConfirmation) throw new Refused(403, 'reauth_required', 'confirm that it is you');
    if (body.passwordConfirmation !== password || body.authCode !== code) throw new Refused(400, 'refused', 'password or code is not right; nothing was changed');
  };
  const bound = (body) => {
    state.round += 1;
    if (kind === 'changed' && state.round === 1) throw new Refused(409, 'scope_changed', 'what would be seen changed since you looked at it; look at it again');
    if (!/^[0-9a-f]{64}$/.test(body.scopeHash ?? '')) throw new Refused(409, 'scope_changed', 'look at it again');
  };
  const put = (id, values) => Object.assign(find(id), values, { changedBy: 'mariko', changedAt: now_s() });
  const open = (id) => put(id, { state: 'active', waitsFor: '', activatedBy: 'mariko', activatedAt: now_s(), expiresAt: now_s() + 90 * day_s, url: find(id).channel === 'open' ? `https://analytics.aizome.example/public/${id}` : '' });
  const linkFor = (id) => ({ idGrant: Number(id), url: find(id).channel === 'open' ? find(id).url : `https://analytics.aizome.example/public/link/${secret}`, password: find(id).channel === 'password' ? linkPassword : '' });
  const broken = () => {
    throw new Refused(500, 'internal', 'the server failed; its log has the details');
  };
  const draftIn = (query) => (query.get('what') ? { what: query.get('what'), months: Number(query.get('months')), channel: query.get('channel'), shows: query.getAll('shows[]'), segment: query.get('segment') ?? '', visitsMin: Number(query.get('visitsMin')), origins: query.getAll('origins[]') } : {});
  const preview = (query) => {
    const shown = query.getAll('idGrants[]').map((id) => ({ ...find(id), ...draftIn(query) }));
    return {
      hash: 'ab'.repeat(32), sites: shown.map((one) => ({ idsite: one.idsite, name: one.siteName })),
      grants: shown.map((one) => ({ ...one, columns: ['label', 'nb_visits', 'nb_hits', 'bounce_count', 'sum_time_spent'], first: isoDay(todayMs() - one.months * 30 * day_s * 1000), last: isoDay(todayMs() - day_s * 1000), expiresInDays: 90 })),
      findings: findings.filter((one) => shown.some((grant_) => grant_.idsite === one.idsite)), twoPeople: shown.some((one) => one.what === 'site'), coolOffMinutes: 0, confirm: shown.length === 1 ? shown[0].siteName : String(shown.length),
    };
  };
  const reads = {
    'PublicReports.getState': () => ({
      switch: state.switch, active: active().length, sites: [...new Map(active().map((one) => [one.idsite, { idsite: one.idsite, name: one.siteName }])).values()], pending: state.grants.filter((one) => one.state === 'pending').length,
      paused: state.grants.filter((one) => one.state === 'paused').length, mailWorks: kind !== 'unmailed', mailFault: kind === 'unmailed' ? 'the mail server at mail.aizome.example did not answer' : '', twoPeople: true, coolOffMinutes: 0, superusers: 2,
      reminder: { every: state.every, mayBeOff: active().every((one) => one.what !== 'site'), lastSent: now_s() - 3 * day_s, nextDue: now_s() + 4 * day_s, alarm: false }, alertsFailed: kind === 'unmailed' ? 2 : 0, maySwitch: true, mayActivate: true, needsFactor: 'code',
    }),
    'PublicReports.getOptions': () => options,
    'PublicReports.getGrants': () => state.grants,
    'PublicReports.getGrant': (query) => ({ ...find(query.get('idGrant')), history: history(), findings: findings.filter((one) => one.idsite === find(query.get('idGrant')).idsite) }),
    'PublicReports.getPage': (query) => page({ ...find(query.get('idGrant')), ...draftIn(query) }),
    'Dashboard.getDashboards': () => [{ id: 1, name: 'Dashboard', widgets: [] }, { id: 2, name: 'Council', widgets: [] }],
    'PublicReports.getHistory': () => (state.grants.length === 0 ? [] : history()),
    'PublicReports.getBanner': () => active().map((one) => ({ idsite: one.idsite, siteName: one.siteName, since: one.activatedAt, by: one.activatedBy, what: one.what, idGrant: one.idGrant, until: one.expiresAt })),
    'PublicReports.preview': preview,
  };
  const acts = {
    'PublicReports.getEmbedCode': (body) => {
      const query = new Map(Object.entries(body));
      const url = `${query.get('link') ?? find(query.get('idGrant')).url}?${query.get('report') ? `report=${query.get('report')}&` : ''}period=${query.get('period')}`;
      return { url, html: `<iframe src="${url.replaceAll('&', '&amp;')}" width="100%" height="420" loading="lazy" title="${find(query.get('idGrant')).siteName}" style="border:0"></iframe>` };
    },
    'PublicReports.request': (body) => {
      const added = ids(body.idSites).map((idsite) => grant(state.grants.length + 1, idsite, sites().find((one) => one.idsite === idsite)?.name ?? '', { ...waiting, ...body, what: body.what, reports: pick(body.what === 'site' ? allPublic : body.what === 'dashboard' ? dashboard : body.reports), requestedBy: 'mariko', requestedAt: now_s() }));
      state.grants.push(...added);
      return { idGrants: added.map((one) => one.idGrant) };
    },
    'PublicReports.activate': (body) => {
      proof(body);
      bound(body);
      for (const id of ids(body.idGrants)) open(id);
      return { state: 'active', waitsFor: '', links: ids(body.idGrants).map(linkFor) };
    },
    'PublicReports.approve': (body) => (proof(body), bound(body), ids(body.idGrants).forEach((id) => put(open(id).idGrant, { approvedBy: 'mariko' })), { state: 'active', waitsFor: '', links: [] }),
    'PublicReports.resume': (body) => (proof(body), bound(body), ids(body.idGrants).forEach(open), { state: 'active', waitsFor: '', links: [] }),
    'PublicReports.renew': (body) => (proof(body), bound(body), open(body.idGrant), { state: 'active', waitsFor: '', links: [] }),
    'PublicReports.widen': (body) => (proof(body), bound(body), put(body.idGrant, { months: body.months, shows: body.shows }), { state: 'active', waitsFor: '', links: [] }),
    'PublicReports.narrow': (body) => void put(body.idGrant, { months: body.months, shows: body.shows }),
    'PublicReports.pause': (body) => ids(body.idGrants).forEach((id) => put(id, { state: 'paused' })),
    'PublicReports.pauseAll': (body) => {
      if (body.passwordConfirmation !== password) throw new Refused(400, 'refused', 'the password is not right; nothing was paused');
      const paused = active();
      paused.forEach((one) => put(one.idGrant, { state: 'paused' }));
      return { paused: paused.length };
    },
    'PublicReports.revoke': (body) => ids(body.idGrants).forEach((id) => put(id, { state: 'revoked' })),
    'PublicReports.reject': (body) => ids(body.idGrants).forEach((id) => put(id, { state: 'revoked' })),
    'PublicReports.rotate': (body) => linkFor(body.idGrant),
    'PublicReports.setSwitch': (body) => (proof(body), void (state.switch = body.state)),
    'PublicReports.setReminder': (body) => void (state.every = body.every),
  };
  const all = (methods) => (kind === 'broken' ? Object.fromEntries(Object.keys(methods).map((name) => [name, name.endsWith('getBanner') ? () => [] : broken])) : methods);

  function page(one) {
    const site = sites().find((each) => each.idsite === one.idsite);
    const day = (days) => isoDay(todayMs() - days * day_s * 1000);
    return {
      locked: false, version: one.version, siteName: one.siteName, what: one.what, dashboard: one.dashboard && { name: one.dashboard.name, columns: one.dashboard.columns }, timezone: site.timezone, currency: site.currency,
      reports: one.reports.map(({ method, name }) => ({ method, name, category: reports.find((each) => each.method === method).category, subcategory: '', kind: method.endsWith('.get') ? 'totals' : 'rows', opens: true })),
      shows: one.shows, notes: one.idGrant === 1 ? [{ date: day(6), note: 'The new shop opened', starred: true }, { date: day(12), note: 'Newsletter of the council <b>with a link</b>', starred: false }] : [],
      first: day(395), last: day(1), period: 'range', date: 'previous30', signIn: one.idGrant === 1, noindex: true, cacheSeconds: 300,
    };
  }

  /** The addresses below /public/: no session counts here. */
  function serve(path, query, body, ticket) {
    const [, kind_, rest] = /^\/public\/(link\/[^/]+|\d+)\/(.+)$/.exec(path) ?? [];
    const one = kind_?.startsWith('link/') ? find(3) : state.grants.find((each) => String(each.idGrant) === kind_);
    const isOpen = one && state.switch === 'on' && (one.state === 'active' || (kind_.startsWith('link/') && kind_.endsWith(secret)));
    if (!isOpen) throw new Refused(403, 'not_public', 'there is nothing public here');
    if (rest === 'unlock') {
      if (body.password !== linkPassword) throw new Refused(403, 'wrong_password', 'this is not the password');
      return { ticket: 'mock-ticket', until: now_s() + 3600 };
    }
    if (one.channel === 'password' && ticket !== 'mock-ticket') {
      if (rest === 'info') return { locked: true };
      throw new Refused(403, 'not_public', 'there is nothing public here');
    }
    const site = sites().find((each) => each.idsite === one.idsite);
    if (rest === 'info') return page(one);
    const method = rest.replace('data/', '');
    if (!isReport(method)) throw new Refused(400, 'refused', 'this is not open to the public');
    if (kind === 'busy' && method !== 'VisitsSummary.get') throw Object.assign(new Refused(429, 'too_often', 'too many questions at once'), { retryAfter_s: 42 });
    if (kind === 'partial' && method.startsWith('Referrers.')) throw new Refused(503, 'too_slow', 'this takes longer than the public may have; ask for a shorter period');
    return report(method, query, site);
  }
  return { acts: all(acts), looks: all(reads), serve };
}
