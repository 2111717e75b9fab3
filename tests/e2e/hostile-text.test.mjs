// Text that strangers track stays text on every page.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { launch, openPage, signIn } from './browser.mjs';
import { hostileHits, mark, payloads } from './payloads.mjs';
import { startServer, until } from './server.mjs';

const hits_max = 400;
const scrolls_max = 40;
// Taken from where the application takes them: a new report is opened here too.
const catalog = readFileSync(new URL('../../web/src/reports/catalog.ts', import.meta.url), 'utf8');
const reports = [...catalog.matchAll(/^ {2}report\('\w+', '([\w-]+)'/gm)].map((match) => match[1]);
const cards = ['referrers', 'pages', 'places', 'devices'];
let server, browser;

before(async () => {
  [server, browser] = await Promise.all([startServer(), launch()]);
});
after(() => Promise.all([browser?.close(), server?.stop()]));

/** Elements that tracked text made, and links that would run something. */
const injected = (page) =>
  page.evaluate((attribute) => {
    const made = [...document.querySelectorAll(`[${attribute}]`)].map((element) => element.outerHTML);
    const links = ['href', 'src', 'action', 'formaction'].flatMap((name) =>
      [...document.querySelectorAll(`[${name}]`)].filter((element) => !['http:', 'https:', 'data:'].includes(URL.parse(element.getAttribute(name), location.href)?.protocol ?? 'http:')),
    ).map((element) => element.outerHTML);
    const pages = [...document.querySelectorAll('a[href^="data:" i], iframe, object, embed, base')].map((element) => element.outerHTML);
    return [...made, ...links, ...pages];
  }, mark);

/** Brings every row of the table into the page once, opening rows and asking what is there. */
async function throughRows(page, look) {
  const toggles = page.locator('[data-toggle=closed]');
  for (let opened = 0; opened < 3 && (await toggles.count()) > 0; opened += 1) await toggles.first().click();
  await page.waitForLoadState('networkidle');
  for (let step = 0; step < scrolls_max; step += 1) {
    await look();
    const more = await page.evaluate(() => {
      const box = document.querySelector('table')?.parentElement;
      if (!box || box.scrollTop + box.clientHeight >= box.scrollHeight - 2) return false;
      box.scrollTop += box.clientHeight;
      return true;
    });
    if (!more) return;
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  }
}

test('these tests see markup that strikes', async () => {
  const { page, faults, close } = await openPage(browser, server.origin);
  await page.setContent(`<img ${mark} src=x onerror=alert(1)><a href="javascript:alert(1)">x</a><img src="http://127.0.0.1:9/">`);
  await until('a dialog and a request are noted', () => faults.some((fault) => fault.startsWith('dialog')) && faults.some((fault) => fault.startsWith('request')));
  assert.equal((await injected(page)).length, 2);
  await close();
});

test('promise 28: tracked text stays text', async (t) => {
  assert.ok(payloads.length >= 60 && new Set(payloads).size === payloads.length);
  assert.ok(reports.length >= 20, 'the catalogue of reports is read');
  const hits = hostileHits('https://shop.example');
  const { page, faults, close } = await openPage(browser, server.origin, { height: 2400 });
  await signIn(page, server.origin);
  const created = await page.evaluate(async () => {
    const body = new URLSearchParams({ module: 'API', method: 'SitesManager.addSite', format: 'JSON', siteName: 'Shop', urls: 'https://shop.example', timezone: 'UTC' });
    return (await fetch('/index.php', { method: 'POST', body })).status;
  });
  assert.equal(created, 200);
  for (let at = 0; at < hits.length; at += hits_max) await server.track(hits.slice(at, at + hits_max));

  const shown = new Set();
  const open = async (path, inside = async () => undefined) => {
    await page.goto(server.origin + path);
    await page.waitForLoadState('networkidle');
    const look = async () => {
      assert.deepEqual(await injected(page), [], path);
      const text = await page.evaluate(() => document.body.innerText);
      for (const payload of payloads) if (text.includes(payload)) shown.add(payload);
    };
    await look();
    await inside(look);
    assert.deepEqual(faults, [], path);
  };
  const period = '?period=year&date=today';

  await t.test('on the dashboard', () => open(`/sites/1${period}`, async (look) => {
    await page.getByText('visitors, ').first().waitFor();
    for (const card of cards) {
      const tabs = page.locator(`section[aria-label="${card[0].toUpperCase()}${card.slice(1)}"] [role=tab]`);
      for (let at = 0; at < (await tabs.count()); at += 1) {
        await tabs.nth(at).click();
        await page.waitForLoadState('networkidle');
        await look();
      }
    }
  }));
  await t.test('in the visits log', () => open(`/sites/1/visits${period}`, async (look) => {
    const lines = page.locator('li button[aria-expanded=false]');
    for (let opened = 0; opened < 30 && (await lines.count()) > 0; opened += 1) await lines.first().click();
    await look();
  }));
  for (const id of reports) {
    await t.test(`in the report ${id}`, () => open(`/sites/1/reports/${id}${period}&rows=-1`, (look) => throughRows(page, look)));
  }
  for (const path of ['/sites/1/times', '/admin/websites/manage', '/admin/websites/tracking-code', '/admin/system/users', '/admin/personal/settings']) {
    await t.test(`on ${path}`, () => open(path));
  }
  await t.test('in conditions and searches', async () => {
    for (const payload of [payloads[4], payloads[43], payloads[61]]) {
      const condition = encodeURIComponent(`pageTitle==${encodeURIComponent(payload)}`);
      await open(`/sites/1${period}&segment=${condition}`, async () => page.getByRole('list', { name: 'Segment' }).getByText(payload).waitFor());
      await open(`/sites/1/reports/titles${period}&q=${encodeURIComponent(payload)}`);
    }
  });
  assert.deepEqual(payloads.filter((payload) => !shown.has(payload) && !/[\s\0]{2}|\0|\t|^ /.test(payload)), [], 'every text was on some page');
  await close();
});
