// Forms say what is wrong before anything is sent, and danger is no key press away.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axeFindings, launch, openPage, signIn } from './browser.mjs';
import { startServer } from './server.mjs';

let server, browser;

before(async () => {
  [server, browser] = await Promise.all([startServer(), launch()]);
  await server.run(['demo', '--weeks', '1']);
});
after(() => Promise.all([browser?.close(), server?.stop()]));

const isWrong = async (field, words) => {
  await field.and(field.page().locator('[aria-invalid=true]')).waitFor();
  const described = await field.evaluate((input) => input.getAttribute('aria-describedby').split(' ').map((id) => document.getElementById(id)?.textContent).join(' '));
  assert.match(described, words);
};
const hasFocus = (field) => field.evaluate((element) => element === document.activeElement);
const isEmpty = /This is still empty\./;

test('an empty sign-in names the fields', async () => {
  const { page, faults, close } = await openPage(browser, server.origin);
  await page.goto(`${server.origin}/login`);
  const login = page.getByLabel('Login or e-mail');
  const word = page.getByRole('textbox', { name: 'Password' });
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await isWrong(login, isEmpty);
  await isWrong(word, isEmpty);
  assert.ok(await hasFocus(login), 'the first wrong field has the focus');
  assert.deepEqual(await axeFindings(page), []);
  await signIn(page, server.origin);
  assert.deepEqual(faults, []);
  await close();
});

test('a site and an invitation without their fields are not sent', async () => {
  const { page, faults, close } = await openPage(browser, server.origin);
  await signIn(page, server.origin);
  await page.goto(`${server.origin}/admin/websites/manage`);
  await page.getByRole('button', { name: 'Add a site' }).click();
  const site = page.getByRole('dialog', { name: 'Add a site' });
  await site.getByRole('textbox', { name: 'Name' }).fill('Fresh');
  await site.getByRole('button', { name: 'Add the site' }).click();
  await isWrong(site.getByLabel('Address'), isEmpty);
  assert.ok(await hasFocus(site.getByLabel('Address')));

  await page.goto(`${server.origin}/admin/system/users`);
  await page.getByRole('button', { name: 'Invite a user' }).click();
  const invite = page.getByRole('dialog', { name: 'Invite a user' });
  await invite.getByRole('textbox', { name: 'E-mail' }).fill('somebody');
  await invite.getByRole('button', { name: 'Invite', exact: true }).click();
  await isWrong(invite.getByRole('textbox', { name: 'Login' }), isEmpty);
  await isWrong(invite.getByRole('textbox', { name: 'E-mail' }), /no e-mail address/);
  assert.deepEqual(await axeFindings(page), []);
  assert.deepEqual(faults, []);
  await close();
});

test('Enter at once does nothing dangerous', async () => {
  const { page, faults, close } = await openPage(browser, server.origin);
  await signIn(page, server.origin);
  await page.goto(`${server.origin}/admin/websites/manage`);
  await page.getByRole('button', { name: /^Delete Paper Lantern/ }).click();
  const confirm = page.getByRole('alertdialog');
  await confirm.waitFor();
  assert.ok(await hasFocus(confirm.getByRole('button', { name: 'Cancel' })));
  await page.keyboard.press('Enter');
  await confirm.waitFor({ state: 'detached' });
  await page.getByRole('link', { name: /^Paper Lantern/ }).waitFor();
  assert.deepEqual(faults, []);
  await close();
});

test('Enter twice sends a form of one field once', async () => {
  const { page, faults, close } = await openPage(browser, server.origin);
  let sent = 0;
  await page.route('**/api/v1/password-reset', async (route) => {
    sent += 1;
    await new Promise((done) => setTimeout(done, 1_000));
    await route.fulfill({ status: 204 });
  });
  await page.goto(`${server.origin}/reset`);
  await page.getByLabel('Login or e-mail').fill('root');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'One moment…' }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Look into your mail' }).and(page.locator(':focus')).waitFor();
  assert.equal(sent, 1);
  assert.deepEqual(faults, []);
  await close();
});

test('names of sites stand below each other, however long', async () => {
  const { page, faults, close } = await openPage(browser, server.origin);
  await signIn(page, server.origin);
  const made = await page.evaluate(async () => {
    const add = (siteName) => fetch('/index.php', { method: 'POST', body: new URLSearchParams({ module: 'API', method: 'SitesManager.addSite', format: 'JSON', siteName, urls: 'https://long.example', timezone: 'UTC' }) });
    const names = ['The quarterly newsletter archive of the museum of applied arts, and of its library', ...Array.from({ length: 14 }, (_, at) => `Branch ${at}`)];
    return (await Promise.all(names.map(add))).every((answer) => answer.ok);
  });
  assert.ok(made);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${server.origin}/admin/system/public-reports/new`);
  await page.getByRole('group', { name: 'Sites' }).waitFor();
  const boxes = await page.getByRole('group', { name: 'Sites' }).evaluate((group) =>
    [...group.children].map((row) => ({ top: row.getBoundingClientRect().top, foot: Math.max(...[row, ...row.querySelectorAll('*')].map((part) => part.getBoundingClientRect().bottom)) })),
  );
  assert.equal(boxes.length, 16);
  for (const [at, box] of boxes.entries()) assert.ok(at === 0 || box.top >= boxes[at - 1].foot - 1, `name ${at} stands over the one before`);
  assert.deepEqual(faults, []);
  await close();
});
