import { describe, expect, it } from 'vitest';
import { codeOf, grouped, recoveryFile } from './codes';

it('codes are read with spaces and words around them', () => {
  expect(codeOf('123 456')).toBe('123456');
  expect(codeOf(' Code: 012-345 ')).toBe('012345');
});

describe('long secrets', () => {
  it('stand in groups of four', () => expect(grouped('JBSWY3DPEHPK3PXP')).toBe('JBSW Y3DP EHPK 3PXP'));
  it('keep groups that they have', () => expect(grouped('JBSW-Y3DP')).toBe('JBSW-Y3DP'));
});

it('the file names whose codes they are, and holds one in a line', () => {
  const lines = recoveryFile(['AAAA-BBBB', 'CCCC-DDDD'], 'mariko', 'stats.example', '2026-11-22').split('\n');
  expect(lines[0]).toBe('Recovery codes of mariko at stats.example, made on 2026-11-22');
  expect(lines).toContain('CCCC-DDDD');
});
