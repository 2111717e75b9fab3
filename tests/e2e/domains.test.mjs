// Allowed e-mail domains: who would lose access is shown before a list is saved.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { answered, ask, axeFindings, launch, openPage, signIn } from './browser.mjs';
import { password, startServer } from './server.mjs';

// A folder for photographs, where somebody wants to look at them.
const photographs = process.env.E2E_PHOTOGRAPHS;
const guests = ['ada', 'ben', 'cleo', 'dora', 'emil', 'finn'];
const ofGuest = (login) => `${login}@guests.example`;
let server, browser;

before(async () => {
  [server, browser] = await Promise.all([startServer(), launch()]);
  const create = (login, ...more) => server.run(['user', 'create', '--login', login, '--email', ofGuest(login), ...more, '--password-stdin'], password);
  await create('zoe', '--superuser');
  for (const login of guests) await create(login);
});
after(() => Promise.all([browser?.close(), server?.stop()]));

test('a superuser sees who would lose access before a list of domains is saved', async (t) => {
  const { page, faults } = await openPage(browser, server.origin);
  const guest = await openPage(browser, server.origin);
  await signIn(page, server.origin);
  await signIn(guest.page, server.origin, 'ada');
  const button = (name, exact = true) => page.getByRole('button', { name, exact });
  const dialog = page.getByRole('alertdialog');
  const losing = dialog.getByRole('list', { name: 'Who would lose access' }).getByRole('listitem');
  const field = page.getByRole('textbox', { name: 'Allowed e-mail domains' });
  const waiting = page.getByText('1 change not saved yet');
  const status = () => guest.page.evaluate(async () => (await fetch('/api/v1/session')).status);
  const stored = async () => {
    const groups = await ask(page, 'CorePluginsAdmin.getSystemSettings', {});
    return groups.flatMap((group) => group.settings).find((setting) => setting.key === 'UsersManager.allowedEmailDomains').value;
  };
  const save = (press = () => button('Save').click()) => answered(page, 'CorePluginsAdmin.setSystemSettings', press);
  await page.goto(`${server.origin}/admin/system/general-settings`);
  await page.getByRole('searchbox').fill('e-mail domains');
  await page.getByRole('heading', { name: 'Login' }).waitFor({ state: 'detached' });

  await t.test('a list that everybody is on is saved at once', async () => {
    await field.pressSequentially('people.example\nguests.example');
    assert.equal(await field.inputValue(), 'people.example\nguests.example');
    assert.equal(await save(), true);
    await waiting.waitFor({ state: 'detached' });
    assert.equal(await dialog.count(), 0);
    assert.equal(await stored(), 'guests.example,people.example');
  });

  await t.test('what is no domain is said, and so is that nobody could look', async () => {
    await field.fill('people');
    await button('Save').click();
    await page.getByRole('alert').getByText('is no domain; write it as example.org', { exact: false }).waitFor();
    assert.deepEqual(await axeFindings(page), []);
    await field.fill('people.example');
    await page.route('**/UsersManager.getDomainImpact?*', (route) => route.abort());
    await button('Save').click();
    await page.getByRole('alert').getByText('The server did not answer', { exact: false }).waitFor();
    await page.unroute('**/UsersManager.getDomainImpact?*');
    assert.equal(await stored(), 'guests.example,people.example');
  });

  await t.test('they are named and counted, superusers first', async () => {
    for (const width of [1440, 390]) {
      for (const theme of ['light', 'dark']) {
        await page.setViewportSize({ width, height: width === 390 ? 844 : 1000 });
        await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
        await button('Save').click();
        await dialog.getByRole('heading', { name: '7 users would lose access' }).waitFor();
        assert.deepEqual(await losing.allTextContents(), [`zoeSuperuser${ofGuest('zoe')}`, ...guests.slice(0, 4).map((login) => `${login}${ofGuest(login)}`)]);
        await dialog.getByText('and 2 more').waitFor();
        assert.deepEqual(await axeFindings(page), []);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `${width} ${theme} is too wide`);
        if (photographs) await page.screenshot({ path: join(photographs, `domains-${width}-${theme}.png`) });
        await page.keyboard.press('Escape');
        await dialog.waitFor({ state: 'detached' });
      }
    }
    await page.setViewportSize({ width: 1440, height: 1000 });
    assert.equal(await stored(), 'guests.example,people.example');
    assert.equal(await status(), 200);
  });

  await t.test('one is told of oneself, and that somebody must be left', async () => {
    await field.fill('guests.example');
    await button('Save').click();
    await dialog.getByRole('heading', { name: '1 user would lose access' }).waitFor();
    await dialog.getByText('You are one of them').waitFor();
    assert.deepEqual(await losing.allTextContents(), ['rootSuperuserYouroot@people.example']);
    await button('Cancel').click();
    await field.fill('nobody.example');
    await button('Save').click();
    await dialog.getByRole('alert').getByText('No superuser could sign in', { exact: false }).waitFor();
    assert.equal(await dialog.getByRole('button', { name: /^Save/ }).count(), 0);
    assert.deepEqual(await axeFindings(page), []);
    await button('Back to the list').click();
  });

  await t.test('it is saved by the keyboard and with fresh proof, and they are out', async () => {
    await server.change('UPDATE session SET proved_s = proved_s - 3600');
    await field.fill('people.example');
    await button('Save').focus();
    await page.keyboard.press('Enter');
    await dialog.waitFor();
    assert.ok(await dialog.evaluate((shown) => shown.contains(document.activeElement)));
    await button('Save and end their access').press('Enter');
    await page.getByRole('textbox', { name: 'Your password' }).fill(password);
    assert.equal(await save(() => page.keyboard.press('Enter')), true);
    await dialog.waitFor({ state: 'detached' });
    await waiting.waitFor({ state: 'detached' });
    assert.equal(await stored(), 'people.example');
    assert.equal(await status(), 401);
  });

  await t.test('who is out already is not named again, and all are let in without a question', async () => {
    await field.fill('people.example\nother.example');
    assert.equal(await save(), true);
    await waiting.waitFor({ state: 'detached' });
    await button('Put back the default of Allowed e-mail domains').click();
    assert.equal(await save(), true);
    await waiting.waitFor({ state: 'detached' });
    assert.equal(await stored(), '');
    assert.equal(await status(), 200);
  });
  // The look-ups that failed, and the save that was sent again with proof.
  assert.deepEqual(faults.filter((fault) => !/getDomainImpact|status of 403 .*setSystemSettings/.test(fault)), []);
});
