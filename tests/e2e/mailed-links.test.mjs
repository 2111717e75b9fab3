// Links that are mailed, and rules that reach people who are signed in already.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ask, axeFindings, launch, openPage, send, signIn } from './browser.mjs';
import { authenticator } from './factors.mjs';
import { linkOf, startMail } from './mail.mjs';
import { password, startServer, until } from './server.mjs';

const theirs = 'nine grey herons at noon';
let server, browser, mail;

before(async () => {
  [server, browser, mail] = await Promise.all([startServer({ host: 'localhost' }), launch(), startMail()]);
  await mail.connect(server.run);
});
after(() => Promise.all([browser?.close(), server?.stop(), mail?.stop()]));

async function does(page, method, parameters) {
  const { status, value } = await send(page, method, parameters);
  assert.equal(status, 200, `${method}: ${JSON.stringify(value)}`);
  return value;
}

const addSite = (page, name) => does(page, 'SitesManager.addSite', { siteName: name, urls: [`https://${name.toLowerCase()}.example`] });

async function typePassword(page, login, secret) {
  await page.goto(`${server.origin}/login`);
  await page.getByLabel('Login or e-mail').fill(login);
  await page.getByRole('textbox', { name: 'Password' }).fill(secret);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

async function signOut(page) {
  await page.getByRole('button', { name: /sign out$/i }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
}

/** Goes through the enrolment with an authenticator app; gives the app and the recovery codes. */
async function enrol(page) {
  await page.getByRole('heading', { name: 'Set up a second factor' }).waitFor();
  await page.getByRole('button', { name: /^Authenticator app/ }).click();
  const app = authenticator(await page.getByRole('region', { name: 'Secret for the authenticator app' }).textContent());
  await page.getByLabel('Code').fill(await app.code());
  const list = page.getByRole('list', { name: 'Recovery codes' });
  await list.waitFor();
  const codes = await list.getByRole('listitem').allTextContents();
  const goOn = page.getByRole('button', { name: 'Go on' });
  assert.ok(await goOn.isDisabled());
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download' }).click()]);
  assert.match(download.suggestedFilename(), /recovery-codes.*\.txt$/);
  await goOn.click();
  return { app, codes };
}

test('an invited person gets in, by a second factor from the start, and again after losing it', async (t) => {
  await server.run(['setting', 'set', 'TwoFactorAuth.enforcement', 'everyone']);
  const root = await openPage(browser, server.origin);
  await signIn(root.page, server.origin);
  await addSite(root.page, 'Orchard');
  await does(root.page, 'UsersManager.inviteUser', { userLogin: 'jonas', email: 'jonas@people.example', initialIdSite: '1' });
  const { page, faults } = await openPage(browser, server.origin);
  let own;

  await t.test('the mailed link shows who invites, and what the password must be', async () => {
    const link = linkOf(await mail.wait('jonas@people.example'), '/invitation#');
    await page.goto(link);
    await page.getByRole('heading', { name: 'You are invited' }).waitFor();
    assert.equal(new URL(page.url()).hash, '', 'the token stays out of the address');
    await page.getByText('root', { exact: true }).waitFor();
    await page.getByRole('list', { name: 'Rules for the password' }).waitFor();
    assert.deepEqual(await axeFindings(page), []);
  });

  await t.test('after the grace nothing but the set-up of a factor is open', async () => {
    await server.run(['setting', 'set', 'TwoFactorAuth.graceDays', '0']);
    await page.getByRole('textbox', { name: 'Password' }).fill(theirs);
    await page.getByRole('button', { name: 'Accept and sign in' }).click();
    await page.getByRole('heading', { name: 'Set up a second factor' }).waitFor();
    assert.deepEqual(await axeFindings(page), []);
    for (const path of ['/sites/1', '/admin/personal/security', '/admin/websites/manage']) {
      await page.goto(server.origin + path);
      await page.getByRole('heading', { name: 'Set up a second factor' }).waitFor();
    }
    const { status, value } = await send(page, 'UsersManager.createToken', { description: 'x' });
    assert.deepEqual([status, value.error.code], [403, 'factor_required']);
    await page.goto(`${server.origin}/sites/1`);
    own = await enrol(page);
    await page.getByRole('heading', { name: 'Home' }).waitFor();
  });

  await t.test('they sign in with a code, and with a recovery code', async () => {
    await signOut(page);
    await typePassword(page, 'jonas', theirs);
    await page.getByLabel('Code').fill(await own.app.code());
    await page.getByRole('heading', { name: 'Home' }).waitFor();
    await signOut(page);
    await typePassword(page, 'jonas', theirs);
    await page.getByRole('button', { name: 'Use a recovery code' }).click();
    await page.getByLabel('Recovery code').fill(own.codes[3]);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('heading', { name: 'Home' }).waitFor();
  });

  await t.test('a superuser resets a lost device, and they set up another', async () => {
    await typeThrough(root.page);
    await does(root.page, 'TwoFactorAuth.resetTwoFactorAuth', { userLogin: 'jonas' });
    await page.goto(`${server.origin}/sites/1`);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await typePassword(page, 'jonas', theirs);
    await enrol(page);
    await page.goto(`${server.origin}/sites/1`);
    await page.getByRole('heading', { name: 'Home' }).waitFor();
  });

  await t.test('the link works once', async () => {
    const stranger = await openPage(browser, server.origin);
    await stranger.page.goto(linkOf(await mail.wait('jonas@people.example', /invit/i), '/invitation#'));
    await stranger.page.getByText('This invitation no longer works').waitFor();
    await stranger.close();
  });
  assert.deepEqual(faults.filter((fault) => !/status of 40[0134]/.test(fault)), []);
  await root.close();
});

/** The superuser needs a factor too by now. */
async function typeThrough(page) {
  await page.goto(`${server.origin}/admin/personal/security`);
  await enrol(page);
}

test('an invitation can be declined', async () => {
  const { page, close } = await openPage(browser, server.origin);
  await server.run(['setting', 'set', 'TwoFactorAuth.enforcement', 'off']);
  await server.run(['user', 'create', '--login', 'boss', '--email', 'boss@people.example', '--superuser', '--password-stdin'], password);
  await signIn(page, server.origin, 'boss', password);
  await does(page, 'UsersManager.inviteUser', { userLogin: 'miki', email: 'miki@people.example', initialIdSite: '1' });
  const guest = await openPage(browser, server.origin);
  await guest.page.goto(linkOf(await mail.wait('miki@people.example'), '/invitation#'));
  await guest.page.getByRole('button', { name: 'Decline' }).click();
  await guest.page.getByRole('alertdialog').getByRole('button', { name: 'Decline' }).click();
  await guest.page.getByText('You declined').waitFor();
  await guest.page.locator('h1:focus').waitFor();
  assert.equal(await ask(page, 'UsersManager.userExists', { userLogin: 'miki' }).then((answer) => Number(answer.value)), 0);
  await Promise.all([close(), guest.close()]);
});

test('a password is reset by mail, and nobody learns who exists', async (t) => {
  const next = 'eight umbrellas over one heron';
  await server.run(['setting', 'set', 'TwoFactorAuth.enforcement', 'off']);
  await server.run(['user', 'create', '--login', 'saki', '--email', 'saki@people.example', '--password-stdin'], theirs);
  const signedIn = await openPage(browser, server.origin);
  await signIn(signedIn.page, server.origin, 'saki', theirs);
  const { page, faults } = await openPage(browser, server.origin);
  const answer = 'If there is an account with this login or e-mail';

  await t.test('the answer is the same for everybody', async () => {
    for (const login of ['nobody@people.example', 'saki']) {
      await page.goto(`${server.origin}/login`);
      await page.getByRole('link', { name: 'Forgot your password?' }).click();
      await page.getByLabel('Login or e-mail').fill(login);
      await page.getByRole('button', { name: 'Mail me a link' }).click();
      await page.getByText(answer).waitFor();
    }
    assert.deepEqual(await axeFindings(page), []);
  });

  await t.test('the link sets a password once, and ends the sessions', async () => {
    const link = linkOf(await mail.wait('saki@people.example', /password/i), '/reset#');
    await page.goto(link);
    await page.getByRole('heading', { name: 'New password' }).waitFor();
    assert.equal(new URL(page.url()).hash, '', 'the token stays out of the address');
    await page.getByRole('textbox', { name: 'New password' }).fill(next);
    await page.getByRole('button', { name: 'Set the password' }).click();
    await page.getByRole('heading', { name: 'Your password is new' }).waitFor();
    assert.equal(await page.getByRole('link', { name: 'look through them' }).getAttribute('href'), '/admin/personal/security');
    await signedIn.page.goto(`${server.origin}/admin/personal/settings`);
    await signedIn.page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.goto('about:blank');
    await page.goto(link);
    await page.getByRole('textbox', { name: 'New password' }).fill('another ten umbrellas');
    await page.getByRole('button', { name: 'Set the password' }).click();
    await page.getByText('This link no longer works').waitFor();
    await signIn(page, server.origin, 'saki', next);
    assert.equal(mail.count('nobody@people.example'), 0);
  });
  assert.deepEqual(faults.filter((fault) => !/status of 40[0134]/.test(fault)), []);
});

test('a rule that is switched on reaches people who are signed in', async () => {
  await server.run(['setting', 'set', 'TwoFactorAuth.enforcement', 'off']);
  await server.run(['user', 'create', '--login', 'kei', '--email', 'kei@people.example', '--password-stdin'], theirs);
  const { page, close } = await openPage(browser, server.origin);
  await signIn(page, server.origin, 'kei', theirs);
  await page.goto(`${server.origin}/admin/personal/settings`);
  await page.getByRole('heading', { name: 'Your settings' }).waitFor();
  await server.run(['setting', 'set', 'TwoFactorAuth.graceDays', '0']);
  await server.run(['setting', 'set', 'TwoFactorAuth.enforcement', 'everyone']);
  // The page learns it with the next thing that it asks for.
  await page.getByRole('link', { name: 'Security' }).click();
  await page.getByRole('heading', { name: 'Set up a second factor' }).waitFor();
  await server.run(['setting', 'set', 'TwoFactorAuth.enforcement', 'off']);
  await close();
});

test('a role that is lowered ends at once for its holder', async () => {
  await server.run(['setting', 'set', 'TwoFactorAuth.enforcement', 'off']);
  await server.run(['user', 'create', '--login', 'gen', '--email', 'gen@people.example', '--superuser', '--password-stdin'], password);
  await server.run(['user', 'create', '--login', 'ren', '--email', 'ren@people.example', '--password-stdin'], theirs);
  const [root, ren] = await Promise.all([openPage(browser, server.origin), openPage(browser, server.origin)]);
  await signIn(root.page, server.origin, 'gen', password);
  const { value: idSite } = await addSite(root.page, 'Harbour');
  const set = (access) => does(root.page, 'UsersManager.setUserAccess', { userLogin: 'ren', access, idSites: [idSite] });
  await set('admin');
  const holder = () => signIn(ren.page, server.origin, 'ren', theirs);
  const rename = () => send(ren.page, 'SitesManager.updateSite', { idSite, siteName: 'Mine' });
  await holder();
  assert.equal((await rename()).status, 200);
  await set('view');
  assert.ok([401, 403].includes((await rename()).status), 'the very next request');
  await set('noaccess');
  await ren.page.goto(`${server.origin}/sites/${idSite}`);
  await ren.page.getByRole('heading', { name: 'Sign in' }).or(ren.page.getByRole('heading', { name: 'Not found' })).waitFor();
  assert.equal(await ren.page.getByRole('region', { name: 'Key figures' }).count(), 0);
  await Promise.all([root.close(), ren.close()]);
});
