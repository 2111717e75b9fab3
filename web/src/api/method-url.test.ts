import { expect, it } from 'vitest';
import { methodUrl } from './generated';

const queryOf = (params: Parameters<typeof methodUrl>[1]) => methodUrl('Live.getCounters', params).split('?')[1];

it('asks in English unless another language is meant', () => {
  expect(queryOf({})).toBe('language=en');
  expect(queryOf({ idSite: 1, segment: undefined })).toBe('idSite=1&language=en');
  expect(queryOf({ language: 'auto' })).toBe('language=auto');
});
