import { expect, test } from 'vitest';
import { holdsDay } from './use-notes';

test('a day lies in the points that hold it, and in no hour', () => {
  expect(holdsDay('2026-03-31', '2026-03-31')).toBe(true);
  expect(holdsDay('2026-03-31', '2026-03-30')).toBe(false);
  expect(holdsDay('2026-03-30,2026-04-05', '2026-04-05')).toBe(true);
  expect(holdsDay('2026-03-30,2026-04-05', '2026-04-06')).toBe(false);
  expect(holdsDay('2026-03', '2026-03-01')).toBe(true);
  expect(holdsDay('2026-03', '2026-04-01')).toBe(false);
  expect(holdsDay('2026', '2026-12-31')).toBe(true);
  expect(holdsDay('20', '2026-03-31')).toBe(false);
});
