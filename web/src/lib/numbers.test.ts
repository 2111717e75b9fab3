import { describe, expect, it } from 'vitest';
import { changeOf, formatChange, formatLength, formatNumber, numberOf } from './numbers';

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
  it('does not pretend precision for huge changes', () => {
    expect(formatChange(42)).toContain('999');
  });
});
