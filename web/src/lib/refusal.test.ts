import { expect, test } from 'vitest';
import { ApiError } from '../api/generated';
import { fieldWords, formWords, refusalWords } from './refusal';

const fields = ['siteName', 'urls'];

test('a refused parameter stands at its field, without its name', () => {
  const error = new ApiError(400, 'bad_parameter', "urls: 'nope' is no address", '1');
  expect(fieldWords(error, 'urls')).toBe("'nope' is no address.");
  expect(fieldWords(error, 'siteName')).toBeUndefined();
  expect(formWords(error, fields)).toBeUndefined();
});

test('what no field shows stands above the form', () => {
  const error = new ApiError(400, 'bad_parameter', 'startDate: write a date as 2026-03-31', '1');
  expect(formWords(error, fields)).toBe('Write a date as 2026-03-31.');
});

test('other refusals keep their words', () => {
  expect(refusalWords(new ApiError(409, 'conflict', 'note: it is there already', '1'))).toBe('Note: it is there already.');
  expect(fieldWords(new ApiError(422, 'weak', 'too short', '1', 'password'), 'password')).toBe('Too short.');
  expect(refusalWords(undefined)).toBeUndefined();
});
