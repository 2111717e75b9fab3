// Second factors, proof and sessions, by one superuser with an authenticator app and a passkey.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ask, axeFindings, launch, openPage, signIn } from './browser.mjs';
import { addKey, authenticator } from './factors.mjs';
import { password, startServer } from './server.mjs';

let server, browser;

before(async () => {
  [server, browser] = await Promise.all([startServer({ host: 'localhost' }), launch()]);
});
after(() => Promise.all([browser?.close(), server?.stop()]));

/** Refusals that a test asks for are written down by Chromium as errors; nothing else may be. */
const beside = (faults, ...paths) => faults.filter((fault) => !paths.some((path) => fault.includes(path) && /status of (401|403|429)/.test(fault)));

async function typePassword(page, login = 'root', secret = password) {
  await page.goto(`${server.origin}/login`);
  await page.getByLabel('Login or e-mail').fill(login);
  await page.getByRole('textbox', { name: 'Password' }).fill(secret);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

async function signOut(page) {
  await page.getByRole('button', { name: /sign out$/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
}

const arrived = (page) => page.waitForURL((url) => url.pathname.startsWith('/admin') || url.pathname.startsWith('/sites'));

test('second factors are set up, used, lost and replaced', async (t) => {
  const { page, faults, close } = await openPage(browser, server.origin);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.origin });
  const button = (name, exact = true) => page.getByRole('button', { name, exact });
  let app, codes, key;

  await t.test('until then a notice says by when', async () => {
    await signIn(page, server.origin);
    await page.getByRole('link', { name: 'Set up a second factor' }).click();
    await page.getByRole('heading', { name: 'Security' }).waitFor();
    await page.getByText('Your role needs a second factor').waitFor();
    assert.deepEqual(await axeFindings(page), []);
  });

  await t.test('an authenticator app is set up by its secret, and the codes must be kept', async () => {
    await button('Set up').click();
    const secret = await page.getByRole('region', { name: 'Secret for the authenticator app' }).textContent();
    assert.match(await page.getByRole('img', { name: /QR code/ }).getAttribute('src'), /^data:image\/svg\+xml/);
    app = authenticator(secret);
    await page.getByLabel('Code').fill(app.wrong());
    await page.getByText('This is not the code').waitFor();
    // The codes are shown once: nothing ends the step while they are on their way, and they wait for no other answer.
    const slow = (ms) => async (route) => {
      await new Promise((done) => setTimeout(done, ms));
      await route.continue().catch(() => undefined);
    };
    await page.route('**/TwoFactorAuth.finishTotp', slow(1_500));
    await page.route('**/TwoFactorAuth.getState?*', slow(3_000));
    await page.getByLabel('Code').fill(await app.code());
    await page.getByRole('button', { name: 'Cancel' }).and(page.locator(':disabled')).waitFor();
    await page.keyboard.press('Escape');
    const list = page.getByRole('list', { name: 'Recovery codes' });
    await list.waitFor();
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    codes = await list.getByRole('listitem').allTextContents();
    assert.equal(new Set(codes).size, 10);
    assert.ok(await button('Done').isDisabled(), 'the codes are to be kept first');
    await button('Copy').click();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    for (const code of codes) assert.ok(copied.includes(code), code);
    await button('Done').click();
    await page.getByText('10 codes left').waitFor();
    await page.getByRole('link', { name: 'Set up a second factor' }).waitFor({ state: 'detached' });
  });

  await t.test('the password alone opens nothing any more', async () => {
    await signOut(page);
    await typePassword(page);
    await page.getByRole('heading', { name: 'Second factor' }).waitFor();
    assert.deepEqual(await axeFindings(page), []);
    const status = await page.evaluate(async () => (await fetch('/api/v1/session')).status);
    assert.equal(status, 401);
    await page.getByLabel('Code').fill(app.wrong());
    await page.getByText('This is not the code').waitFor();
    await page.getByLabel('Code').fill(await app.code());
    await arrived(page);
  });

  await t.test('a recovery code opens it once', async () => {
    for (const isFirst of [true, false]) {
      await signOut(page);
      await typePassword(page);
      await button('Use a recovery code').click();
      await page.getByLabel('Recovery code').fill(codes[0]);
      await button('Go on').click();
      if (isFirst) {
        await arrived(page);
        await page.goto(`${server.origin}/admin/personal/security`);
        await page.getByText('9 codes left').waitFor();
      } else {
        await page.getByRole('alert').waitFor();
        await button('Use a code of your authenticator app').click();
        await page.getByLabel('Code').fill(await app.code());
        await arrived(page);
      }
    }
  });

  await t.test('a passkey is added and named', async () => {
    key = await addKey(page);
    await page.goto(`${server.origin}/admin/personal/security`);
    await button('Add a passkey').click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Laptop');
    await page.getByRole('dialog').getByRole('button', { name: 'Add the passkey' }).click();
    await button('Rename Laptop').click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Old laptop');
    await button('Save').click();
    await page.getByRole('list', { name: 'Your passkeys' }).getByText('Old laptop').waitFor();
    assert.equal(await key.count(), 1);
  });

  await t.test('the field of the login offers the passkey, and no button is needed', async () => {
    await page.getByRole('button', { name: /sign out$/ }).click();
    // This key takes each offer at once.
    const taken = page.waitForResponse((answer) => answer.url().endsWith('/api/v1/session/passkey') && answer.ok());
    await Promise.all([taken, page.getByRole('menuitem', { name: 'Sign out' }).click()]);
    await arrived(page);
  });

  await t.test('a passkey is the second factor', async () => {
    // From here on the browser is one that makes no offer in fields.
    await page.addInitScript(() => {
      PublicKeyCredential.isConditionalMediationAvailable = () => Promise.resolve(false);
    });
    await page.reload();
    await signOut(page);
    await typePassword(page);
    await button('Use a passkey').click();
    await button('Use your passkey').click();
    await arrived(page);
  });

  await t.test('a passkey signs in without a password', async () => {
    await signOut(page);
    await button('Sign in with a passkey').click();
    await arrived(page);
    await page.goto(`${server.origin}/admin/personal/security`);
    await page.getByText(/used just now|used \d+\u202fs ago/).first().waitFor();
  });

  await t.test('an act that needs fresh proof asks once, goes on, and can be left', async () => {
    await server.change('UPDATE session SET proved_s = proved_s - 3600');
    await page.goto(`${server.origin}/admin/personal/security`);
    await button('Make new ones').click();
    await button('Make new codes').click();
    const proof = page.getByRole('dialog', { name: 'Confirm it is you' });
    await proof.waitFor();
    await proof.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Nothing was changed').waitFor();
    await button('Make new codes').click();
    await proof.getByRole('button', { name: 'Use your password and a code instead' }).click();
    await proof.getByLabel('Your password').fill(password);
    await proof.getByLabel('Code of your authenticator app').fill(await app.code());
    await page.getByRole('list', { name: 'Recovery codes' }).waitFor();
    const fresh = await page.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem').allTextContents();
    assert.equal(fresh.filter((code) => codes.includes(code)).length, 0);
    await button('Copy').click();
    await button('Done').click();
  });

  await t.test('a passkey is proof too', async () => {
    await server.change('UPDATE session SET proved_s = proved_s - 3600');
    await page.goto(`${server.origin}/admin/personal/security`);
    await button('Remove Old laptop').click();
    await button('Remove the passkey').click();
    await page.getByRole('dialog', { name: 'Confirm it is you' }).getByRole('button', { name: 'Use your passkey' }).click();
    await page.getByRole('list', { name: 'Your passkeys' }).waitFor({ state: 'detached' });
  });

  await t.test('all of it stands in the record', async () => {
    const kinds = async (kind) => (await ask(page, 'ActivityLog.getEntries', { filterByActivityType: kind, limit: '-1' })).map((line) => line.type);
    const passkeys = await kinds('passkey.*');
    for (const kind of ['passkey.added', 'passkey.renamed', 'passkey.removed']) assert.ok(passkeys.includes(kind), kind);
    assert.ok((await kinds('session.signed_in_by_passkey')).length > 0);
  });

  await t.test('the last factor of a superuser cannot be turned off', async () => {
    await button('Turn off').click();
    await button('Turn it off').click();
    await page.getByRole('alertdialog').getByRole('alert').waitFor();
    await button('Cancel').click();
  });

  assert.deepEqual(beside(faults, '/api/v1/session', '/api/v1/methods/TwoFactorAuth.').filter((fault) => !/status of 400/.test(fault)), []);
  await close();
});

test('sessions are seen and ended, and end with the password', async (t) => {
  const login = 'saki';
  const theirs = 'seven herons under one umbrella';
  const next = 'eight umbrellas over one heron';
  await server.run(['user', 'create', '--login', login, '--email', 'saki@people.example', '--password-stdin'], theirs);
  const [one, two] = await Promise.all([openPage(browser, server.origin), openPage(browser, server.origin)]);
  for (const { page } of [one, two]) await signIn(page, server.origin, login, theirs);
  const { page } = one;
  const sessions = page.getByRole('list', { name: 'Your sessions' });

  await t.test('both are in the list, this one marked', async () => {
    await page.goto(`${server.origin}/admin/personal/security`);
    await sessions.getByText('This one').waitFor();
    assert.equal(await sessions.getByRole('listitem').count(), 2);
    assert.equal(await sessions.getByText(/on Linux/).count(), 2);
  });

  await t.test('the other one is ended', async () => {
    await page.getByRole('button', { name: /^End the session of/ }).click();
    await sessions.getByText(/on Linux/).nth(1).waitFor({ state: 'detached' });
    await two.page.goto(`${server.origin}/admin/personal/security`);
    await two.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  });

  await t.test('a new password shows which rules it keeps, and ends all sessions', async () => {
    await signIn(two.page, server.origin, login, theirs);
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    const rules = page.getByRole('list', { name: 'Rules for the password' });
    await page.getByLabel('New password').fill('password1');
    await rules.getByText('Not met: ').first().waitFor({ state: 'attached' });
    await page.getByLabel('New password').fill(next);
    await rules.getByText('Not met: ').first().waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Change it' }).click();
    await page.getByText('Your password is new').waitFor();
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await signIn(page, server.origin, login, next);
    await two.page.goto(`${server.origin}/admin/personal/security`);
    await two.page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await two.page.getByLabel('Login or e-mail').fill(login);
    await two.page.getByRole('textbox', { name: 'Password' }).fill(theirs);
    await two.page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await two.page.getByText('Login or password is wrong').waitFor();
    await signIn(two.page, server.origin, login, next);
  });
  await Promise.all([one.close(), two.close()]);
});

test('an act that waits for proof ends with the session', async () => {
  const theirs = 'nine lanterns over one bridge';
  await server.run(['user', 'create', '--login', 'mio', '--email', 'mio@people.example', '--password-stdin'], theirs);
  const { page, close } = await openPage(browser, server.origin);
  await signIn(page, server.origin, 'mio', theirs);
  await server.change('UPDATE session SET proved_s = proved_s - 3600');
  await page.goto(`${server.origin}/admin/personal/security`, { waitUntil: 'networkidle' });
  await page.getByRole('button', { name: 'Change', exact: true }).click();
  await page.getByLabel('New password').fill('ten bridges under one lantern');
  await page.getByRole('button', { name: 'Change it' }).click();
  const proof = page.getByRole('dialog', { name: 'Confirm it is you' });
  await proof.getByLabel('Your password').fill(theirs);
  await page.context().clearCookies();
  await proof.getByRole('button', { name: 'Confirm', exact: true }).click();
  await page.getByText('Your session has ended').waitFor();
  await page.getByLabel('Login or e-mail').fill('mio');
  await page.getByRole('textbox', { name: 'Password' }).fill(theirs);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL((url) => url.pathname !== '/login');
  await page.getByRole('heading', { name: 'Security', level: 1 }).waitFor();
  assert.equal(await page.getByRole('dialog').count(), 0, 'whoever signs in next is not asked');
  await close();
});

test('a token is made for a purpose, shown once, used and deleted', async () => {
  const { page, close } = await openPage(browser, server.origin);
  await server.run(['user', 'create', '--login', 'kei', '--email', 'kei@people.example', '--superuser', '--password-stdin'], 'ten thousand cranes fly north');
  await signIn(page, server.origin, 'kei', 'ten thousand cranes fly north');
  const created = await page.evaluate(async () => (await fetch('/api/v1/methods/SitesManager.addSite', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"siteName":"Orchard","urls":["https://orchard.example"]}' })).status);
  assert.equal(created, 200);
  // What comes above it moves the button, and a press that begins before and ends after that is none.
  await page.goto(`${server.origin}/admin/personal/security`, { waitUntil: 'networkidle' });
  await page.getByRole('button', { name: 'Create a token' }).click();
  await page.getByLabel('What it is for').fill('Nightly export');
  await page.getByRole('button', { name: 'Create the token' }).click();
  const token = await page.getByRole('region', { name: 'Token', exact: true }).textContent();
  const ask = async () => (await fetch(`${server.origin}/api/v1/methods/API.getMatomoVersion`, { headers: { authorization: `Bearer ${token.trim()}` } })).status;
  assert.equal(await ask(), 200);
  await page.getByRole('button', { name: 'Done' }).click();
  const tokens = page.getByRole('list', { name: 'Your tokens' });
  await tokens.getByText('Nightly export').waitFor();
  assert.ok(!(await page.content()).includes(token.trim()), 'the token is shown once');
  await page.getByRole('button', { name: 'Delete Nightly export' }).click();
  await page.getByRole('button', { name: 'Delete the token' }).click();
  await page.getByText('No tokens').waitFor();
  assert.equal(await ask(), 401);
  await close();
});
