import { expect, test } from 'vitest';
import { readPageName, transitionsPath } from './page-name';
import { readTransitions } from './use-transitions';

test('groups without a step are left out, and sums are of their steps', () => {
  const read = readTransitions({
    pageMetrics: { loops: 2, pageviews: '20', entries: 6, exits: 9 },
    previousPages: [{ label: 'a.example/', referrals: 7 }, { label: 'Others', referrals: '5' }],
    previousSiteSearches: [],
    followingPages: [{ label: 'a.example/x', referrals: 9 }],
    referrers: [{ label: 'Direct entries', shortName: 'Direct Entry', visits: 0 }, { label: 'From websites', shortName: 'website', visits: 6, details: [{ label: 'b.example', referrals: 6 }] }],
  });
  expect(read).toMatchObject({ views: 20, entries: 6, exits: 9, reloads: 2 });
  expect(read.before.map(({ id, count }) => [id, count])).toEqual([['pages-before', 12], ['channel website', 6]]);
  expect(read.after.map(({ id, count }) => [id, count])).toEqual([['pages-after', 9], ['exits', 9]]);
});

test('an answer of another shape is a page without views', () => {
  expect(readTransitions({})).toMatchObject({ views: 0, before: [], after: [] });
});

test('rows of pages and titles lead to their transitions, others do not', () => {
  const row = { label: ' Home', cells: {}, segment: undefined, url: 'https://a.example/', subtableId: undefined, isSummary: false };
  expect(transitionsPath('pages', row)).toEqual({ page: 'https://a.example/' });
  expect(transitionsPath('titles', row)).toEqual({ title: 'Home' });
  expect(transitionsPath('pages', { ...row, subtableId: 3 })).toBeUndefined();
  expect(transitionsPath('titles', { ...row, isSummary: true })).toBeUndefined();
  expect(transitionsPath('countries', row)).toBeUndefined();
  expect(readPageName('?page=https%3A%2F%2Fa.example%2F%3Fx%3D1')).toEqual({ kind: 'url', name: 'https://a.example/?x=1' });
  expect(readPageName('?title=Home')).toEqual({ kind: 'title', name: 'Home' });
  expect(readPageName('?page=')).toBeUndefined();
});
