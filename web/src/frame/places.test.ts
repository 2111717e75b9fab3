import { expect, it } from 'vitest';
import { adminGroupsFor } from './places';

const site = { idsite: 1, name: 'Orchard', timezone: 'UTC', currency: 'EUR', main_url: 'https://orchard.example' } as const;
const placesFor = (role: 'view' | 'admin', superuser: boolean) =>
  adminGroupsFor({ superuser, sites: [{ ...site, role }] }).flatMap((group) => group.lines.map((line) => line.title));

it('offers places of administration to those who may see them', () => {
  expect(placesFor('view', false)).toContain('Tracking code');
  expect(placesFor('view', false)).not.toContain('Users');
  expect(placesFor('admin', false)).toContain('Users');
  expect(placesFor('admin', false)).not.toContain('Superusers');
  expect(placesFor('view', true)).toContain('Superusers');
});

it('leaves out groups without a place', () => {
  expect(adminGroupsFor({ superuser: false, sites: [] }).map((group) => group.title)).not.toContain('System');
});
