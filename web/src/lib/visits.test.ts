import { describe, expect, it } from 'vitest';
import { eachOnce, visitsOf } from './visits';

const titlesOf = (...actionDetails: readonly object[]) => visitsOf([{ actionDetails }])[0]?.actions.map((action) => action.title);

describe('visitsOf', () => {
  it('shows when a visit did its last thing, by which the log is sorted', () => {
    const [visit] = visitsOf([{ serverDate: '2026-11-30', serverTimePretty: '03:34:43', serverTimePrettyFirstAction: '03:32:37' }]);
    expect(visit).toMatchObject({ day: '2026-11-30', clock: '03:34:43' });
  });
  it('names events by what was tracked of them', () => {
    const event = { type: 'event', title: 'Event', url: 'https://shop.example/', eventCategory: 'Gallery', eventAction: 'Open', eventName: 'Lantern' };
    expect(titlesOf(event, { ...event, eventName: null }, { ...event, eventName: 0 })).toEqual(['Gallery · Open · Lantern', 'Gallery · Open', 'Gallery · Open · 0']);
  });
  it('names pages by their title, then by their address', () => {
    expect(titlesOf({ type: 'action', pageTitle: 'Home', url: 'https://shop.example/' }, { type: 'action', url: 'https://shop.example/' }, { type: 'action' })).toEqual(['Home', 'https://shop.example/', 'Not set']);
  });
});

it('a visit that was pushed onto the next page is listed once', () => {
  const pages = [visitsOf([{ idVisit: 9 }, { idVisit: 8 }]), visitsOf([{ idVisit: 8 }, { idVisit: 7 }])];
  expect(eachOnce(pages.flat()).map((visit) => visit.id)).toEqual(['9', '8', '7']);
});
