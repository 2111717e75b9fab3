import { describe, expect, it } from 'vitest';
import { bannerWords, draftOf, findingWords, grantOf, isNarrower, readOrigins, stateWords, whatWords, type Draft } from './model';

const cells = {
  idGrant: 3, idsite: 1, siteName: 'Orchard', what: 'reports', reports: [{ method: 'A.get', name: 'A' }, { method: 'B.get', name: 'B' }], shows: ['fullUrls'], months: 13,
  segment: '', visitsMin: 3, channel: 'link', origins: ['https://a.example'], state: 'active', waitsFor: '', reason: 'because of it', requestedBy: 'ada', expiresAt: null, views: 2,
};
const grant = grantOf(cells);

describe('a grant', () => {
  it('is read with what is not there left out', () => {
    expect(grant.expiresAt_s).toBeUndefined();
    expect(grant.approvedBy).toBe('');
    expect(draftOf(grant).reports).toEqual(['A.get', 'B.get']);
  });

  it('is said in words', () => {
    expect(whatWords('site', 40)).toBe('The whole site');
    expect(whatWords('dashboard', 5)).toBe('The first page of the site');
    expect(whatWords('dashboard', 5, { name: 'Council', login: 'ada', leftOut: [] })).toBe('The dashboard “Council”');
    expect(whatWords('reports', 1)).toBe('1 report');
    expect(whatWords('widgets', 2)).toBe('2 widgets');
    expect(stateWords(grant)).toBe('Public');
    expect(stateWords(grant, false)).toBe('Held back');
    expect(stateWords({ state: 'pending', waitsFor: 'approval' })).toBe('Waits for a second superuser');
  });
});

describe('a change', () => {
  const change = (part: Partial<Draft>) => isNarrower({ ...draftOf(grant), ...part }, grant);
  it('that shows less or the same needs no new confirmation', () => {
    for (const part of [{}, { reports: ['A.get'] }, { shows: [] }, { months: 1 }, { visitsMin: 20 }, { origins: [] }, { segment: 'countryCode==de' }]) expect(change(part), JSON.stringify(part)).toBe(true);
  });
  it('of a dashboard keeps the one that was confirmed', () => {
    const board = grantOf({ ...cells, what: 'dashboard', dashboard: { name: 'Council', login: 'ada', columns: [['A.get']], leftOut: [] } });
    expect(isNarrower(draftOf(board), board)).toBe(true);
    expect(isNarrower({ ...draftOf(board), idDashboard: '2' }, board)).toBe(false);
  });
  it('that shows anything more does', () => {
    const wider: Partial<Draft>[] = [{ reports: ['A.get', 'C.get'] }, { what: 'site' }, { shows: ['fullUrls', 'revenue'] }, { months: 14 }, { visitsMin: 2 }, { channel: 'open' }, { channel: 'password' }, { origins: ['https://b.example'] }];
    for (const part of wider) expect(change(part), JSON.stringify(part)).toBe(false);
  });
});

describe('origins', () => {
  it('are read one a line, with the scheme added', () => {
    expect(readOrigins('https://www.Example.org\nshop.example:8443, https://www.example.org/')).toEqual({ origins: ['https://www.example.org', 'https://shop.example:8443'], wrong: [] });
  });
  it('are nothing else than hosts with https', () => {
    for (const text of ['http://a.example', 'https://a.example/page', 'https://a.example/?x=1', 'https://user@a.example', 'https://']) expect(readOrigins(text).wrong, text).toEqual([text]);
  });
});

describe('the banner', () => {
  const line = (siteName: string, since_s: number, by: string) => ({ id: 1, idSite: 1, siteName, since_s, by });
  const now_ms = Date.UTC(2026, 10, 28);
  it('names sites, the first day and people', () => {
    const words = bannerWords([line('Orchard', Date.UTC(2026, 9, 5, 12) / 1000, 'root'), line('Harbour', Date.UTC(2026, 8, 2, 12) / 1000, 'ada')], now_ms);
    expect(words).toMatch(/^Reports of Orchard and Harbour are public since .*September.*|^Reports of Orchard and Harbour are public since September 2.*/);
    expect(words).toContain('by root and ada');
  });
  it('stays short', () => {
    const lines = ['A', 'B', 'C', 'D', 'E'].map((name) => line(name, 1_790_000_000, 'root'));
    expect(bannerWords(lines, now_ms)).toContain('A, B, C and 2 more');
  });
});

it('findings are counted', () => {
  expect(findingWords({ name: 'Page titles', kind: 'email', count: 14 })).toBe('14 rows of Page titles look like e-mail addresses');
  expect(findingWords({ name: 'Page URLs', kind: 'phone', count: 1 })).toBe('1 row of Page URLs looks like a telephone number');
});
