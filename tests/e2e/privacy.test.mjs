// Privacy: the pages of administration, and the opt-out on a website of somebody while cookies of other sites are
// blocked.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { chromium } from '../../web/node_modules/playwright-core/index.mjs';
import { ask, axeFindings, launch, openPage, signIn } from './browser.mjs';
import { startServer, startWebsite, until } from './server.mjs';

const places = [
  ['anonymise', 'Anonymise data', 'Mask visitors'],
  ['retention', 'Data retention', 'Delete old visits'],
  ['subjects', 'Data subject tools', 'Find'],
  ['opt-out', 'Users opt-out', 'mtm_consent_removed'],
  ['consent', 'Asking for consent', 'requireConsent'],
  ['compliance', 'Compliance', 'Exemption of the CNIL'],
];

let server, browser;
before(async () => {
  [server, browser] = await Promise.all([startServer({ host: 'localhost' }), launch()]);
  await server.run(['setting', 'set', 'PrivacyManager.ipAnonymizerEnabled', '1']);
});
after(() => Promise.all([browser?.close(), server?.stop()]));

const button = (page, name) => page.getByRole('button', { name, exact: true });

test('a superuser decides what is kept, and erases a person', async (t) => {
  const { page, faults } = await openPage(browser, server.origin);
  await signIn(page, server.origin);
  await page.evaluate(async () => {
    await fetch('/api/v1/methods/SitesManager.addSite', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ siteName: 'Orchard', urls: ['https://orchard.example'] }) });
  });
  const hit = { idsite: 1, rec: 1, url: 'https://orchard.example/', action_name: 'Apples' };
  await server.track([{ ...hit, uid: 'ann', _id: '0123456789abcdef' }, { ...hit, uid: 'ben', _id: 'fedcba9876543210' }]);

  await t.test('a setting is changed for one site alone', async () => {
    await page.goto(`${server.origin}/admin/privacy/anonymise`);
    await page.getByRole('button', { name: /What holds for/ }).click();
    await page.getByRole('option', { name: 'Orchard' }).click();
    await page.getByText('As the installation').first().waitFor();
    await page.locator('label').filter({ has: page.getByRole('switch', { name: 'Mask e-mail addresses' }) }).click();
    await button(page, 'Save').click();
    await page.getByText('Of this site alone').waitFor();
    const own = await ask(page, 'PrivacyManager.getSettings', { idSite: '1' });
    const instance = await ask(page, 'PrivacyManager.getSettings', { idSite: '0' });
    const value = (rows) => rows.find((row) => row.key === 'PrivacyManager.maskEmails').value;
    assert.deepEqual([value(own), value(instance)], ['0', '1']);
  });

  await t.test('a person is found and erased', async () => {
    await page.goto(`${server.origin}/admin/privacy/subjects`);
    await page.getByRole('textbox', { name: 'Value' }).fill('ann');
    await button(page, 'Find').click();
    await page.getByText('User ann').waitFor();
    assert.equal(await page.getByText('User ben').count(), 0);
    await page.getByRole('button', { name: /Find by/ }).click();
    await page.getByRole('option', { name: 'Any segment' }).click();
    await page.getByRole('textbox', { name: 'Segment' }).fill('userId==ann,userId==ben');
    await button(page, 'Find').click();
    await page.getByRole('list', { name: 'Visits found' }).getByRole('listitem').filter({ hasText: 'User ben' }).locator('label').click();
    await button(page, 'Erase').click();
    await button(page, 'Erase them').click();
    await page.getByText('1 visit erased.').waitFor();
    const left = await ask(page, 'UserId.getUsers', { idSite: '1', period: 'range', date: 'yesterday,today' });
    assert.deepEqual(left.map((row) => row.label), ['ben']);
    await page.getByText('1 visit and 1 action gone').waitFor();
  });

  await t.test('stored visits are masked after a preview', async () => {
    await page.goto(`${server.origin}/admin/privacy/anonymise`);
    await button(page, 'Mask stored visits').click();
    await page.getByRole('textbox', { name: 'From', exact: true }).fill('2020-01-01');
    await page.getByRole('textbox', { name: 'To', exact: true }).fill('2036-01-01');
    await page.locator('label').filter({ hasText: 'Replace user IDs by pseudonyms' }).last().click();
    await button(page, 'Show what it touches').click();
    const touched = page.getByText('1 visit and 1 action will be masked.');
    await touched.waitFor();
    await page.getByRole('textbox', { name: 'Columns to empty' }).fill('referrer_name');
    await touched.waitFor({ state: 'detached' });
    assert.equal(await button(page, 'Mask them for good').count(), 0, 'nothing is done that was not looked at');
    await page.getByRole('textbox', { name: 'Columns to empty' }).fill('');
    await button(page, 'Mask them for good').click();
    await page.getByText('1 visit and 0 actions gone through').waitFor();
    const left = await ask(page, 'UserId.getUsers', { idSite: '1', period: 'range', date: 'yesterday,today' });
    assert.match(left[0].label, /^anon-[0-9a-f]{32}$/);
  });

  await t.test('reports are kept when old visits go, and go when they are kept no longer', async () => {
    const token = (await server.run(['token', 'create', '--login', 'root', '--description', 'past'])).trim();
    const day = '2026-01-05';
    const old = new URLSearchParams({ ...hit, url: 'https://orchard.example/old-tree', cdt: `${day} 10:00:00`, token_auth: token });
    assert.equal((await fetch(`${server.origin}/matomo.php`, { method: 'POST', body: old, headers: { 'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' } })).ok, true);
    const pages = async () => (await ask(page, 'Actions.getPageUrls', { idSite: '1', period: 'day', date: day })).map((row) => row.label);
    assert.deepEqual(await pages(), ['/old-tree']);
    const turn = async (name) => page.locator('label').filter({ has: page.getByRole('switch', { name }) }).click();
    await page.goto(`${server.origin}/admin/privacy/retention`);
    await page.getByText(/Reports go with their visits/).waitFor();
    await turn('Delete old visits');
    await turn('Keep reports longer than visits');
    await button(page, 'Save').click();
    await page.getByText(/Reports stay for 25 months; those of [0-9]+ days will stay without visits/).waitFor();
    await button(page, 'Delete old visits now').click();
    await page.getByText(/Reports of [0-9]+ days will be kept first/).waitFor();
    await button(page, 'Delete them').click();
    await page.getByText(/1 visit and 1 action gone; reports of [0-9]+ days kept/).waitFor();
    assert.deepEqual(await pages(), ['/old-tree']);
    assert.deepEqual(await ask(page, 'Live.getLastVisitsDetails', { idSite: '1', period: 'day', date: day }), []);
    await page.reload();
    await page.getByText(/those of [0-9]+ days stand without visits now/).waitFor();
    await turn('Keep reports longer than visits');
    await button(page, 'Save').click();
    await page.getByText(/[0-9]+ days of them will go/).waitFor();
    await button(page, 'Delete old visits now').click();
    await button(page, 'Delete them').click();
    await page.getByText(/0 visits and 0 actions gone; kept reports of [0-9]+ days gone/).waitFor();
    assert.deepEqual(await pages(), []);
    await turn('Delete old visits');
    await button(page, 'Save').click();
    await page.getByText('Keeps all').waitFor();
  });

  await t.test('a policy is enforced, and its settings can no longer be lowered', async () => {
    await page.goto(`${server.origin}/admin/privacy/compliance`);
    const policy = page.getByRole('region', { name: 'No consent needed' });
    await policy.getByText(/settings do not meet/).waitFor();
    await policy.getByRole('button', { name: 'Enforce', exact: true }).click();
    await button(page, 'Enforce it').click();
    await policy.getByText(/and it is enforced/).waitFor();
    await page.goto(`${server.origin}/admin/privacy/anonymise`);
    await page.locator('label').filter({ has: page.getByRole('switch', { name: 'Replace user IDs by pseudonyms' }) }).click();
    await button(page, 'Save').click();
    await page.getByText(/release the policy first/).waitFor();
    await button(page, 'Undo').click();
    await page.goto(`${server.origin}/admin/privacy/compliance`);
    await policy.getByRole('button', { name: 'Enforce no more' }).click();
    await button(page, 'Release it').click();
    await policy.getByRole('button', { name: 'Enforce', exact: true }).waitFor();
  });
  // The refusal that is shown on the page is written to the console as well.
  assert.deepEqual(faults.filter((fault) => !fault.includes('status of 4')), []);
});

test('every page of privacy is clean for axe, wide and narrow, light and dark', async () => {
  for (const [width, theme] of [[1440, 'light'], [1440, 'dark'], [390, 'light'], [390, 'dark']]) {
    const { page, faults, close } = await openPage(browser, server.origin, { width, theme });
    await signIn(page, server.origin);
    for (const [path, title, sign] of places) {
      await page.goto(`${server.origin}/admin/privacy/${path}`);
      await page.getByRole('heading', { name: title, level: 1 }).waitFor();
      await page.getByText(sign).first().waitFor();
      await page.waitForLoadState('networkidle');
      const folder = process.env.E2E_PHOTOGRAPHS;
      if (folder) await page.screenshot({ path: `${folder}/${path}-${width}-${theme}.png`, fullPage: true });
      assert.deepEqual(await axeFindings(page), [], `${path} at ${width}`);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `${path} is no wider than ${width}`);
    }
    assert.deepEqual(faults, []);
    await close();
  }
});

/** A server of another site that tries both kinds of cookies, to prove that the one kind is blocked. */
async function startCookies() {
  const jar = createServer((request, answer) => {
    answer.setHeader('Set-Cookie', ['plain=1; SameSite=None; Secure', 'apart=1; SameSite=None; Secure; Partitioned']);
    answer.setHeader('Content-Type', 'text/html');
    answer.end(`<p id="seen">${request.headers.cookie ?? 'none'}</p>`);
  });
  await new Promise((done) => jar.listen(0, '127.0.0.1', done));
  return { origin: `http://localhost:${jar.address().port}`, stop: () => new Promise((done) => jar.close(done)) };
}

test('the opt-out works while cookies of other sites are blocked', async (t) => {
  const strict = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--test-third-party-cookie-phaseout'],
  });
  const cookies = await startCookies();
  const track = `<script>var _paq = window._paq = window._paq || []; _paq.push(['trackPageView']); _paq.push(['setTrackerUrl', '${server.origin}/matomo.php']); _paq.push(['setSiteId', 1]);</script><script async src="${server.origin}/matomo.js"></script>`;
  const own = await (async () => {
    const { page, close } = await openPage(browser, server.origin);
    await signIn(page, server.origin);
    const code = await ask(page, 'CoreAdminHome.getOptOutSelfContainedEmbedCode', { language: 'en' });
    await close();
    return code.value ?? code;
  })();
  const pages = {
    '/control': `<iframe src="${cookies.origin}/"></iframe>`,
    '/frame': `<h1>Shop</h1>${track}<iframe title="Opt-out" src="${server.origin}/index.php?module=CoreAdminHome&action=optOut&language=de"></iframe>`,
    '/own': `<h1>Shop</h1>${track}${own}`,
    '/plain': `<h1>Shop</h1>${track}`,
  };
  const website = await startWebsite((path) => `<!doctype html><title>Shop</title>${pages[path] ?? ''}`);
  t.after(() => Promise.all([strict.close(), cookies.stop(), website.stop()]));
  // A page that was left, or a choice that was made, may have sent its hit late.
  const settled = async () => {
    for (let last = -1; ;) {
      const now = await server.acknowledged();
      if (now === last) return now;
      last = now;
      await new Promise((done) => setTimeout(done, 300));
    }
  };
  const counted = async (page, path) => {
    const before = await settled();
    await page.goto(website.origin + path);
    await page.waitForLoadState('networkidle');
    return (await settled()) - before;
  };
  const fresh = async () => (await strict.newContext({ locale: 'en-GB' })).newPage();

  await t.test('cookies of other sites are blocked indeed', async () => {
    const page = await fresh();
    await page.goto(`${website.origin}/control`);
    await page.reload();
    const seen = await page.frameLocator('iframe').locator('#seen').textContent();
    assert.equal(seen, 'apart=1');
  });

  await t.test('in a frame', async () => {
    const page = await fresh();
    await until('a first visit is counted', async () => (await counted(page, '/plain')) === 1, 20_000);
    await page.goto(`${website.origin}/frame`);
    const frame = page.frameLocator('iframe');
    await frame.getByRole('button', { name: 'Meine Besuche nicht zählen' }).click();
    await frame.getByText('Sie haben widersprochen').waitFor();
    const hits = async () => Number(/^makoto_hits_dropped_total\{reason="opted_out"\} (\d+)$/m.exec(await (await fetch(`${server.origin}/metrics`)).text())?.[1] ?? 0);
    const dropped = await hits();
    assert.equal(await counted(page, '/plain'), 0);
    assert.ok((await hits()) > dropped, 'the hit came and was left out');
    await page.goto(`${website.origin}/frame`);
    await frame.getByRole('button', { name: 'Meine Besuche wieder zählen' }).click();
    await frame.getByText('Ihre Besuche werden gezählt').waitFor();
    assert.equal(await counted(page, '/plain'), 1);
  });

  await t.test('by code of the page itself', async () => {
    const page = await fresh();
    assert.equal(await counted(page, '/own'), 1);
    await page.getByRole('button', { name: 'Do not count my visits' }).click();
    await page.getByText('You opted out').waitFor();
    assert.equal(await counted(page, '/plain'), 0);
    assert.equal(await counted(page, '/own'), 0);
    await page.getByRole('button', { name: 'Count my visits again' }).click();
    assert.equal(await counted(page, '/plain'), 1);
  });
});
