// A dimension of a site's own, from its form to its report; and that what is asked with a report is asked for its export too.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { ask, axeFindings, launch, openPage, signIn } from './browser.mjs';
import { startServer, until } from './server.mjs';

const today = { idSite: '1', period: 'day', date: 'today' };
let server, browser;

before(async () => {
  [server, browser] = await Promise.all([startServer(), launch()]);
});
after(() => Promise.all([browser?.close(), server?.stop()]));

const hits = ['ada', 'ada', 'lin <i>'].map((author, at) => ({
  idsite: '1', rec: '1', cid: `00000000000000b${at}`, url: `https://blog.example/post?author=${encodeURIComponent(author)}`, action_name: 'Post',
}));

test('a dimension from its form to its report', async (t) => {
  const { page, faults, close } = await openPage(browser, server.origin);
  await signIn(page, server.origin);
  await page.evaluate(async () => {
    const body = new URLSearchParams({ module: 'API', method: 'SitesManager.addSite', format: 'JSON', siteName: 'Blog', urls: 'https://blog.example', timezone: 'UTC' });
    await fetch('/index.php', { method: 'POST', body });
  });

  await t.test('it is defined, and a pattern that says nothing is refused in words', async () => {
    await page.goto(`${server.origin}/sites/1/dimensions`);
    await page.getByRole('link', { name: 'Define the first dimension' }).click();
    await page.getByText('No dimensions yet').waitFor();
    await page.getByRole('button', { name: 'Add a dimension' }).click();
    const form = page.getByRole('dialog', { name: 'Add a dimension' });
    await form.getByRole('textbox', { name: 'Name' }).fill('Author');
    await form.getByRole('button', { name: /It tells something about$/ }).click();
    await page.getByRole('option', { name: /^A single action, \d+ left$/ }).click();
    await form.getByRole('button', { name: 'Add a source' }).click();
    await form.getByRole('textbox', { name: 'Pattern 1' }).fill('author=[a-z]+');
    await form.getByRole('button', { name: 'Add the dimension' }).click();
    await form.getByText(/one pair of brackets/).last().waitFor();
    await form.getByRole('button', { name: /Source 1$/ }).click();
    await page.getByRole('option', { name: 'Parameter of the address' }).click();
    await form.getByRole('textbox', { name: 'Pattern 1' }).fill('author');
    assert.deepEqual(await axeFindings(page), []);
    await form.getByRole('button', { name: 'Add the dimension' }).click();
    await form.waitFor({ state: 'detached' });
    await page.getByText('of a single action, taken from the parameter of the address, number 1').waitFor();
    await page.getByRole('button', { name: 'Code for Author' }).click();
    await page.getByText("'setCustomDimension', 1").waitFor();
    assert.deepEqual(await axeFindings(page), []);
  });

  await t.test('its values stand in a report, over time and in an export', async () => {
    await server.track(hits);
    const values = () => ask(page, 'CustomDimensions.getCustomDimension', { ...today, idDimension: '1' });
    await until('everything is counted', async () => (await values()).length === 2);
    await page.goto(`${server.origin}/sites/1/dimensions?period=day&date=today`);
    await page.getByText('lin <i>', { exact: true }).waitFor();
    assert.deepEqual(await axeFindings(page), []);
    await page.getByRole('button', { name: 'More about ada' }).click();
    await page.getByRole('menuitem', { name: 'See it over time' }).click();
    await page.getByRole('img', { name: /^Views of ada by day/ }).focus();
    await page.keyboard.press('End');
    await page.getByRole('dialog').getByRole('status').getByText('2', { exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Export' }).click();
    const saved = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: /^JSON/ }).click();
    const rows = JSON.parse(await readFile(await (await saved).path(), 'utf8'));
    assert.deepEqual(rows.map((row) => [row.label, row.nb_hits]), [['ada', 2], ['lin <i>', 1]]);
  });

  await t.test('it is switched off', async () => {
    await page.goto(`${server.origin}/admin/websites/custom-dimensions`);
    await page.getByRole('button', { name: 'Edit Author' }).click();
    await page.getByText('Record values').click();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText(/not recorded now/).waitFor();
    const [own] = await ask(page, 'CustomDimensions.getConfiguredCustomDimensions', { idSite: '1' });
    assert.deepEqual([own.active, own.extractions], [false, [{ dimension: 'urlparam', pattern: 'author' }]]);
  });
  assert.deepEqual(faults.filter((fault) => !/status of 400/.test(fault)), []);
  await close();
});

test('reports answer, and their exports ask the same', async () => {
  const { page, faults, close } = await openPage(browser, server.origin);
  await signIn(page, server.origin);
  for (const id of ['left-products', 'event-categories', 'contents', 'searches', 'visit-lengths', 'users', 'ai-assistants']) {
    await page.goto(`${server.origin}/sites/1/reports/${id}`);
    await page.getByText(/^(Total of \d+ rows?|Nothing here in this period|Products are reported for shops)$/).waitFor();
    await page.getByRole('button', { name: 'Export' }).click();
    const href = await page.getByRole('menuitem', { name: /^CSV/ }).getAttribute('href');
    assert.equal(new URL(href, server.origin).searchParams.get('abandonedCarts'), id === 'left-products' ? '1' : null);
    assert.equal(await page.evaluate(async (address) => (await fetch(address)).status, href), 200, `${id}: ${href}`);
  }
  assert.deepEqual(faults, []);
  await close();
});
