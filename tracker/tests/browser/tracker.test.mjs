// The built script in a real browser, against a local server that records requests.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { chromium } from 'playwright-core';
import { startSite } from './server.mjs';

const executablePath = process.env.CHROMIUM || '/usr/bin/chromium';
const isMissing = !existsSync(executablePath);
if (isMissing) {
  console.log(`browser test skipped: there is no ${executablePath}, install chromium or set CHROMIUM`);
}

const setup = [
  ['setTrackerUrl', '/matomo.php'],
  ['setSiteId', '7'],
];
const links = `
  <a id="file" href="/files/report.pdf">report</a>
  <a id="out" href="http://other.example/path?x=1">other</a>
  <a id="inside" href="/two">two</a>
  <a id="ignored" class="matomo_ignore" href="http://ignored.example/">ignored</a>
  <a id="mail" href="mailto:a@example.org">mail</a>`;
const pages = {
  '/one': { commands: [['trackPageView'], ...setup, ['enableLinkTracking']], body: links },
  '/two': [...setup, ['setUserId', 'ann@example.org'], ['trackPageView', 'Second']],
  '/gone': [...setup, ['trackPageView']],
  '/image': [...setup, ['disableAlwaysUseSendBeacon'], ['trackPageView']],
  '/heart': [...setup, ['enableHeartBeatTimer', 5], ['trackPageView']],
  '/consent': [['trackPageView'], ['requireConsent'], ...setup],
  '/cookieless': [['requireCookieConsent'], ...setup, ['trackPageView']],
  '/pair': [...setup, ['addTracker', '/second/matomo.php', '8'], ['trackPageView']],
  '/content': {
    commands: [...setup, ['trackPageView'], ['trackAllContentImpressions']],
    body: '<div data-track-content data-content-name="Ad" data-content-piece="ad.png"><a id="ad" href="#x" data-content-target="http://a.example/">go</a></div>',
  },
};

describe('browser', { skip: isMissing }, () => {
  let browser, site;
  before(async () => {
    browser = await chromium.launch({
      executablePath,
      args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    });
  });
  after(() => browser?.close());

  /** Run a test on a fresh site with a fresh cookie jar; console errors fail it. */
  const onPage = (name, path, task) =>
    test(name, { timeout: 30_000 }, async () => {
      site = await startSite(pages);
      const context = await browser.newContext();
      try {
        const page = await context.newPage();
        const errors = [];
        page.on('pageerror', (error) => errors.push(error.message));
        page.on('console', (message) => message.type() === 'error' && !/favicon|404/.test(message.text()) && errors.push(message.text()));
        // Links to other sites are followed nowhere.
        await context.route((url) => url.hostname.endsWith('.example'), (route) => route.abort());
        await page.goto(site.url + path);
        await task({ page, context, push: (...command) => page.evaluate((c) => window._paq.push(c), command) });
        assert.deepEqual(errors, []);
      } finally {
        await context.close();
        site.close();
      }
    });

  onPage('page view', '/one', async () => {
    const { query } = await site.find('page view', (q) => q.has('action_name'));
    assert.equal(query.get('action_name'), 'Page /one');
    assert.equal(query.get('idsite'), '7');
    assert.equal(query.get('rec'), '1');
    assert.equal(query.get('url'), `${site.url}/one`);
    assert.match(query.get('_id'), /^[0-9a-f]{16}$/);
    assert.match(query.get('pv_id'), /^[0-9a-zA-Z]{6}$/);
    assert.match(query.get('r'), /^\d{6}$/);
    assert.match(query.get('res'), /^\d+x\d+$/);
    assert.equal(query.get('send_image'), '0');
    assert.equal(query.get('cookie'), '1');
    assert.ok(Number(query.get('pf_srv')) >= 0);
    assert.ok(JSON.parse(query.get('uadata')).platform);
    const names = [...query.keys()];
    const order = ['action_name', 'idsite', 'rec', 'r', 'h', 'm', 's', 'url', '_id', '_idn', 'send_image', 'pv_id'];
    assert.deepEqual(names.filter((name) => order.includes(name)), order);
  });

  onPage('event, site search, goal', '/one', async ({ push }) => {
    await push('trackEvent', 'Video', 'Play', 'Trailer', 4.5);
    await push('trackSiteSearch', 'blue shoes', 'shop', 0);
    await push('trackGoal', 3, 12.5);
    const event = await site.find('event', (q) => q.get('e_c') === 'Video');
    assert.equal(event.query.get('e_a'), 'Play');
    assert.equal(event.query.get('e_n'), 'Trailer');
    assert.equal(event.query.get('e_v'), '4.5');
    assert.equal(event.query.get('ca'), '1');
    const search = await site.find('search', (q) => q.get('search') === 'blue shoes');
    assert.equal(search.query.get('search_cat'), 'shop');
    assert.equal(search.query.get('search_count'), '0');
    const goal = await site.find('goal', (q) => q.get('idgoal') === '3');
    assert.equal(goal.query.get('revenue'), '12.5');
    assert.equal(new Set(site.hits.map((hit) => hit.query.get('_id'))).size, 1);
    assert.equal(new Set(site.hits.map((hit) => hit.query.get('pv_id'))).size, 1);
  });

  onPage('download and outlink clicks', '/one', async ({ page }) => {
    await site.find('page view', (q) => q.has('action_name'));
    await page.evaluate(() => document.addEventListener('click', (event) => event.preventDefault()));
    for (const id of ['mail', 'ignored', 'inside', 'file', 'out']) await page.click(`#${id}`);
    const file = await site.find('download', (q) => q.has('download'));
    assert.equal(file.query.get('download'), `${site.url}/files/report.pdf`);
    const out = await site.find('outlink', (q) => q.has('link'));
    assert.equal(out.query.get('link'), 'http://other.example/path?x=1');
    await page.focus('#out');
    await page.keyboard.press('Enter');
    await page.click('#out', { button: 'middle' });
    await page.waitForTimeout(300);
    assert.equal(site.hits.filter(({ query }) => query.has('link')).length, 3);
    assert.equal(site.hits.length, 5);
  });

  onPage('outlink that leaves the page', '/one', async ({ page }) => {
    await page.waitForFunction(() => window.Matomo?.initialized);
    await page.click('#out');
    await site.find('outlink', (q) => q.get('link') === 'http://other.example/path?x=1');
  });

  onPage('cookies and user id over two pages', '/one', async ({ page, context }) => {
    const first = await site.find('page view', (q) => q.has('action_name'));
    assert.equal(first.query.get('_idn'), '1');
    const id = (await context.cookies()).find((cookie) => cookie.name.startsWith('_pk_id.7.'));
    // First four digits of sha1('127.0.0.1/').
    assert.equal(id.name, '_pk_id.7.dc78');
    assert.match(id.value, /^[0-9a-f]{16}\.\d{10}\.$/);
    assert.equal(id.sameSite, 'Lax');
    assert.ok(Math.abs(id.expires - Date.now() / 1000 - 33_955_200) < 10);
    await page.goto(`${site.url}/two`);
    const second = await site.find('second view', (q) => q.get('action_name') === 'Second');
    assert.equal(second.query.get('_id'), first.query.get('_id'));
    assert.equal(second.query.get('_idn'), '0');
    assert.equal(second.query.get('uid'), 'ann@example.org');
    const later = (await context.cookies()).find((cookie) => cookie.name === id.name);
    assert.equal(later.value, id.value);
    assert.ok(Math.abs(later.expires - id.expires) < 2);
    assert.equal((await context.cookies()).find((cookie) => cookie.name.startsWith('_pk_ses.7.')).value, '1');
  });

  onPage('beacon on unload', '/gone', async ({ page, push }) => {
    await site.find('page view', (q) => q.has('action_name'));
    await page.evaluate(() => addEventListener('pagehide', () => window._paq.push(['trackEvent', 'Page', 'Left'])));
    await push('queueRequest', 'e_c=Queue&e_a=One&ca=1');
    await push('queueRequest', 'e_c=Queue&e_a=Two&ca=1');
    await page.goto('about:blank');
    const hit = await site.find('event while leaving', (q) => q.get('e_c') === 'Page');
    assert.equal(hit.method, 'POST');
    assert.ok((await site.find('queued request', (q) => q.get('e_a') === 'Two')).isBulk);
  });

  onPage('image and long requests', '/image', async ({ push }) => {
    const view = await site.find('page view', (q) => q.has('action_name'));
    assert.equal(view.method, 'GET');
    assert.equal(view.query.get('send_image'), '1');
    await push('trackEvent', 'Long', 'x'.repeat(2100));
    const long = await site.find('long event', (q) => q.get('e_c') === 'Long');
    assert.equal(long.method, 'POST');
    assert.equal(long.query.get('send_image'), '0');
  });

  onPage('heart beat', '/heart', async ({ page }) => {
    await site.find('page view', (q) => q.has('action_name'));
    await page.evaluate(() => {
      dispatchEvent(new Event('focus'));
      dispatchEvent(new Event('blur'));
      dispatchEvent(new Event('focus'));
    });
    await page.waitForTimeout(5200);
    assert.ok(!site.hits.some(({ query }) => query.has('ping')), 'a short look is no ping');
    await page.evaluate(() => dispatchEvent(new Event('blur')));
    const view = site.hits[0].query;
    const ping = await site.find('ping', (q) => q.get('ping') === '1');
    assert.equal(ping.query.get('pv_id'), view.get('pv_id'));
  });

  onPage('consent', '/consent', async ({ page, context, push }) => {
    await page.waitForFunction(() => window.Matomo?.initialized);
    await page.waitForTimeout(200);
    assert.equal(site.hits.length, 0);
    assert.deepEqual(await context.cookies(), []);
    await push('rememberConsentGiven');
    const view = await site.find('page view', (q) => q.has('action_name'));
    assert.equal(view.query.get('consent'), '1');
    assert.match(view.query.get('_id'), /^[0-9a-f]{16}$/);
    assert.ok((await context.cookies()).some((cookie) => cookie.name === 'mtm_consent'));
    await page.goto(`${site.url}/consent`);
    await site.find('second view', (q, hit) => q.has('action_name') && hit !== view);
    await push('optUserOut');
    const sent = site.hits.length;
    await push('trackEvent', 'After', 'Opt-out');
    await page.waitForTimeout(1000);
    assert.equal(site.hits.length, sent);
    assert.deepEqual((await context.cookies()).map((cookie) => cookie.name), ['mtm_consent_removed']);
    assert.equal(await page.evaluate(() => window.Matomo.getAsyncTracker().isUserOptedOut()), true);
    await page.goto(`${site.url}/consent`);
    await page.waitForTimeout(1000);
    assert.equal(site.hits.length, sent);
    await push('forgetUserOptOut');
    assert.equal(await page.evaluate(() => window.Matomo.getAsyncTracker().isUserOptedOut()), false);
    await push('trackEvent', 'After', 'Return');
    const back = await site.find('event', (q) => q.get('e_a') === 'Return');
    assert.equal(back.query.get('_id'), '', 'an opt-out also ends the cookies until they are allowed again');
  });

  onPage('cookie consent', '/cookieless', async ({ context, push }) => {
    const view = await site.find('page view', (q) => q.has('action_name'));
    assert.equal(view.query.get('_id'), '');
    assert.equal(view.query.get('cookie'), '0');
    assert.deepEqual(await context.cookies(), []);
    await push('setCookieConsentGiven');
    const ping = await site.find('ping', (q) => q.get('ping') === '1');
    assert.match(ping.query.get('_id'), /^[0-9a-f]{16}$/);
    assert.ok((await context.cookies()).some((cookie) => cookie.name.startsWith('_pk_id.')));
  });

  onPage('two trackers', '/pair', async () => {
    const first = await site.find('first', (q) => q.get('idsite') === '7');
    const second = await site.find('second', (q) => q.get('idsite') === '8');
    assert.equal(first.endpoint, '/matomo.php');
    assert.equal(second.endpoint, '/second/matomo.php');
  });

  onPage('content', '/content', async ({ page }) => {
    await site.find('impression', (q) => q.get('c_n') === 'Ad' && q.get('c_p') === 'ad.png' && q.get('c_t') === 'http://a.example/' && !q.has('c_i'));
    await page.click('#ad');
    await site.find('interaction', (q) => q.get('c_i') === 'click' && q.get('c_n') === 'Ad');
  });
});
