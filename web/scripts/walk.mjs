// Walks through the built application as a person would, with the mock behind it and the server's content policy.
// Fails at the first step that does not do what it says, and on any error in the page.
import assert from 'node:assert/strict';
import { serve } from '../mock/serve.mjs';
import { launch, listen } from './chromium.mjs';

const { origins, stop } = await listen({ signedIn: serve({ account: 'unproved' }), admin: serve({ superuser: false }), signedOut: serve({ signedIn: false }), setup: serve({ signedIn: false, setupOpen: true }) });
const browser = await launch();
const context = await browser.newContext({ viewport: { width: 1440, height: 1000 }, locale: 'en-GB' });
await context.grantPermissions(['clipboard-read', 'clipboard-write']);
const page = await context.newPage();
page.setDefaultTimeout(15_000);
const faults = [];
page.on('pageerror', (error) => faults.push(error.message));
page.on('dialog', (dialog) => {
  faults.push('tracked text opened a dialog');
  void dialog.dismiss();
});
page.on('console', (message) => {
  if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) faults.push(message.text());
});

const role = (name, options) => page.getByRole(name, options);
const button = (name, exact = false) => role('button', { name, exact });
const heading = (name) => role('heading', { name }).waitFor();
const proof = () => role('textbox', { name: 'Your password' });
const password = 'mock password';

const steps = {
  'pressing a row filters the screen': async () => {
    await page.goto(`${origins.signedIn}/sites/1`);
    await button(/^Germany/).click();
    await page.waitForURL(/countryCode/);
    await page.getByText('Country is Germany').waitFor();
  },
  'a code is shown by the name it had on its row': async () => {
    await role('tab', { name: 'Browsers' }).click();
    await button(/^Chrome \d/).first().click();
    await page.getByText('Browser is Chrome', { exact: true }).waitFor();
  },
  'all conditions come off at once': async () => {
    await button('Remove all').click();
    await page.waitForURL((url) => !url.searchParams.has('segment'));
  },
  'keys choose the period': async () => {
    for (const [key, period] of [['d', 'day'], ['w', 'week'], ['m', 'month'], ['y', 'year']]) {
      await page.keyboard.press(key);
      await page.waitForURL((url) => url.searchParams.get('period') === period);
    }
    const before = new URL(page.url()).searchParams.get('date').slice(0, 4);
    await page.keyboard.press('ArrowLeft');
    await page.waitForURL((url) => url.searchParams.get('date').slice(0, 4) === String(Number(before) - 1));
  },
  'a figure becomes the graph, the graph a table': async () => {
    await button(/^Bounce rate/).click();
    await heading(/Bounce rate by/);
    await page.keyboard.press('t');
    await role('table').waitFor();
  },
  'g h leads home': async () => {
    await page.goto(`${origins.signedIn}/sites/1/times`);
    await heading('Times');
    await page.keyboard.press('g');
    await page.keyboard.press('h');
    await heading('Home');
  },
  'the palette finds a report': async () => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type('resol');
    await role('option', { name: /Resolutions/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/resolutions/);
  },
  'the search narrows the table': async () => {
    await heading('Devices');
    await page.locator('[data-main-search]').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('1920');
    await page.waitForURL(/q=1920/);
    await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 1);
  },
  'a row opens and closes by mouse and key': async () => {
    await page.goto(`${origins.signedIn}/sites/1/reports/pages`);
    await page.locator('[data-toggle=closed]').first().click();
    await page.getByText('/indigo-for-beginners').waitFor();
    await page.locator('[data-toggle=open]').first().focus();
    await page.keyboard.press('ArrowLeft');
    await page.getByText('/indigo-for-beginners').waitFor({ state: 'detached' });
  },
  'a head sorts': async () => {
    await button('Page', true).click();
    await page.waitForURL(/sort=label/);
    await button('Bounce rate').click();
    await page.waitForURL(/sort=-bounce_rate/);
  },
  'the export is an address of the same question': async () => {
    await button('Export').click();
    const href = await role('menuitem', { name: /CSV/ }).getAttribute('href');
    assert.match(href, /^\/api\/v1\/methods\/Actions\.getPageUrls\?.*filter_limit=-1.*format=CSV/);
    await page.keyboard.press('Escape');
  },
  'a row leads to its visits': async () => {
    await role('menu').waitFor({ state: 'detached' });
    await page.locator('tbody tr').nth(3).hover();
    await page.locator('tbody tr').nth(3).getByRole('button', { name: /^More about/ }).click();
    await role('menuitem', { name: 'See these visits' }).click();
    await page.waitForURL(/\/visits\?.*segment/);
  },
  '50,000 rows scroll with few of them in the page': async () => {
    await page.goto(`${origins.signedIn}/sites/3/reports/titles?rows=-1`);
    await page.getByText('Product 00001').waitFor();
    await page.locator('table').evaluate((table) => {
      table.parentElement.scrollTop = 1e6;
    });
    await page.getByText(/Product 29\d\d\d/).first().waitFor();
    assert.ok((await page.locator('tbody tr').count()) < 80);
  },
  'two days on the calendar make a range': async () => {
    await page.goto(`${origins.signedIn}/sites/1?period=range&date=2026-10-01,2026-10-31`);
    await button(/^Period: /).click();
    await button(/Monday,? 5 October 2026/).click();
    await button(/Friday,? 16 October 2026/).click();
    await page.waitForURL((url) => url.searchParams.get('date') === '2026-10-05,2026-10-16');
  },
  'the editor adds a condition': async () => {
    await button('Narrow down').click();
    await page.getByLabel('Value').waitFor();
    await page.keyboard.type('fr');
    await page.keyboard.press('Enter');
    await page.getByText('Country is France').waitFor();
  },
  'the picker changes the site and keeps the question': async () => {
    await button(/change the site/).click();
    await page.keyboard.type('shop.aizome');
    await role('option', { name: /^Shop/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/sites\/3\?.*countryCode/);
  },
  'a site is added, changed and deleted': async () => {
    await page.goto(`${origins.signedIn}/admin/websites/manage`);
    await button('Add a site').click();
    await role('textbox', { name: 'Name' }).fill('Fresh');
    await page.getByLabel('Address').fill('fresh.example');
    await role('combobox', { name: 'Time zone' }).fill('tok');
    await role('option', { name: /Japan/ }).click();
    await button('Add the site').click();
    await role('link', { name: 'Fresh' }).waitFor();
    await button('Edit').first().click();
    await role('textbox', { name: 'Name' }).fill('Aizome 2');
    await button('Save').click();
    await role('link', { name: 'Aizome 2' }).waitFor();
    await button('Delete Fresh').click();
    await button('Delete the site').click();
    await heading('Confirm it is you');
    await button('Cancel').last().click();
    await page.getByText('Nothing was changed').waitFor();
    await button('Delete the site').click();
    await proof().fill('wrong');
    await button('Confirm', true).click();
    await page.getByText('This is not right').waitFor();
    await proof().fill(password);
    await button('Confirm', true).click();
    await role('link', { name: 'Fresh' }).waitFor({ state: 'detached' });
  },
  'changed roles wait to be saved': async () => {
    await page.goto(`${origins.signedIn}/admin/system/users`);
    await button(/Role of jonas on Aizome/).click();
    await role('option', { name: 'View' }).click();
    await button(/Role of agency on Aizome/).click();
    await role('option', { name: 'Write', exact: true }).click();
    await page.getByText('2 changes not saved yet').waitFor();
    await button('Save').click();
    await page.getByText(/not saved yet/).waitFor({ state: 'detached' });
  },
  'a refused invitation can be corrected': async () => {
    await button('Invite a user').click();
    await role('textbox', { name: 'Login' }).fill('jonas');
    await role('textbox', { name: 'E-mail' }).fill('new@aizome.example');
    await button('Invite', true).click();
    await page.getByText('This login or e-mail address is in use').waitFor();
    await role('textbox', { name: 'Login' }).fill('neu');
    await button('Invite', true).click();
    await role('dialog').waitFor({ state: 'detached' });
    await role('searchbox').fill('new@aizome');
    await page.getByText('new@aizome.example').waitFor();
    await role('searchbox').fill('');
  },
  'a role for several is shown before it is set': async () => {
    for (const name of ['reader01', 'reader02', 'mariko']) await role('checkbox', { name: `Select ${name}` }).check({ force: true });
    await button('Set their role…').click();
    await page.getByText('mariko may do everything already').waitFor();
    await button('Change 1 role').click();
    await role('dialog').waitFor({ state: 'detached' });
  },
  'an admin of some sites sees and sets roles on these alone': async () => {
    await page.goto(`${origins.admin}/admin/system/users`);
    await button(/Roles on$/).click();
    await role('option', { name: 'New workshop page' }).waitFor();
    assert.equal(await role('option', { name: 'Shop', exact: true }).count(), 0);
    await page.keyboard.press('Escape');
    await button('More for agency').click();
    await role('menuitem', { name: 'Access to sites' }).click();
    await button(/Role on Aizome/).getByText('View').waitFor();
    await button(/The same on all sites/).click();
    await role('option', { name: 'Write', exact: true }).click();
    await button(/Role on New workshop page/).getByText('Write').waitFor();
    await button('Save', true).click();
    await role('dialog').waitFor({ state: 'detached' });
    await button(/Role of agency on Aizome/).getByText('Write').waitFor();
  },
  'signing in leads to where one wanted to go': async () => {
    await page.goto(`${origins.signedOut}/sites/1?period=day&date=today`);
    await page.getByLabel('Login or e-mail').fill('mariko');
    await role('textbox', { name: 'Password' }).fill('wrong');
    await button('Sign in', true).click();
    await page.getByText('Login or password is not right').waitFor();
    await role('textbox', { name: 'Password' }).fill(password);
    await button('Sign in', true).click();
    await page.waitForURL(/sites\/1\?period=day/);
  },
  'set-up ends with the first visit': async () => {
    await page.goto(`${origins.setup}/setup#token=mock-token`);
    await page.getByLabel('Login').fill('mariko');
    assert.equal(new URL(page.url()).hash, '');
    await page.getByLabel('E-mail').fill('mariko@aizome.example');
    await role('textbox', { name: 'Password' }).fill('short');
    await button('Create the account').click();
    await page.getByText('too short').waitFor();
    await role('textbox', { name: 'Password' }).fill('long enough words');
    await button('Create the account').click();
    await heading('Name your first site');
    await role('textbox', { name: 'Name' }).fill('Mine');
    await page.getByLabel('Address').fill('mine.example');
    await button('Create the site').click();
    await page.getByText('We are waiting for the first visit').waitFor();
    await button('Copy').click();
    await button('Copied').waitFor();
    await page.getByText('The first visit is here').waitFor();
    await button('See your site').click();
    await heading('Home');
  },
};

try {
  for (const [name, step] of Object.entries(steps)) {
    await step();
    assert.deepEqual(faults, [], name);
    console.log(`ok   ${name}`);
  }
} finally {
  await browser.close();
  stop();
}
