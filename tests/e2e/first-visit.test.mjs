// The main job: from an empty server to the first visit of one's own site.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, openPage } from './browser.mjs';
import { password, startServer, startWebsite, until } from './server.mjs';

const title = 'Persimmons, dried by hand';
// From the moment the server acknowledged the hit.
const success_max_ms = 2_000;
let server, website, browser, code;

before(async () => {
  [server, website, browser] = await Promise.all([
    startServer({ superuser: false }),
    startWebsite(() => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title>${code}</head><body>Here</body></html>`),
    launch(),
  ]);
});
after(() => Promise.all([browser?.close(), website?.stop(), server?.stop()]));

test('the printed link leads to the first visit', async (t) => {
  const { page, faults } = await openPage(browser, server.origin);
  const link = await server.setupLink();
  assert.equal(new URL(link).origin, server.origin);

  await t.test('a superuser is set up by the link', async () => {
    // The link is taken also where the page is open already, without it.
    await page.goto(`${server.origin}/setup`);
    const lacking = page.getByText('This page needs the one-time link');
    await lacking.waitFor();
    await page.goto(link);
    await lacking.waitFor({ state: 'detached' });
    await page.getByLabel('Login').fill('mariko');
    assert.equal(new URL(page.url()).hash, '', 'the token stays out of the address');
    await page.getByLabel('E-mail').fill('mariko@people.example');
    await page.getByRole('textbox', { name: 'Password' }).fill(password);
    await page.getByRole('button', { name: 'Create the account' }).click();
    await page.getByRole('heading', { name: 'Name your first site' }).waitFor();
  });

  await t.test('the first site has a tracking code', async () => {
    await page.getByRole('textbox', { name: 'Name' }).fill('Persimmon');
    await page.getByLabel('Address').fill(website.origin);
    await page.getByRole('button', { name: 'Create the site' }).click();
    await page.getByText('We are waiting for the first visit').waitFor();
    code = await page.getByRole('region', { name: 'Tracking code' }).textContent();
    assert.ok(code.includes(new URL(server.origin).host), code);
    assert.match(code, /setSiteId', '1'/);
  });

  await t.test('a visit is seen within two seconds of its acknowledgement', async () => {
    const visitor = await openPage(browser, server.origin);
    await visitor.page.goto(`${website.origin}/fruit?utm_campaign=harvest`);
    await until('the hit is acknowledged', async () => (await server.acknowledged()) === 1);
    const acknowledged_ms = Date.now();
    await page.getByText('The first visit is here').waitFor();
    const seen_ms = Date.now() - acknowledged_ms;
    await visitor.close();
    assert.ok(seen_ms <= success_max_ms, `the first visit was shown after ${seen_ms} ms`);
  });

  await t.test('the dashboard shows the visit', async () => {
    await page.getByRole('button', { name: 'See your site' }).click();
    await page.getByRole('heading', { name: 'Home' }).waitFor();
    const figure = page.getByRole('region', { name: 'Key figures' }).getByRole('button', { name: /^Visits/ });
    await until('one visit is counted', async () => (await figure.innerText()).split('\n').includes('1'));
    await page.locator('li').filter({ hasText: title }).first().waitFor();
    await page.getByText('1visitor, 1 action').or(page.getByText('1 visitor, 1 action')).waitFor();
    const pages = page.getByRole('region', { name: 'Pages', exact: true });
    await pages.getByText('fruit').waitFor();
    await pages.getByRole('tab', { name: 'Titles' }).click();
    await pages.getByRole('button', { name: title }).waitFor();
  });

  await t.test('the link works once', async () => {
    const stranger = await openPage(browser, server.origin);
    await stranger.page.goto(link);
    await stranger.page.getByText('This server is set up already').waitFor();
    await stranger.close();
  });

  assert.deepEqual(faults, []);
});
