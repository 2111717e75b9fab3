// Sites whose clocks are hours from UTC: no browser knows such zones.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, openPage, send, signIn } from './browser.mjs';
import { startServer } from './server.mjs';

let server, browser;

before(async () => {
  [server, browser] = await Promise.all([startServer(), launch()]);
});
after(() => Promise.all([browser?.close(), server?.stop()]));

const hour_ms = 3_600_000;
const clockOf = (hours) => new Date(Date.now() + hours * hour_ms).toISOString();

test('today is the day of the site', async (t) => {
  const { page, faults } = await openPage(browser, server.origin);
  await signIn(page, server.origin);
  // At any time of the day one of them has another day than UTC.
  const zones = [['UTC+12', 12], ['UTC-12', -12], ['UTC+5.5', 5.5]];
  for (const [at, [timezone, hours]] of zones.entries()) {
    await t.test(timezone, async () => {
      assert.equal((await send(page, 'SitesManager.addSite', { siteName: timezone, urls: ['https://orchard.example'], timezone })).status, 200);
      const idSite = at + 1;
      await server.track([{ idsite: idSite, rec: 1, url: 'https://orchard.example/' }]);
      const day = clockOf(hours).slice(0, 10);
      await page.goto(`${server.origin}/sites/${idSite}?period=day&date=${day}`);
      const picker = page.getByRole('button', { name: /^Period: / });
      await picker.waitFor();
      // Nobody waits for midnight.
      if (clockOf(hours).startsWith(day)) assert.match(await picker.getAttribute('aria-label'), /^Period: Today\b/);
      await page.getByRole('region', { name: 'Key figures' }).getByText('1', { exact: true }).first().waitFor();
    });
  }
  assert.deepEqual(faults, []);
});
