// What opens after signing in: the site and the days that a person chose, and all sites side by side.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { answered, ask, axeFindings, launch, openPage, send, signIn } from './browser.mjs';
import { password, startServer } from './server.mjs';

let server, browser;

before(async () => {
  [server, browser] = await Promise.all([startServer(), launch()]);
  await server.run(['user', 'create', '--login', 'ada', '--email', 'ada@people.example', '--password-stdin'], password);
});
after(() => Promise.all([browser?.close(), server?.stop()]));

test('pages open with what a person chose', async (t) => {
  const { page, faults } = await openPage(browser, server.origin);
  const call = async (method, body) => (await send(page, method, body)).status;
  await signIn(page, server.origin);
  for (const name of ['Orchard', 'Harbour']) assert.equal(await call('SitesManager.addSite', { siteName: name, urls: [`https://${name.toLowerCase()}.example`] }), 200);
  for (let visit = 0; visit < 3; visit += 1) {
    const hit = await fetch(`${server.origin}/matomo.php?idsite=2&rec=1&url=https://harbour.example/&_id=000000000000000${visit}&send_image=0`, { headers: { 'user-agent': `Mozilla/5.0 (X11; Linux x86_64; rv:14${visit}.0) Gecko/20100101 Firefox/14${visit}.0` } });
    assert.equal(hit.status, 204);
  }
  const settings = async () => {
    await page.goto(`${server.origin}/admin/personal/settings`);
    await page.getByRole('heading', { name: 'When you sign in' }).waitFor();
  };
  const choose = async (setting, option) => {
    await page.getByRole('button', { name: setting, exact: false }).click();
    assert.equal(await answered(page, 'UsersManager.setUserPreference', () => page.getByRole('option', { name: option, exact: true }).click()), true);
    await page.getByRole('option').first().waitFor({ state: 'detached' });
    await page.getByRole('button', { name: setting, exact: false }).getByText(option, { exact: true }).waitFor();
  };
  const opened = async (login = 'root') => {
    // Nothing of the page before asks for anything without its session.
    await page.goto('about:blank');
    await page.context().clearCookies();
    await signIn(page, server.origin, login);
    await page.waitForURL((url) => url.pathname.startsWith('/sites'));
    const { pathname, search } = new URL(page.url());
    return pathname + search;
  };

  await t.test('the first site and thirty days, as long as nothing was chosen', async () => {
    assert.equal(await opened(), '/sites/1');
  });

  await t.test('a site and days of one’s own', async () => {
    await settings();
    await choose('First page', 'Harbour');
    await choose('First days', '7 days before today');
    assert.deepEqual(await axeFindings(page), []);
    assert.equal(await opened(), '/sites/2?period=range&date=previous7');
    await page.getByRole('button', { name: 'Period: ', exact: false }).waitFor();
    assert.deepEqual(await ask(page, 'UsersManager.getUserPreference', { preferenceName: 'defaultReport' }), { value: '2' });
  });

  await t.test('all sites side by side, from where each opens', async () => {
    await settings();
    await choose('First page', 'All sites');
    await choose('First days', 'Today');
    assert.equal(await opened(), '/sites?period=day&date=today');
    const row = page.getByRole('row', { name: /^Harbour/ });
    await row.getByRole('cell', { name: '3', exact: true }).first().waitFor();
    assert.equal((await page.getByRole('row').nth(1).textContent()).startsWith('Harbour'), true, 'the most visited one comes first');
    assert.deepEqual(await axeFindings(page), []);
    await page.getByRole('link', { name: 'Harbour' }).click();
    await page.waitForURL((url) => url.pathname === '/sites/2' && url.search === '?period=day&date=today');
  });

  await t.test('a site that was taken away gives way to another', async () => {
    const role = (access, idSites) => call('UsersManager.setUserAccess', { userLogin: 'ada', access, idSites });
    assert.equal(await opened(), '/sites?period=day&date=today');
    assert.equal(await role('view', [1, 2]), 200);
    assert.equal(await call('UsersManager.setUserPreference', { userLogin: 'ada', preferenceName: 'defaultReport', preferenceValue: '2' }), 200);
    assert.equal(await opened('ada'), '/sites/2');
    await opened();
    assert.equal(await role('noaccess', [2]), 200);
    assert.equal(await opened('ada'), '/sites/1');
  });
  assert.deepEqual(faults, []);
});
