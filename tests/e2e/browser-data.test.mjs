// What is typed into the browser and what it keeps.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, openPage, signIn } from './browser.mjs';
import { password, startServer, until } from './server.mjs';

let server, browser;

before(async () => {
  [server, browser] = await Promise.all([startServer(), launch()]);
});
after(() => Promise.all([browser?.close(), server?.stop()]));

const kept = (page) => page.evaluate(() => [Object.entries({ ...localStorage }), Object.entries({ ...sessionStorage }), document.cookie]);

test('a password field hides what is typed, takes what is pasted and knows the managers of passwords', async () => {
  const { page, faults, close } = await openPage(browser, server.origin);
  await page.goto(`${server.origin}/login`);
  const field = page.getByRole('textbox', { name: 'Password' });
  const attributes = (...names) => field.evaluate((input, wanted) => wanted.map((name) => input.getAttribute(name)), names);
  assert.deepEqual(await attributes('type', 'autocomplete', 'maxlength', 'name'), ['password', 'current-password', null, 'password']);
  await page.getByLabel('Login or e-mail').fill(password);
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.press('ControlOrMeta+C');
  await field.focus();
  await page.keyboard.press('ControlOrMeta+V');
  assert.equal(await field.inputValue(), password);
  await page.getByRole('button', { name: 'Show the password' }).click();
  assert.deepEqual(await attributes('type'), ['text']);
  await page.getByLabel('Login or e-mail').fill('root');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL((url) => url.pathname !== '/login');
  assert.deepEqual(faults, []);
  await close();
});

test('the browser keeps choices of appearance, and nothing of a session once it is over', async () => {
  const { page, close } = await openPage(browser, server.origin);
  await signIn(page, server.origin);
  const created = await page.evaluate(async () => {
    const body = new URLSearchParams({ module: 'API', method: 'SitesManager.addSite', format: 'JSON', siteName: 'Shop', urls: 'https://shop.example' });
    return (await fetch('/index.php', { method: 'POST', body })).status;
  });
  assert.equal(created, 200);
  await server.track([{ idsite: '1', rec: '1', url: 'https://shop.example/', action_name: 'Ada of Visitors', lang: 'de-ch', cid: '0123456789abcdef' }]);
  for (const [report, word] of [['titles', 'Ada of Visitors'], ['countries', 'Switzerland']]) {
    await page.goto(`${server.origin}/sites/1/reports/${report}?period=year&date=today`);
    await page.locator('tbody').getByRole('button', { name: word }).first().click();
    await page.waitForURL(/segment=/);
  }
  const [lasting, ofTab, cookies] = await kept(page);
  assert.deepEqual(lasting.filter(([name]) => name !== 'makoto.preferences'), []);
  assert.deepEqual(ofTab, [['makoto.value-names', '{"countryCode==ch":"Switzerland"}']]);
  assert.equal(cookies, '');
  await page.getByRole('button', { name: /sign out$/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await until('the tab has forgotten', async () => (await kept(page))[1].length === 0, 10_000);
  await close();
});
