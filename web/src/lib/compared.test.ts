import { describe, expect, it } from 'vitest';
import { comparedData } from './compared';

const fresh = { data: 4, isSuccess: true, isPlaceholderData: false };
const old = { ...fresh, isPlaceholderData: true };
const failed = { ...fresh, isSuccess: false };

describe('comparedData', () => {
  it('is there when both sides answer what is asked now', () => {
    expect(comparedData(fresh, { ...fresh, data: 5 })).toBe(5);
  });
  it('is not there while either side is of another question, or failed', () => {
    for (const [now, before] of [[old, fresh], [fresh, old], [old, old], [failed, fresh], [fresh, failed]] as const) {
      expect(comparedData(now, before)).toBeUndefined();
    }
  });
});
