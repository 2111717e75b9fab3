import { describe, expect, it } from 'vitest';
import { csvOf } from './download';

describe('csvOf', () => {
  it('quotes what needs it and disarms formulas', () => {
    const rows = [
      { who: 'ada', detail: { login: 'a"b' } },
      { who: '=HYPERLINK("x")', detail: 'two\nlines, one comma' },
    ];
    expect(csvOf(rows)).toBe('who,detail\r\nada,"{""login"":""a\\""b""}"\r\n"\'=HYPERLINK(""x"")","two\nlines, one comma"');
  });
  it('writes nothing but a head for nothing', () => {
    expect(csvOf([])).toBe('');
  });
});
