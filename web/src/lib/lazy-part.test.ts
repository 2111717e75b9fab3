import { afterEach, describe, expect, it, vi } from 'vitest';
import { loadAnew } from './lazy-part';

describe('loadAnew', () => {
  const page = (answer: () => Promise<{ ok: boolean }>) => {
    const reload = vi.fn();
    vi.stubGlobal('window', { location: { href: 'https://makoto.example/sites/1', reload } });
    vi.stubGlobal('fetch', answer);
    return reload;
  };
  afterEach(() => vi.unstubAllGlobals());
  it('loads the page once the server answers', async () => {
    const reload = page(() => Promise.resolve({ ok: true }));
    expect(await loadAnew()).toBe(true);
    expect(reload).toHaveBeenCalledOnce();
  });
  it('keeps the page while the server is away or has nothing to give', async () => {
    for (const answer of [() => Promise.reject(new TypeError('no network')), () => Promise.resolve({ ok: false })]) {
      const reload = page(answer);
      expect(await loadAnew()).toBe(false);
      expect(reload).not.toHaveBeenCalled();
    }
  });
});
