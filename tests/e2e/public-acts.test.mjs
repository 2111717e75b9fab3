// Who must agree before something becomes public, what proves it, and what changes or ends it: in the browser.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { answered, ask, launch, openPage, signIn } from './browser.mjs';
import { addKey, authenticator } from './factors.mjs';
import { linkOf, startMail } from './mail.mjs';
import { act, beside, button, choose, confirmIt, go, mayTryAgain, place, prepare, proper, reason, saysThen, strangerStatus } from './public.mjs';
import { password, startServer, startWebsite, until } from './server.mjs';

let server, browser, mail, site;
const sizes = [[1440, 1000, 'light'], [390, 844, 'dark']];

before(async () => {
  [server, browser, mail] = await Promise.all([startServer({ host: 'localhost' }), launch(), startMail()]);
  await server.run(['setting', 'set', 'PublicReports.requestsPerMinute', '10000']);
  await server.run(['setting', 'set', 'PublicReports.cpuPercent', '100']);
  await server.run(['demo', '--weeks', '2']);
  const { page, close } = await openPage(browser, server.origin);
  await signIn(page, server.origin);
  await prepare(server, mail, page, ask);
  site = (await ask(page, 'SitesManager.getSiteFromId', { idSite: '1' })).name;
  await close();
});
after(() => Promise.all([browser?.close(), server?.stop(), mail?.stop()]));

const set = (name, value) => server.run(['setting', 'set', `PublicReports.${name}`, value]);
const at = (path = '') => `${server.origin}${place}${path}`;
/** The number of the newest grant. */
const newest = async (page) => (await ask(page, 'PublicReports.getGrants', {})).at(-1);
const request = async (page, draft) => (await act(page, 'PublicReports.request', { idSites: [1], what: 'site', reason, ...draft })).idGrants[0];
const endAll = async (page) => {
  for (const { idGrant, state } of await ask(page, 'PublicReports.getGrants', {})) {
    if (['pending', 'active', 'paused'].includes(state)) await act(page, 'PublicReports.revoke', { idGrants: [idGrant], passwordConfirmation: password });
  }
};
async function person(login = 'root', size = sizes[0]) {
  const [width, height, theme] = size;
  const opened = await openPage(browser, server.origin, { width, height, theme });
  await signIn(opened.page, server.origin, login);
  return opened;
}

for (const size of sizes) {
  test(`a dashboard at ${size[0]} px: chosen, shown as strangers see it, and the door of the server`, async () => {
    const own = await person('root', size);
    const { page } = own;
    const stranger = await openPage(browser, server.origin, { width: size[0], height: size[1], theme: size[2] });
    const widget = (module, action) => ({ uniqueId: `widget${module}${action}`, parameters: { module, action } });
    const made = await act(page, 'Dashboard.createNewDashboardForUser', { login: 'root', dashboardName: `Council ${size[0]}`, addDefaultWidgets: 0 });
    const idDashboard = Number(made?.value ?? made);
    const layout = [[widget('VisitsSummary', 'getEvolutionGraph'), widget('Live', 'getLastVisitsDetails')], [widget('UserCountry', 'getCountry')], [widget('DevicesDetection', 'getType')]];
    await act(page, 'Dashboard.saveLayout', { idDashboard, layout: JSON.stringify(layout) });

    await go(page, at('/new?site=1'), 'Make reports public');
    await choose(page, 'Which dashboard', `My dashboard “Council ${size[0]}”`);
    await choose(page, 'Who sees it', /^Everybody/);
    await page.getByRole('checkbox', { name: 'Annotations' }).check({ force: true });
    await page.getByRole('textbox', { name: 'Why' }).fill(reason);
    await proper(page);
    await button(page, 'Go on to look at it').click();
    await page.getByText(`The dashboard “Council ${size[0]}”, for everybody`).first().waitFor();
    await page.getByText('Not shown of it').waitFor();
    const preview = page.getByRole('region', { name: /, as a stranger sees it$/ });
    await preview.getByRole('button', { name: /^Visits [1-9]/ }).waitFor();
    await preview.getByRole('region', { name: /^Device type/ }).waitFor();
    assert.equal(await preview.getByRole('region').count(), 3);
    await proper(page);
    await confirmIt(page, 'Make it public', { site });
    await saysThen(page, 'It is public now');
    await button(page, 'Done').click();
    const { idGrant } = await newest(page);

    await go(page, at(), 'Public reports');
    await choose(page, 'Page that opens without signing in', new RegExp(`Council ${size[0]}`));
    await until('it opens', async () => (await strangerStatus(server.origin)) === 302);
    await stranger.page.goto(server.origin);
    await stranger.page.getByRole('heading', { name: `${site} · Council ${size[0]}`, level: 1 }).waitFor();
    assert.equal(new URL(stranger.page.url()).pathname, `/public/${idGrant}`);
    const countries = stranger.page.getByRole('region', { name: /^Countr/ });
    await countries.scrollIntoViewIfNeeded();
    await countries.getByRole('listitem').first().waitFor();
    assert.equal(await stranger.page.getByRole('main').getByRole('region').count(), 3);
    await proper(stranger.page);
    await stranger.page.getByRole('link', { name: 'Sign in' }).click();
    await stranger.page.getByLabel('Login or e-mail').waitFor();
    assert.deepEqual(stranger.faults, []);

    await choose(page, 'Page that opens without signing in', 'The sign-in page');
    await until('it opens no more', async () => (await strangerStatus(server.origin)) === 200);
    await endAll(page);
    assert.deepEqual(beside(own.faults), []);
    await Promise.all([own.close(), stranger.close()]);
  });

  test(`a cool-off at ${size[0]} px can be cancelled from the mail`, async () => {
    await set('coolOffMinutes', '30');
    const own = await person('root', size);
    const { page } = own;
    const idGrant = await request(page);
    await go(page, at(`/confirm/activate/${idGrant}`), 'Make it public?');
    await page.getByText('It begins 30 minutes after that').waitFor();
    await confirmIt(page, 'Make it public', { site });
    await saysThen(page, 'It begins in a moment');
    await button(page, 'Done').click();
    await page.getByText('About to begin').waitFor();
    await proper(page);
    assert.equal(await strangerStatus(`${server.origin}/public/${idGrant}`), 403);
    const link = await until('the mail about this grant', async () => {
      const newestMail = await mail.wait('root@people.example', /soon/i);
      const url = linkOf(newestMail, 'public-reports');
      return url.endsWith(`pause=${idGrant}`) && url;
    });
    await page.goto(link);
    const dialog = page.getByRole('alertdialog');
    await dialog.getByRole('button', { name: 'Cancel it' }).waitFor();
    assert.equal((await newest(page)).state, 'pending', 'opening the link changes nothing');
    await proper(page);
    await dialog.getByRole('button', { name: 'Cancel it' }).click();
    await dialog.waitFor({ state: 'detached' });
    assert.equal((await newest(page)).state, 'revoked');
    await set('coolOffMinutes', '0');
    assert.deepEqual(beside(own.faults), []);
    await own.close();
  });

  test(`less and more at ${size[0]} px: less at once, more by a new look, and none that changed meanwhile`, async () => {
    const own = await person('root', size);
    const { page } = own;
    const reports = ['Actions.getPageUrls', 'VisitsSummary.get'];
    const idGrant = await request(page, { what: 'reports', reports });
    await go(page, at(`/confirm/activate/${idGrant}`), 'Make it public?');
    await page.getByRole('textbox', { name: 'Your password' }).waitFor();
    // Somebody else changes it between the look and the confirmation.
    await act(page, 'PublicReports.narrow', { idGrant, what: 'reports', reports, months: 6, passwordConfirmation: password });
    await confirmIt(page, 'Make it public', { site });
    await page.getByText('Something changed since you looked').waitFor();
    await proper(page);
    assert.equal((await newest(page)).state, 'pending');
    await confirmIt(page, 'Make it public', { site });
    await saysThen(page, 'It is public now');
    await button(page, 'Done').click();
    const asked = (method) => strangerStatus(`${server.origin}/public/${idGrant}/data/${method}?period=day&date=yesterday`);
    assert.equal(await asked('Actions.getPageUrls'), 200);

    await go(page, at(`/${idGrant}/change`), 'Show more or less');
    await page.getByRole('group', { name: 'Reports that are shown' }).getByText('Page URLs', { exact: true }).click();
    await proper(page);
    await button(page, 'Show less').click();
    await page.getByRole('heading', { name: `Public reports of ${site}`, level: 1 }).waitFor();
    assert.deepEqual([await asked('Actions.getPageUrls'), await asked('VisitsSummary.get')], [400, 200]);

    await go(page, at(`/${idGrant}/change`), 'Show more or less');
    await page.getByRole('group', { name: 'Reports that are shown' }).getByText('Page titles', { exact: true }).click();
    await page.getByText('Strangers would see more than now').waitFor();
    await button(page, 'Go on to look at it').click();
    await page.getByRole('heading', { name: 'Show more?', level: 1 }).waitFor();
    await page.getByText('2 reports and').waitFor();
    const titles = page.getByRole('region', { name: /, as a stranger sees it$/ }).getByRole('region', { name: 'Page titles' });
    await titles.scrollIntoViewIfNeeded();
    await titles.getByRole('listitem').first().waitFor();
    await proper(page);
    assert.equal(await asked('Actions.getPageTitles'), 400);
    await confirmIt(page, 'Show this');
    await page.getByRole('dialog').waitFor();
    await button(page, 'Done').click();
    assert.equal(await asked('Actions.getPageTitles'), 200);
    await endAll(page);
    assert.deepEqual(beside(own.faults), []);
    await own.close();
  });
}

test('the proof stays in its place while reports of the preview come', async () => {
  const own = await person();
  const { page } = own;
  const idGrant = await request(page);
  let open;
  const opened = new Promise((done) => (open = done));
  await page.route(/asPublicGrant=/, (route) => opened.then(() => route.continue()));
  await go(page, at(`/confirm/activate/${idGrant}`), 'Make it public?');
  const proof = page.getByRole('form', { name: 'Confirm it' });
  await proof.waitFor();
  const before = await proof.boundingBox();
  open();
  await page.getByRole('region', { name: `${site}, as a stranger sees it` }).getByRole('listitem').first().waitFor();
  await page.waitForLoadState('networkidle');
  assert.deepEqual(await proof.boundingBox(), before);
  await endAll(page);
  assert.deepEqual(beside(own.faults), []);
  await own.close();
});

test('a frame of the page that was named shows a widget, and one of another page shows nothing', async (t) => {
  const own = await person();
  const { page } = own;
  let code = '';
  const website = await startWebsite(() => `<!doctype html><html lang="en"><title>Council</title><h1>Our figures</h1>${code}</html>`);
  t.after(() => website.stop());
  const named = website.origin.replace('127.0.0.1', 'localhost');
  const idGrant = await request(page, { what: 'widgets', reports: ['UserCountry.getCountry'], origins: [named] });
  await go(page, at(`/confirm/activate/${idGrant}`), 'Make it public?');
  await confirmIt(page, 'Make it public', { site });
  await saysThen(page, 'It is public now');
  await button(page, 'Done').click();
  await go(page, `${server.origin}/admin/platform/widgets?grant=${idGrant}`, 'Widgets');
  await choose(page, 'What the frame shows', /^Countr/);
  code = await page.getByRole('region', { name: 'Code of the frame' }).textContent();
  assert.match(code, /report=UserCountry\.getCountry/);
  await proper(page);

  const reader = await openPage(browser, named);
  await reader.page.goto(named);
  const frame = reader.page.frameLocator('iframe');
  await frame.getByRole('region', { name: /^Countr/ }).getByRole('listitem').first().waitFor();
  assert.deepEqual(await reader.page.context().cookies(), []);
  assert.deepEqual(reader.faults.filter((fault) => !fault.startsWith(`request to ${server.origin}/`)), []);
  await reader.close();

  // The same page under another origin, which nobody named.
  const other = await openPage(browser, website.origin);
  await other.page.goto(website.origin);
  await until('the browser refuses it', () => other.faults.some((fault) => /frame-ancestors/.test(fault)));
  assert.equal(await other.page.frameLocator('iframe').getByRole('listitem').count(), 0);
  // Nor may the pages of whoever is signed in stand there.
  code = `<iframe src="${server.origin}${place}"></iframe>`;
  const trap = await openPage(browser, named);
  await trap.page.goto(named);
  await until('the browser refuses that too', () => trap.faults.some((fault) => /frame-ancestors|X-Frame-Options/i.test(fault)));
  await Promise.all([other.close(), trap.close()]);
  await endAll(page);
  assert.deepEqual(beside(own.faults), []);
  await own.close();
});

test('a second superuser must look at a whole site too, and nobody approves their own', async () => {
  await server.run(['user', 'create', '--login', 'second', '--email', 'second@people.example', '--superuser', '--password-stdin'], password);
  for (const size of sizes) {
    const first = await person('root', size);
    const second = await person('second', size);
    const idGrant = await request(first.page);
    await go(first.page, at(`/confirm/activate/${idGrant}`), 'Make it public?');
    await first.page.getByText('A second superuser has to approve it within 72 hours').waitFor();
    await confirmIt(first.page, 'Make it public', { site });
    await saysThen(first.page, 'A second superuser must approve it');
    await button(first.page, 'Done').click();
    await first.page.getByText('Waits for a second superuser').waitFor();
    await proper(first.page);
    await mail.wait('second@people.example', /second superuser/i);
    assert.equal(await strangerStatus(`${server.origin}/public/${idGrant}`), 403);

    await go(first.page, at(`/confirm/approve/${idGrant}`), 'Approve it?');
    await confirmIt(first.page, 'Approve');
    await first.page.getByText('somebody else must approve this', { exact: false }).waitFor();
    assert.equal((await newest(first.page)).state, 'pending');

    await go(second.page, at(), 'Public reports');
    await button(second.page, `Look at it: reports of ${site}`).click();
    await second.page.getByRole('heading', { name: 'Approve it?', level: 1 }).waitFor();
    await second.page.getByRole('textbox', { name: 'Your password' }).waitFor();
    await proper(second.page);
    await confirmIt(second.page, 'Approve');
    await saysThen(second.page, 'It is public now');
    await button(second.page, 'Done').click();
    assert.equal(await strangerStatus(`${server.origin}/public/${idGrant}`), 200);
    await second.page.getByText(/approved by second/i).first().waitFor();
    await endAll(second.page);
    assert.deepEqual([...beside(first.faults), ...beside(second.faults)], []);
    await Promise.all([first.close(), second.close()]);
  }
  await set('twoPeople', 'never');
});

test('a passkey proves it in the act itself', async () => {
  const own = await person('second');
  const { page } = own;
  const key = await addKey(page);
  await page.goto(`${server.origin}/admin/personal/security`);
  await button(page, 'Add a passkey').click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Laptop');
  await page.getByRole('dialog').getByRole('button', { name: 'Add the passkey' }).click();
  await until('a passkey was made', async () => (await key.count()) === 1);
  await until('the server knows it', async () => (await ask(page, 'PublicReports.getState', {})).needsFactor === 'passkey');

  const idGrant = await request(page);
  await go(page, at(`/confirm/activate/${idGrant}`), 'Make it public?');
  await page.getByText('Your passkey is asked for next').waitFor();
  await proper(page);
  await confirmIt(page, 'Make it public', { site });
  await saysThen(page, 'It is public now');
  await button(page, 'Done').click();
  assert.equal(await strangerStatus(`${server.origin}/public/${idGrant}`), 200);

  // Without the key there is no proof; what ends it needs the password alone.
  await key.remove();
  const paused = await request(page);
  await go(page, at(`/confirm/activate/${paused}`), 'Make it public?');
  await page.getByRole('textbox', { name: 'Your password' }).waitFor();
  await go(page, at(), 'Public reports');
  await button(page, 'Pause all').click();
  const dialog = page.getByRole('alertdialog');
  await dialog.getByRole('textbox', { name: 'Your password' }).fill(password);
  await dialog.getByRole('button', { name: 'Pause all' }).click();
  await dialog.waitFor({ state: 'detached' });
  assert.equal(await strangerStatus(`${server.origin}/public/${idGrant}`), 403);
  assert.deepEqual(beside(own.faults), []);
  await own.close();
});

test('a code proves it in the act itself, and Pause all asks for the password alone', async () => {
  const own = await person();
  const { page } = own;
  const { secret } = await act(page, 'TwoFactorAuth.startTotp', {});
  const app = authenticator(secret);
  await act(page, 'TwoFactorAuth.finishTotp', { code: await app.code() });
  const idGrant = await request(page);
  await go(page, at(`/confirm/activate/${idGrant}`), 'Make it public?');
  await confirmIt(page, 'Make it public', { site, code: app.wrong });
  await page.getByRole('form', { name: 'Confirm it' }).getByRole('alert').waitFor();
  assert.equal((await newest(page)).state, 'pending');
  await proper(page);
  await until('it is confirmed', async () => {
    await mayTryAgain(page);
    await page.getByRole('textbox', { name: 'Your password' }).fill(password);
    await page.getByRole('textbox', { name: 'Code of your authenticator app' }).fill(await app.code());
    return answered(page, 'PublicReports.activate', () => button(page, 'Make it public').click());
  }, 120_000);
  await button(page, 'Done').click();
  assert.equal(await strangerStatus(`${server.origin}/public/${idGrant}`), 200);
  await button(page, 'Pause all').click();
  const dialog = page.getByRole('alertdialog');
  assert.equal(await dialog.getByRole('textbox', { name: /^Code/ }).count(), 0, 'who wants to stop something must not look for a telephone first');
  await proper(page);
  await dialog.getByRole('textbox', { name: 'Your password' }).fill('not the password at all');
  await dialog.getByRole('button', { name: 'Pause all' }).click();
  await dialog.getByRole('alert').waitFor();
  assert.equal(await strangerStatus(`${server.origin}/public/${idGrant}`), 200);
  await dialog.getByRole('textbox', { name: 'Your password' }).fill(password);
  await until('all is paused', async () => {
    await mayTryAgain(dialog);
    return answered(page, 'PublicReports.pauseAll', () => dialog.getByRole('button', { name: 'Pause all' }).click());
  });
  await dialog.waitFor({ state: 'detached' });
  assert.equal(await strangerStatus(`${server.origin}/public/${idGrant}`), 403);
  assert.deepEqual(beside(own.faults), []);
  await own.close();
});
