// Reports made public by a superuser, seen by strangers, and taken back: nothing by accident, nothing unnoticed.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ask, launch, openPage, signIn } from './browser.mjs';
import { startMail } from './mail.mjs';
import { beside, button, choose, go as open, place, proper, reason, strangerStatus as statusOf } from './public.mjs';
import { password, startServer, until } from './server.mjs';

let server, browser, mail, siteName;

before(async () => {
  [server, browser, mail] = await Promise.all([startServer(), launch(), startMail()]);
  // These strangers look at more in a minute than a person does, at an unoptimised server.
  await server.run(['setting', 'set', 'PublicReports.requestsPerMinute', '10000']);
  await server.run(['setting', 'set', 'PublicReports.cpuPercent', '100']);
  await server.run(['demo', '--weeks', '3']);
});
after(() => Promise.all([browser?.close(), server?.stop(), mail?.stop()]));

const go = (page, path, heading) => open(page, server.origin + path, heading);
const strangerStatus = (path) => statusOf(server.origin + path);

test('public reports need mail, and are off at first', async () => {
  const { page, faults, close } = await openPage(browser, server.origin);
  await signIn(page, server.origin);
  siteName = (await ask(page, 'SitesManager.getSiteFromId', { idSite: '1' })).name;
  await go(page, place, 'Public reports');
  await page.getByRole('heading', { name: 'Public reports are turned off' }).waitFor();
  await page.getByText('Mail does not work').waitFor();
  assert.equal(await button(page, 'Make reports public').count(), 0);
  await proper(page);
  assert.equal(await strangerStatus('/public/1'), 403);

  await mail.connect(server.run);
  await go(page, '/admin/system/general-settings', 'General settings');
  await button(page, 'Send a test mail').click();
  await page.getByText('The mail is on its way').waitFor();
  await mail.wait('root@people.example');

  await go(page, place, 'Public reports');
  await until('mail works', async () => (await ask(page, 'PublicReports.getState', {})).mailWorks);
  await page.reload();
  await button(page, 'Allow…').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Your password' }).fill('not the password at all');
  await button(page, 'Allow them').click();
  await dialog.getByRole('alert').waitFor();
  await dialog.getByRole('textbox', { name: 'Your password' }).fill(password);
  await button(page, 'Allow them').click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('heading', { name: 'Nobody sees anything without signing in' }).waitFor();
  assert.deepEqual(beside(faults), []);
  await close();
});

for (const [width, height, theme] of [[1440, 1000, 'light'], [390, 844, 'dark']]) {
  test(`a whole site at ${width} px: asked for, looked at, confirmed, seen, paused, resumed and revoked`, async (t) => {
    const own = await openPage(browser, server.origin, { width, height, theme });
    const stranger = await openPage(browser, server.origin, { width, height, theme });
    const { page } = own;
    let address;
    await signIn(page, server.origin);

    await t.test('nothing is asked for without a reason', async () => {
      await go(page, `${place}/new?site=1`, 'Make reports public');
      await button(page, 'Go on to look at it').click();
      await page.getByText('At least 10 letters').waitFor();
      await choose(page, 'What is shown', /^The whole site/);
      await choose(page, 'Who sees it', /^Everybody/);
      await page.getByRole('textbox', { name: 'Why' }).fill(reason);
      await proper(page);
      await button(page, 'Go on to look at it').click();
      await page.getByRole('heading', { name: 'Make it public?', level: 1 }).waitFor();
    });

    await t.test('it is shown exactly, and as a stranger would see it', async () => {
      await page.getByText('The whole site, for everybody').first().waitFor();
      await page.getByText('Rows with fewer than 3 visits').waitFor();
      await page.getByRole('heading', { name: 'What looks personal' }).waitFor();
      const preview = page.getByRole('region', { name: /, as a stranger sees it$/ });
      await preview.getByRole('button', { name: /^Visits [1-9]/ }).waitFor();
      await proper(page);
    });

    await t.test('the name and the password are asked for, and a wrong one changes nothing', async () => {
      const confirm = button(page, 'Make it public');
      assert.ok(await confirm.isDisabled());
      await page.getByRole('textbox', { name: /^Type the name of the site/ }).fill(siteName);
      assert.ok(await confirm.isDisabled());
      await page.getByRole('textbox', { name: 'Your password' }).fill('not the password at all');
      await confirm.click();
      await page.getByRole('form', { name: 'Confirm it' }).getByRole('alert').waitFor();
      assert.equal((await ask(page, 'PublicReports.getState', {})).active, 0);
      await page.getByRole('textbox', { name: 'Your password' }).fill(password);
      await confirm.click();
      const done = page.getByRole('dialog', { name: 'It is public now' });
      await done.waitFor();
      address = new URL(await done.getByRole('region', { name: /^Link to/ }).textContent()).pathname;
      await button(page, 'Done').click();
      await page.getByRole('heading', { name: 'Reports of 1 site are public' }).waitFor();
      await proper(page);
    });

    await t.test('every superuser is told', async () => {
      await mail.wait('root@people.example', /public/i);
    });

    await t.test('a stranger sees it, without a cookie', async () => {
      await stranger.page.goto(server.origin + address);
      await stranger.page.getByRole('heading', { name: siteName, level: 1 }).waitFor();
      // Reports far below are asked for when they come into sight.
      const report = async (name) => {
        const region = stranger.page.getByRole('region', { name });
        await region.scrollIntoViewIfNeeded();
        await region.getByRole('listitem').first().waitFor();
      };
      await report(/^Countr/);
      await button(stranger.page, 'Acquisition').click();
      await report(/^Channel type/i);
      assert.deepEqual(await stranger.page.context().cookies(), []);
      await proper(stranger.page);
      assert.deepEqual(stranger.faults, []);
    });

    await t.test('a widget is one report of it', async () => {
      await stranger.page.goto(`${server.origin}${address}?report=UserCountry.getCountry&period=month&date=yesterday`);
      await stranger.page.getByRole('listitem').first().waitFor();
      assert.equal(await stranger.page.getByRole('region').count(), 1);
      await proper(stranger.page);
      await stranger.page.goto(`${server.origin}${address}?report=Live.getLastVisitsDetails`);
      await stranger.page.getByText('This report is not public').waitFor();
      assert.deepEqual(stranger.faults, []);
    });

    await t.test('people of the site read it above every page, and no list of users knows "anonymous"', async () => {
      await go(page, '/sites/1', 'Home');
      await page.getByText(`Reports of ${siteName} are public since`).waitFor();
      await go(page, '/admin/system/users', 'Users');
      await page.getByRole('checkbox', { name: 'Select root' }).waitFor();
      assert.equal(await page.getByText('anonymous').count(), 0);
      await page.getByRole('searchbox').fill('anonymous');
      await page.getByText('Nobody like that').waitFor();
      for (const method of ['UsersManager.getUsers', 'UsersManager.getUsersPlusRole']) {
        const users = await ask(page, method, { idSite: '1' });
        assert.deepEqual(users.map(({ login }) => login), ['root'], method);
      }
      await go(page, '/admin/system/superusers', 'Superusers');
      await button(page, 'Make a user superuser').click();
      await page.getByRole('dialog').waitFor();
      assert.equal(await page.getByText('anonymous').count(), 0);
    });

    await t.test('a pause ends it within a second, for the API too', async () => {
      await go(page, place, 'Public reports');
      await button(page, `Pause reports of ${siteName}`).click();
      await button(page, 'Pause').last().click();
      await page.getByRole('heading', { name: 'Nobody sees anything without signing in' }).waitFor();
      assert.equal(await strangerStatus(address), 403);
      assert.equal(await strangerStatus(`${address}/info`), 403);
      await stranger.page.goto(server.origin + address);
      await stranger.page.getByText(/nothing public/i).waitFor();
      await go(page, '/sites/1', 'Home');
      await page.getByRole('region', { name: 'Key figures' }).waitFor();
      assert.equal(await page.getByText('are public since').count(), 0);
    });

    await t.test('it is resumed by the same proof, and all is paused by one button', async () => {
      await go(page, place, 'Public reports');
      await button(page, `Resume reports of ${siteName}`).click();
      await page.getByRole('heading', { name: 'Make it public again?', level: 1 }).waitFor();
      await page.getByRole('textbox', { name: 'Your password' }).fill(password);
      await button(page, 'Resume').click();
      await page.getByRole('dialog').waitFor();
      await button(page, 'Done').click();
      assert.equal(await strangerStatus(address), 200);
      await button(page, 'Pause all').click();
      const dialog = page.getByRole('alertdialog');
      await dialog.getByRole('textbox', { name: 'Your password' }).fill(password);
      await dialog.getByRole('button', { name: 'Pause all' }).click();
      await dialog.waitFor({ state: 'detached' });
      assert.equal(await strangerStatus(address), 403);
    });

    await t.test('it is revoked for good, and the history tells all of it', async () => {
      await button(page, `More for ${siteName}`).click();
      await page.getByRole('menuitem', { name: 'Revoke' }).click();
      await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke' }).click();
      await page.getByRole('alertdialog').waitFor({ state: 'detached' });
      assert.equal(await strangerStatus(address), 403);
      const lines = await page.getByRole('list', { name: 'History, newest first' }).getByRole('listitem').count();
      assert.ok(lines >= 5, `${lines} lines`);
    });
    assert.deepEqual(beside(own.faults), []);
    assert.deepEqual(beside(stranger.faults), []);
    await Promise.all([own.close(), stranger.close()]);
  });
}

test('a link with a password opens for whoever has both, until it is replaced', async () => {
  const own = await openPage(browser, server.origin);
  const stranger = await openPage(browser, server.origin, { width: 390, height: 844 });
  const { page } = own;
  await signIn(page, server.origin);
  await go(page, `${place}/new?site=1`, 'Make reports public');
  await choose(page, 'Who sees it', /its password$/);
  await page.getByRole('textbox', { name: /^Pages that may show it/ }).fill('https://www.people.example');
  await page.getByRole('textbox', { name: 'Why' }).fill(reason);
  await button(page, 'Go on to look at it').click();
  await page.getByRole('textbox', { name: /^Type the name of the site/ }).fill(siteName);
  await page.getByRole('textbox', { name: 'Your password' }).fill(password);
  await button(page, 'Make it public').click();
  const shown = async (name) => page.getByRole('dialog').getByRole('region', { name }).textContent();
  const [link, secret] = [await shown(/^Link to/), await shown(/^Password for/)];
  await button(page, 'Done').click();

  await stranger.page.goto(link);
  await stranger.page.getByLabel('Password').fill('a wrong one');
  await button(stranger.page, 'Open').click();
  await stranger.page.getByText('This is not the password').waitFor();
  await proper(stranger.page);
  await stranger.page.getByLabel('Password').fill(secret);
  await button(stranger.page, 'Open').click();
  await stranger.page.getByRole('heading', { name: siteName, level: 1 }).waitFor();
  await stranger.page.getByRole('button', { name: /^Visits [1-9]/ }).waitFor();
  await proper(stranger.page);

  await go(page, '/admin/platform/widgets', 'Widgets');
  await page.getByRole('textbox', { name: 'The secret link' }).fill(link);
  const code = await page.getByRole('region', { name: 'Code of the frame' }).textContent();
  assert.match(code, /^<iframe src="[^"]*\/public\/link\//);
  assert.ok(!code.includes('token_auth'));
  await proper(page);

  await go(page, place, 'Public reports');
  await button(page, `More for ${siteName}`).click();
  await page.getByRole('menuitem', { name: 'New link' }).click();
  await button(page, 'Make a new link').click();
  const fresh = await shown(/^Link to/);
  await button(page, 'Done').click();
  assert.equal(await strangerStatus(new URL(link).pathname), 403);
  assert.equal(await strangerStatus(new URL(fresh).pathname), 200);
  assert.deepEqual(beside(own.faults), []);
  assert.deepEqual(beside(stranger.faults), []);
  await Promise.all([own.close(), stranger.close()]);
});
