// The security check-up and the diagnostics, by a superuser; then by somebody who may only look.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { axeFindings, launch, openPage, send, signIn } from './browser.mjs';
import { password, startServer } from './server.mjs';

const places = [
  ['security-checkup', 'Security check-up'],
  ['diagnostic/tracking-failures', 'Tracking failures'],
  ['diagnostic/live', 'Live requests'],
  ['diagnostic/device-detection', 'Device detection'],
  ['diagnostic/system-check', 'System check'],
  ['diagnostic/stored-data', 'Stored data'],
  ['diagnostic/timetable', 'Timetable'],
  ['diagnostic/activity-log', 'Activity log'],
  ['diagnostic/brute-force-log', 'Brute force log'],
];
// A folder for photographs, where somebody wants to look at them.
const photographs = process.env.E2E_PHOTOGRAPHS;
let server, browser;

before(async () => {
  [server, browser] = await Promise.all([startServer(), launch()]);
  await server.run(['user', 'create', '--login', 'jonas', '--email', 'jonas@people.example', '--password-stdin'], password);
});
after(() => Promise.all([browser?.close(), server?.stop()]));

test('a superuser sees whether the installation is safe, and makes it safer', async (t) => {
  const { page, faults } = await openPage(browser, server.origin);
  await signIn(page, server.origin);
  const button = (name) => page.getByRole('button', { name, exact: true });
  const call = async (method, body) => (await send(page, method, body)).status;
  assert.equal(await call('SitesManager.addSite', { siteName: 'Orchard', urls: ['https://orchard.example'] }), 200);
  await fetch(`${server.origin}/matomo.php?idsite=77&rec=1&url=https://orchard.example/a`);

  await t.test('it is the first page of administration', async () => {
    await page.goto(`${server.origin}/admin`);
    await page.waitForURL(/security-checkup/);
    await page.getByRole('img', { name: /of 100 points, grade/ }).waitFor();
    await page.getByRole('region', { name: 'Do this first' }).getByRole('listitem').first().waitFor();
  });

  await t.test('a fix is shown, done and taken back', async () => {
    await button('Not met: E-mail domains are limited high').click();
    await button('Allow the domains of your users').click();
    await page.getByRole('dialog').getByText('people.example').waitFor();
    await button('Do it').click();
    const fixes = page.getByRole('region', { name: 'Fixes of the last 30 days' });
    await fixes.getByText('C07').waitFor();
    await page.getByRole('tab', { name: /^All/ }).click();
    await button('Met: E-mail domains are limited high').waitFor();
    await page.getByRole('tab', { name: /^To do/ }).click();
    await fixes.getByRole('button', { name: 'Undo' }).click();
    await fixes.getByText('taken back').waitFor();
    await button('Not met: E-mail domains are limited high').waitFor();
  });

  await t.test('a risk is accepted with a reason', async () => {
    await button('Not met: There is a backup that can be restored critical').click();
    await page.getByRole('listitem').filter({ hasText: 'There is a backup' }).getByRole('button', { name: 'Accept the risk' }).click();
    await page.getByLabel('Why').fill('the disk is copied each night');
    await page.getByRole('dialog').getByRole('button', { name: 'Accept the risk' }).click();
    await page.getByRole('region', { name: 'Accepted risks' }).getByText('There is a backup').waitFor();
  });

  for (const [place, heading] of places) {
    for (const [width, height] of [[1440, 1000], [390, 844]]) {
      for (const theme of ['light', 'dark']) {
        await t.test(`${heading}, ${width} px, ${theme}`, async () => {
          await page.setViewportSize({ width, height });
          await page.evaluate((chosen) => document.documentElement.setAttribute('data-theme', chosen), theme);
          await page.goto(`${server.origin}/admin/${place}`);
          await page.evaluate((chosen) => document.documentElement.setAttribute('data-theme', chosen), theme);
          await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
          await page.getByText('Loading…').first().waitFor({ state: 'detached' });
          assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), 'nothing is wider than the screen');
          assert.deepEqual(await axeFindings(page), []);
          if (photographs) await page.screenshot({ path: join(photographs, `${place.replace('/', '-')}-${width}-${theme}.png`), fullPage: true });
        });
      }
    }
  }

  await t.test('client hints that are none are told', async () => {
    await page.goto(`${server.origin}/admin/diagnostic/device-detection`);
    await page.getByLabel('Client hints').fill('nope');
    await button('Detect').click();
    await page.getByText(/^Write them as JSON/).waitFor();
  });

  await t.test('it stands on the home of a site', async () => {
    await page.setViewportSize({ width: 1440, height: 1000 });
    await page.goto(`${server.origin}/sites/1`);
    await page.getByRole('region', { name: 'Security check-up' }).getByRole('img', { name: /of 100 points/ }).waitFor();
    assert.deepEqual(await axeFindings(page), []);
    if (photographs) await page.screenshot({ path: join(photographs, 'home.png'), fullPage: true });
  });
  assert.deepEqual(faults, []);
});

test('nobody else finds the check-up', async () => {
  const { page } = await openPage(browser, server.origin);
  await signIn(page, server.origin, 'jonas', password);
  await page.goto(`${server.origin}/admin/security-checkup`);
  await page.getByRole('heading', { name: 'Not found' }).waitFor();
  const status = await page.evaluate(async () => (await fetch('/api/v1/methods/SecurityCheckup.get')).status);
  assert.equal(status, 403);
});
