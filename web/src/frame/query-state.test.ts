import { expect, it } from 'vitest';
import { queryWith } from './query-state';

it('begins a list anew when something else of it changes', () => {
  expect(queryWith('?rows=100&offset=200', 'q', 'lantern')).toBe('?rows=100&q=lantern');
  expect(queryWith('?rows=100&offset=200', 'rows', undefined)).toBe('');
  expect(queryWith('?rows=100&offset=200', 'offset', '300')).toBe('?rows=100&offset=300');
});
