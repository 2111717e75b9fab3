import { describe, expect, it } from 'vitest';
import { validityWords } from './validity';

const fine = { valueMissing: false, typeMismatch: false, badInput: false };

describe('validityWords', () => {
  it('says what is wrong in our words', () => {
    const words = (part: Partial<typeof fine>) => validityWords({ validationDetails: { ...fine, ...part }, validationErrors: ['Please!'] });
    expect(words({ valueMissing: true })).toBe('This is still empty.');
    expect(words({ typeMismatch: true })).toContain('no e-mail address');
    expect(words({ badInput: true, valueMissing: true })).toContain('whole day');
  });
  it('leaves everything else to the words that came', () => {
    expect(validityWords({ validationDetails: fine, validationErrors: ['Too long.', 'Too old.'] })).toBe('Too long. Too old.');
  });
});
