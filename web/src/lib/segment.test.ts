import { describe, expect, it } from 'vitest';
import { conditionWords, readCondition, valueWords, writeCondition } from './segment';
import { readView, splitConditions, writeView, defaultView } from './view';

describe('conditions', () => {
  it('reads values encoded once or twice', () => {
    expect(readCondition('pageUrl==http%253A%252F%252Fexample.org%252Fa')?.value).toBe('http://example.org/a');
    expect(readCondition('referrerKeyword==gr%C3%B6%C3%9Fe+schuhe')?.value).toBe('größe schuhe');
  });
  it('reads every operator, the longer ones first', () => {
    for (const sign of ['==', '!=', '=@', '!@', '=^', '=$', '>=', '<=', '>', '<']) {
      expect(readCondition(`actions${sign}5`)).toEqual({ name: 'actions', sign, value: '5' });
    }
  });
  it('takes the first of several alternatives', () => {
    expect(readCondition('languageCode==en,languageCode=@en-')?.value).toBe('en');
  });
  it('keeps commas and semicolons of a value inside it', () => {
    const text = writeCondition({ name: 'pageTitle', sign: '=@', value: 'a,b;c' });
    expect(splitConditions(text)).toEqual([text]);
    expect(readCondition(text)?.value).toBe('a,b;c');
  });
  it('says alternatives in words, those of one kind together', () => {
    expect(conditionWords('countryCode==de,countryCode==fr')).toEqual([{ name: 'Country', sign: 'is', value: 'Germany or France' }]);
    expect(conditionWords('countryCode==de,city=@Lyon%2C')).toEqual([
      { name: 'Country', sign: 'is', value: 'Germany' },
      { name: 'City', sign: 'contains', value: 'Lyon,' },
    ]);
    expect(conditionWords('nonsense')).toEqual([{ name: 'Condition', sign: '', value: 'nonsense' }]);
  });
  it('survives what is no condition', () => {
    expect(readCondition('nonsense')).toBeUndefined();
    expect(readCondition('pageUrl==%E0%A4%A')?.value).toBe('%E0%A4%A');
  });
  it('says codes in words', () => {
    expect(valueWords({ name: 'countryCode', sign: '==', value: 'de' })).toBe('Germany');
    expect(valueWords({ name: 'city', sign: '==', value: '' })).toBe('unknown');
  });
});

describe('the view in the address', () => {
  it('leaves defaults out', () => {
    expect(writeView(defaultView)).toBe('');
  });
  it('comes back as it was written', () => {
    const view = { period: 'week', date: '2026-03-02', compare: 'year', segment: ['countryCode==de', 'pageTitle=@a%2Cb'] } as const;
    expect(readView(writeView(view))).toEqual(view);
  });
  it('replaces what it cannot read by the default', () => {
    expect(readView('?period=decade&date=x&compare=maybe')).toEqual(defaultView);
  });
});
