import { expect, test } from 'vitest';
import { lowered } from './words';

test('titles inside a sentence keep their abbreviations', () => {
  expect(lowered('Page titles')).toBe('page titles');
  expect(lowered('AI assistants')).toBe('AI assistants');
});
