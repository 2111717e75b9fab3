// What the pages say while the server is away, and that they say nothing wrong until it answers.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axeFindings, launch, openPage, signIn } from './browser.mjs';
import { startServer, until } from './server.mjs';

let server, browser;

before(async () => {
  [server, browser] = await Promise.all([startServer(), launch()]);
  await server.run(['demo', '--weeks', '9']);
});
after(() => Promise.all([browser?.close(), server?.stop()]));

const heading = (page, name) => page.getByRole('heading', { name, exact: true, level: 1 });
const figures = (page) => page.getByRole('region', { name: 'Key figures' });
const graph = (page) => page.getByRole('region', { name: 'Visits by day' });
/** The browser writes down every request that failed; here they are meant to. */
const mistakes = (faults) => faults.filter((fault) => fault.startsWith('error:'));

async function openHome() {
  const opened = await openPage(browser, server.origin);
  await signIn(opened.page, server.origin);
  await opened.page.goto(`${server.origin}/sites/1`);
  await figures(opened.page).getByText('%').first().waitFor();
  await opened.page.waitForLoadState('networkidle');
  return opened;
}

test('a part of the application that does not arrive leaves words, and comes once the server answers', async () => {
  const { page, faults, close } = await openHome();
  const again = page.getByRole('button', { name: 'Try again' });
  await page.context().setOffline(true);
  await page.getByRole('link', { name: 'Administration' }).click();
  await page.getByText('This page could not be loaded').waitFor();
  await page.getByText(/^The server did not hand over this part/).waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await again.click();
  await page.getByText('The server still does not answer.').waitFor();
  await page.goBack();
  await heading(page, 'Home').waitFor();

  await page.getByRole('button', { name: 'Visitors', exact: true }).click();
  await page.getByRole('link', { name: 'Visits log' }).first().click();
  await page.getByText('This page could not be loaded').waitFor();
  await page.context().setOffline(false);
  await again.click();
  await heading(page, 'Visits log').waitFor();
  assert.deepEqual(mistakes(faults), []);
  await close();
});

test('without a network every part says so, and all are back with it', async () => {
  const { page, faults, close } = await openHome();
  await page.context().setOffline(true);
  await page.getByRole('region', { name: 'Places' }).getByRole('button', { name: /^Germany/ }).click();
  for (const what of ['The figures', 'The graph', 'Countries']) await page.getByText(`${what} could not be loaded`).waitFor();
  await page.getByText('Your computer cannot reach the server').first().waitFor();
  await until('nothing waits in silence', async () => (await page.locator('[data-stale]').count()) === 0, 10_000);
  await page.context().setOffline(false);
  await figures(page).getByText('%').first().waitFor();
  assert.deepEqual(mistakes(faults), []);
  await close();
});

test('a session that cannot be asked for once more leaves the application as it is', async () => {
  const { page, faults, close } = await openHome();
  await page.route('**/api/v1/session', (route) => route.fulfill({ status: 500, json: {} }));
  const isLog = (url) => url.pathname.endsWith('/Live.getLastVisitsDetails') && url.searchParams.get('filter_limit') === '50';
  await page.route(isLog, (route) => route.fulfill({ status: 403, json: { error: { code: 'forbidden', message: 'no' } } }));
  const refused = page.waitForResponse((answer) => answer.url().endsWith('/api/v1/session'));
  await page.getByRole('button', { name: 'Visitors', exact: true }).click();
  await page.getByRole('link', { name: 'Visits log' }).first().click();
  await refused;
  await page.unroute(isLog);
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('region', { name: 'Visits' }).getByRole('listitem').first().waitFor();
  assert.deepEqual(mistakes(faults), []);
  await close();
});

test('nothing is compared until both sides answer what is asked now', async () => {
  const { page, faults, close } = await openHome();
  const changes = () => page.locator('[class*=change] svg').count();
  assert.ok((await changes()) > 6, 'changes are told apart by their arrows');
  const asked = (url, isNow) => {
    const query = new URL(url).searchParams;
    return query.get('segment') === 'countryCode==de' && (query.get('date') ?? '').endsWith(new Date().toISOString().slice(0, 10)) === isNow;
  };
  let release;
  const held = new Promise((done) => (release = done));
  await page.route((url) => url.pathname.startsWith('/api/v1/methods/') && asked(url, true), async (route) => {
    await held;
    await route.continue();
  });
  const then = page.waitForResponse((answer) => answer.url().includes('VisitsSummary.get?') && asked(answer.url(), false));
  await page.getByRole('region', { name: 'Places' }).getByRole('button', { name: /^Germany/ }).click();
  await then;
  await page.locator('[data-stale]').first().waitFor();
  assert.equal(await changes(), 0);
  assert.equal(await graph(page).locator('[data-stale]').count(), 1);
  assert.equal(await graph(page).getByText('the 30 before').count(), 0);
  release();
  await until('the changes are told', async () => (await page.locator('[data-stale]').count()) === 0 && (await changes()) > 6, 20_000);
  await graph(page).getByText('the 30 before').waitFor();

  await page.unrouteAll({ behavior: 'wait' });
  await page.route((url) => url.pathname.startsWith('/api/v1/methods/') && new URL(url).searchParams.get('segment') === 'countryCode==fr' && !url.searchParams.get('date')?.endsWith(new Date().toISOString().slice(0, 10)), (route) => route.fulfill({ status: 500, json: {} }));
  await page.goto(`${server.origin}/sites/1?segment=countryCode%3D%3Dfr`);
  await graph(page).getByText('Nothing is compared: the period before could not be loaded.').waitFor();
  assert.equal(await graph(page).getByText('the 30 before').count(), 0);
  assert.equal(await changes(), 0);
  assert.deepEqual(await axeFindings(page), []);
  await page.unrouteAll({ behavior: 'wait' });
  await graph(page).getByRole('button', { name: 'Try again' }).click();
  await graph(page).getByText('the 30 before').waitFor();
  assert.deepEqual(mistakes(faults), []);
  await close();
});

test('conditions that the server does not know are one message', async () => {
  const { page, faults, close } = await openHome();
  for (const path of ['/sites/1', '/sites/1/visits', '/sites/1/reports/pages']) {
    await page.goto(`${server.origin}${path}?segment=nonsense%3D%3D1`);
    await page.getByText('The server does not know these conditions').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Try again' }).count(), 0, path);
  }
  assert.deepEqual(await axeFindings(page), []);
  await page.getByRole('button', { name: 'Remove the conditions' }).click();
  await heading(page, 'Pages').waitFor();
  await page.getByRole('table', { name: 'Pages' }).or(page.getByRole('treegrid', { name: 'Pages' })).waitFor();
  assert.equal(new URL(page.url()).searchParams.has('segment'), false);
  assert.deepEqual(mistakes(faults), []);
  await close();
});
