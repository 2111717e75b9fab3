import { parseDate } from '@internationalized/date';
import { describe, expect, it } from 'vitest';
import { baseOf } from '../public/source';
import { mainMetric, overviewOf, sectionsOf, standing, totalsIn } from './figures';
import { beginning, clamped, firstChoice } from './period';
import { infoOf } from './source';

const now = parseDate('2026-11-28');
const info = infoOf({ siteName: 'Orchard', first: '2025-10-28', last: '2026-11-27', period: 'range', date: 'previous30', reports: [{ method: 'A.get', name: 'A', kind: 'odd', opens: 1 }] });

describe('the period of a stranger', () => {
  it('never begins after the last open day', () => {
    expect(clamped({ period: 'day', date: 'today' }, info, now).date).toBe('2026-11-27');
    expect(clamped({ period: 'month', date: '2027-03-01' }, info, now).date).toBe('2026-11-01');
  });
  it('never ends before the first open day', () => {
    expect(clamped({ period: 'day', date: '2020-01-01' }, info, now).date).toBe('2025-10-28');
    expect(clamped({ period: 'range', date: '2025-10-01,2025-11-05' }, info, now).date).toBe('2025-10-28,2025-11-05');
    expect(clamped({ period: 'range', date: '2020-01-01,2020-01-05' }, info, now).date).toBe('2025-10-28,2025-10-28');
  });
  it('is what the owner chose first', () => {
    expect(clamped(firstChoice(info.period, info.date, now), info, now).date).toBe('2026-10-29,2026-11-27');
    expect(clamped(firstChoice('month', 'lastMonth', now), info, now)).toEqual({ period: 'month', date: '2026-10-01' });
    expect(clamped(beginning(info, undefined, undefined, now), info, now).date).toBe('2026-10-29,2026-11-27');
    expect(clamped(beginning(info, 'month', undefined, now), info, now)).toEqual({ period: 'month', date: '2026-11-01' });
    expect(clamped(beginning(info, 'week', '2026-09-02', now), info, now).date).toBe('2026-08-31');
    expect(firstChoice('century', 'today', now).period).toBe('month');
  });
});

describe('what is shown', () => {
  it('reads unknown kinds as tables', () => {
    expect(info.reports).toEqual([{ method: 'A.get', name: 'A', category: '', subcategory: '', kind: 'rows', opens: true }]);
  });
  it('draws the bars of the number that the rows have', () => {
    expect(mainMetric('Actions.getPageUrls', [{ nb_hits: 3, nb_visits: 2 }]).id).toBe('nb_hits');
    expect(mainMetric('Actions.getEntryPageUrls', []).id).toBe('entry_nb_visits');
    expect(mainMetric('Actions.getPageUrls', [{ nb_visits: 2 }]).id).toBe('nb_visits');
  });
  it('shows the figures that an answer has', () => {
    expect(totalsIn({ nb_visits: 4, nb_downloads: '2', nb_conversions: 0, unheard_of: 9 }).map((metric) => metric.label)).toEqual(['Visits', 'Downloads']);
  });
  it('finds words for numbers that it does not know', () => {
    const found = totalsIn({ Referrers_visitorsFromSearchEngines: 4, bounce_rate_new: '25%', avg_time_network: '1.5', label: 'x' });
    expect(found.map(({ label, format }) => [label, format])).toEqual([['Visitors from search engines', 'count'], ['Bounce rate new', 'share'], ['Time network', 'length_s']]);
  });
  it('leaves out what another report holds', () => {
    const names = (methods: string[]) => standing(methods.map((method) => ({ method, kind: method.endsWith('.get') ? 'totals' : method.endsWith('Visits') ? 'number' : 'rows' }))).map(({ method }) => method);
    expect(names(['VisitsSummary.get', 'VisitsSummary.getVisits', 'Referrers.getWebsites', 'Referrers.getUrlsFromWebsiteId', 'Referrers.getUrlsForSocial'])).toEqual(['VisitsSummary.get', 'Referrers.getWebsites']);
    expect(names(['VisitsSummary.getVisits'])).toEqual(['VisitsSummary.getVisits']);
  });
  it('keeps categories in their order and begins with few', () => {
    const some = [{ method: 'A', category: 'Referrers_Referrers' }, { method: 'B', category: '' }, { method: 'C', category: 'General_Visitors' }, { method: 'D', category: 'Referrers_Referrers' }];
    expect(sectionsOf(some)).toEqual([{ name: 'Visitors', methods: ['C'] }, { name: 'Acquisition', methods: ['A', 'D'] }, { name: 'Other', methods: ['B'] }]);
    expect(overviewOf(['UserCountry.getCountry', 'Z.get'])).toEqual(['UserCountry.getCountry']);
  });
});

it('the address of a grant is found in that of the page', () => {
  expect(baseOf('/public/3')).toBe('/public/3');
  expect(baseOf('/public/link/aBc-123/')).toBe('/public/link/aBc-123');
});
