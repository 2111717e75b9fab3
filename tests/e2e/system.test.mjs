// Administration of the installation: users, superusers, reviews, settings, and the records of what happened.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axeFindings, launch, openPage, send, signIn } from './browser.mjs';
import { password, startServer, until } from './server.mjs';

let server, browser;

before(async () => {
  [server, browser] = await Promise.all([startServer(), launch()]);
  await server.run(['user', 'create', '--login', 'jonas', '--email', 'jonas@people.example', '--password-stdin'], password);
});
after(() => Promise.all([browser?.close(), server?.stop()]));

test('a superuser keeps the installation in order', async (t) => {
  const { page, faults } = await openPage(browser, server.origin);
  await signIn(page, server.origin);
  const button = (name, exact = true) => page.getByRole('button', { name, exact });
  const call = async (method, body) => (await send(page, method, body)).status;
  assert.equal(await call('SitesManager.addSite', { siteName: 'Orchard', urls: ['https://orchard.example'] }), 200);
  const go = async (place, heading) => {
    await page.goto(`${server.origin}/admin/${place}`);
    await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
  };

  await t.test('a setting is changed, kept and put back', async () => {
    await go('system/general-settings', 'General settings');
    await page.getByRole('searchbox').fill('strong');
    await page.getByText('Off', { exact: true }).waitFor();
    await page.getByRole('switch').first().click({ force: true });
    await page.getByText('1 change not saved yet').waitFor();
    await button('Save').click();
    await button(/^Put back/, false).first().waitFor();
    await page.reload();
    await page.getByRole('searchbox').fill('strong');
    await page.getByText('On', { exact: true }).waitFor();
    assert.deepEqual(await axeFindings(page), []);
    await button(/^Put back/, false).first().click();
    await button('Save').click();
    await page.getByText('Off', { exact: true }).waitFor();
  });

  await t.test('a stored secret is not shown, and what is typed replaces it', async () => {
    await go('system/general-settings', 'General settings');
    const secret = page.getByRole('textbox', { name: 'Password', exact: true });
    const saved = page.waitForResponse((answer) => answer.url().endsWith('/CorePluginsAdmin.setSystemSettings'));
    await secret.fill('the first secret');
    await button('Save').click();
    assert.ok((await saved).ok());
    await page.getByPlaceholder('Set. Type to replace it.').waitFor();
    assert.equal(await secret.inputValue(), '');
    await secret.pressSequentially('another');
    await secret.fill('');
    await page.getByText('Not saved yet', { exact: true }).waitFor({ state: 'detached' });
    await secret.pressSequentially('another');
    const sent = page.waitForRequest((request) => request.url().endsWith('/CorePluginsAdmin.setSystemSettings'));
    await button('Save').click();
    assert.deepEqual(JSON.parse((await sent).postDataJSON().settingValues), { 'CoreAdminHome.mailPassword': 'another' });
    await page.getByText('Not saved yet', { exact: true }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Put back the default of Password', exact: true }).click();
    await button('Save').click();
    await page.getByPlaceholder('Not set').first().waitFor();
  });

  await t.test('the system check tells of mails that cannot leave, and what to do', async () => {
    await go('diagnostic/system-check', 'System check');
    await page.getByText('Needs attention: Mails.').waitFor();
    await page.getByText('no mail server is set: name one in the general settings', { exact: false }).waitFor();
    assert.deepEqual(await axeFindings(page), []);
  });

  await t.test('several users get a role as the preview shows it', async () => {
    await go('system/users', 'Users');
    await page.getByRole('checkbox', { name: 'Select jonas' }).check({ force: true });
    await button('Set their role…').click();
    await page.getByRole('list', { name: 'What will change' }).getByText('jonas, Orchard').waitFor();
    await button('Change 1 role').click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await button('Role of jonas on Orchard', false).getByText('View').waitFor();
    assert.deepEqual(await axeFindings(page), []);
  });

  await t.test('a role that is not saved yet outlives a search', async () => {
    const role = button('Role of jonas on Orchard', false);
    await role.click();
    await page.getByRole('option', { name: 'Write' }).click();
    await page.getByText('1 change not saved yet').waitFor();
    await page.getByRole('searchbox').fill('root');
    await role.waitFor({ state: 'detached' });
    await page.getByRole('searchbox').fill('');
    await role.getByText('Write').waitFor();
    await button('Undo').click();
    await role.getByText('View').waitFor();
  });

  await t.test('the last superuser cannot be taken away', async () => {
    await go('system/superusers', 'Superusers');
    await page.getByText('There is one superuser').waitFor();
    assert.deepEqual(await axeFindings(page), []);
    await button('Withdraw the rights of root').click();
    await button('Withdraw the rights').last().click();
    await page.getByRole('alertdialog').getByRole('alert').waitFor();
    await button('Cancel').click();
  });

  await t.test('access is reviewed: one role is lowered, the rest confirmed, and it is signed', async () => {
    await go('system/access-review', 'Access review');
    await button('Begin a review').click();
    await button('Lower the role of jonas on Orchard', false).click();
    await page.getByRole('option', { name: 'No access' }).click();
    const question = page.getByRole('alertdialog', { name: 'Lower the role of jonas?' });
    await question.getByText('jonas, on Orchard: View → No access').waitFor();
    await question.getByRole('button', { name: 'Cancel' }).click();
    await question.waitFor({ state: 'detached' });
    assert.equal(await page.getByText('Lowered to no access').count(), 0, 'nothing is lowered without an answer');
    await button('Lower the role of jonas on Orchard', false).click();
    await page.getByRole('option', { name: 'No access' }).click();
    await question.getByRole('button', { name: 'Lower the role' }).click();
    await page.getByText('Lowered to no access').waitFor();
    const holds = (name) => until(`the focus is on ${name}`, () => button(name).evaluate((element) => element === document.activeElement));
    await holds('Confirm the role of root everywhere');
    await button('Confirm the role of root everywhere').click();
    await page.getByText('Every role is decided').waitFor();
    await holds('Sign…');
    assert.deepEqual(await axeFindings(page), []);
    await button('Sign…').click();
    await button('Sign').click();
    await page.getByText('Signed by root').waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), button('Report').click()]);
    assert.match(download.suggestedFilename(), /^access-review-\d+\.csv$/);
  });

  await t.test('the activity log tells of it, is found, opened and checked', async () => {
    await go('diagnostic/activity-log', 'Activity log');
    await page.getByRole('searchbox').fill('enablePasswordStrengthCheck');
    const line = page.getByRole('list', { name: 'Acts, newest first' }).getByRole('button').first();
    await line.getByText('A security setting was changed').waitFor();
    await line.click();
    await page.getByText('setting.security_set').waitFor();
    await button('Check the log').click();
    await page.getByText('The log is whole').waitFor();
    assert.deepEqual(await axeFindings(page), []);
  });

  await t.test('failed sign-ins stand in the brute force log', async () => {
    for (let guess = 0; guess < 3; guess += 1) await page.evaluate(() => fetch('/api/v1/session', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"login":"jonas","password":"a wrong guess at it"}' }));
    await go('diagnostic/brute-force-log', 'Brute force log');
    await page.getByText('Login jonas').waitFor();
    await page.getByText('No address is blocked').waitFor();
    assert.deepEqual(await axeFindings(page), []);
  });
  assert.deepEqual(faults.filter((fault) => !/status of (400|401)/.test(fault)), []);
});
