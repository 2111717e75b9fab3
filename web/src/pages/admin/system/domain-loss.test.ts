import { expect, test } from 'vitest';
import { lossOf } from './domain-loss';

const row = (login: string, more = {}) => ({ login, email: `${login}@people.example`, superuser_access: 0, status: 'active', ...more });
const answer = (superusers_left: number, ...barred: unknown[]) => ({ domains: '', superusers_left, barred, used: {} });
const logins = (next: ReturnType<typeof answer>, now = answer(1)) => lossOf(next, now).users.map((user) => user.login);

test('superusers come first, the others stay in their order', () => {
  const { users, superusersLeft } = lossOf(answer(2, row('ann'), row('ben', { superuser_access: 1 }), row('cy'), row('dee', { superuser_access: 1 })), answer(4));
  expect(users.map((user) => [user.login, user.superuser])).toEqual([['ben', true], ['dee', true], ['ann', false], ['cy', false]]);
  expect(users[2]?.email).toBe('ann@people.example');
  expect(superusersLeft).toBe(2);
});

test('who has no access now loses none', () => {
  expect(logins(answer(1, row('ann'), row('ben'), row('cy', { status: 'suspended' })), answer(1, row('ben')))).toEqual(['ann']);
});

test('an invitation is lost too', () => {
  const { users } = lossOf(answer(1, row('ann', { status: 'invited' }), row('ben')), answer(1));
  expect(users.map((user) => [user.login, user.invited])).toEqual([['ann', true], ['ben', false]]);
});

test('a list that bars nobody, or an answer without a list, takes nothing', () => {
  expect(logins(answer(1))).toEqual([]);
  expect(lossOf({}, {})).toEqual({ users: [], superusersLeft: 0 });
});
