import { expect, test } from 'vitest';
import { leftAfter, withChange } from './changes';

const setting = { key: 'port', value: '25' };

test('a value as it is stored is no change', () => {
  expect(withChange({ host: 'a' }, setting, '26')).toEqual({ host: 'a', port: '26' });
  expect(withChange({ host: 'a', port: '26' }, setting, '25')).toEqual({ host: 'a' });
  expect(withChange({}, setting, null)).toEqual({ port: null });
});

test('what is changed while it is saved stays a change', () => {
  const sent = { host: 'a', port: '26', user: null };
  expect(leftAfter(sent, sent)).toEqual({});
  expect(leftAfter({ ...sent, port: '27', kind: 'tls' }, sent)).toEqual({ port: '27', kind: 'tls' });
  expect(leftAfter({ ...sent, user: 'me' }, sent)).toEqual({ user: 'me' });
});
