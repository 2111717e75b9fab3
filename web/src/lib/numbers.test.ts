import { describe, expect, it } from 'vitest';
import { changeOf, fitNumber, formatChange, formatLength, formatNumber, formatShort, numberOf } from './numbers';

describe('numberOf', () => {
  it('reads numbers that arrive as text', () => {
    expect(numberOf('120')).toBe(120);
    expect(numberOf(2.3)).toBe(2.3);
  });
  it('reads percents as parts of one', () => {
    expect(numberOf('36%')).toBeCloseTo(0.36);
  });
  it('knows no number in null, words and nothing', () => {
    expect(numberOf(null)).toBeUndefined();
    expect(numberOf('Others')).toBeUndefined();
    expect(numberOf('')).toBeUndefined();
  });
});

describe('changeOf', () => {
  it('is relative to what was before', () => {
    expect(changeOf(110, 100)).toBeCloseTo(0.1);
    expect(changeOf(0, 50)).toBe(-1);
  });
  it('is unknown when there was nothing before', () => {
    expect(changeOf(5, 0)).toBeUndefined();
    expect(changeOf(undefined, 4)).toBeUndefined();
  });
});

describe('writing', () => {
  it('writes lengths with the two units that matter', () => {
    expect(formatLength(45)).toBe('45\u202fs');
    expect(formatLength(190)).toBe('3\u202fmin 10\u202fs');
    expect(formatLength(7260)).toBe('2\u202fh 1\u202fmin');
  });
  it('writes a dash for what is not known', () => {
    expect(formatNumber(undefined, 'count')).toBe('–');
    expect(formatNumber(Number.NaN, 'share')).toBe('–');
  });
  it('writes shares and small changes with one digit each, so that they stand below each other', () => {
    expect([0.355, 0.3, 0].map((share) => formatNumber(share, 'share'))).toEqual(['35.5%', '30.0%', '0.0%']);
    expect([0.065, -0.06, 0, 0.21].map(formatChange)).toEqual(['+6.5%', '-6.0%', '0.0%', '+21%']);
    expect(formatShort(0.2, 'share')).toBe('20%');
  });
  it('shortens what does not fit and keeps the whole of it', () => {
    expect(fitNumber(370_370_367_036_000, 'decimal')).toEqual({ text: '370.4T', whole: '370,370,367,036,000.0' });
    expect(fitNumber(9_876_543_210.55, 'money')).toEqual({ text: '9.9B', whole: '9,876,543,210.55' });
    expect(fitNumber(123_456.78, 'money')).toEqual({ text: '123,456.78', whole: undefined });
    expect(fitNumber(196, 'length_s')).toEqual({ text: '3\u202fmin 16\u202fs', whole: undefined });
    expect(fitNumber(undefined, 'count')).toEqual({ text: '–', whole: undefined });
  });
  it('does not pretend precision for huge changes', () => {
    expect(formatChange(42)).toContain('999');
  });
});
