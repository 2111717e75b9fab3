import { describe, expect, it } from 'vitest';
import { firstPath } from './first-view';

const site = { name: 'Orchard', role: 'view', timezone: 'UTC', currency: 'EUR', main_url: 'https://orchard.example' } as const;
const sites = [{ ...site, idsite: 3 }, { ...site, idsite: 7 }];

describe('the first page', () => {
  it('is of the site and the days that were chosen', () => {
    expect(firstPath({ first_report: '7', first_days: 'previous7', sites })).toBe('/sites/7?period=range&date=previous7');
    expect(firstPath({ first_report: 'MultiSites', first_days: 'day', sites })).toBe('/sites?period=day&date=today');
    expect(firstPath({ first_report: '3', first_days: 'last30', sites })).toBe('/sites/3');
  });

  it('is of the first site where the chosen one is gone, and none without sites', () => {
    expect(firstPath({ first_report: '9', first_days: 'month', sites })).toBe('/sites/3?period=month&date=today');
    expect(firstPath({ first_report: null, first_days: 'last30', sites: [] })).toBeUndefined();
    expect(firstPath({ first_report: 'MultiSites', first_days: 'last30', sites: [] })).toBeUndefined();
  });
});
