// Sites and people, by a superuser; then the same server as somebody who may only look.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ask, axeFindings, launch, openPage, send, signIn } from './browser.mjs';
import { linkOf, startMail } from './mail.mjs';
import { startServer, until } from './server.mjs';

const theirs = 'nine grey herons at noon';
let server, browser, mail;

before(async () => {
  [server, browser, mail] = await Promise.all([startServer(), launch(), startMail()]);
  await mail.connect(server.run);
});
after(() => Promise.all([browser?.close(), server?.stop(), mail?.stop()]));

test('a superuser adds sites and a person, who sees one of them', async (t) => {
  const { page, faults } = await openPage(browser, server.origin);
  const button = (name) => page.getByRole('button', { name });
  await signIn(page, server.origin);

  await t.test('sites are added', async () => {
    for (const name of ['Orchard', 'Harbour']) {
      await page.goto(`${server.origin}/admin/websites/manage`);
      await button('Add a site').click();
      await page.getByRole('textbox', { name: 'Name' }).fill(name);
      await page.getByLabel('Address').fill(`${name.toLowerCase()}.example`);
      await button('Add the site').click();
      await page.getByRole('link', { name }).waitFor();
    }
  });

  await t.test('a site is edited, and stays so', async () => {
    await page.getByRole('listitem').filter({ has: page.getByRole('link', { name: 'Harbour' }) }).getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Old harbour');
    await page.getByRole('combobox', { name: 'Time zone' }).fill('tok');
    await page.getByRole('option', { name: /Japan|Tokyo/ }).click();
    await button('Save').click();
    await page.getByRole('link', { name: 'Old harbour' }).waitFor();
    await page.reload();
    await page.getByRole('link', { name: 'Old harbour' }).waitFor();
    const site = await ask(page, 'SitesManager.getSiteFromId', { idSite: '2' });
    assert.deepEqual([site.name, site.timezone, site.main_url], ['Old harbour', 'Asia/Tokyo', 'https://harbour.example']);
  });

  await t.test('a bad address is told beside the address', async () => {
    await button('Add a site').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Nowhere');
    await dialog.getByLabel('Address').fill('no where');
    await button('Add the site').click();
    await dialog.getByText("'https://no where' is no address; write it with its protocol, as https://example.org.", { exact: true }).waitFor();
    assert.ok(await dialog.getByLabel('Address').evaluate((input) => input.matches('[aria-invalid="true"]')));
    await button('Cancel').click();
    // The browser writes down what the server refused.
    assert.match(faults.splice(0).join(), /^console: [^,]* 400 [^,]*addSite$/);
  });

  await t.test('a site becomes a shop, and its products are reported', async () => {
    await server.track([{ idsite: '1', rec: '1', url: 'https://orchard.example/thanks', idgoal: '0', ec_id: 'A-1', revenue: '20', ec_items: JSON.stringify([['P-1', 'Pear', 'Fruit', 10, 2]]) }]);
    await until('the order is counted', async () => (await ask(page, 'Goals.get', { idSite: '1', period: 'day', date: 'today', idGoal: 'ecommerceOrder' })).nb_conversions === 1);
    await page.goto(`${server.origin}/sites/1/reports/products?period=day&date=today`);
    await page.getByText('Products are reported for shops').waitFor();
    await page.getByRole('link', { name: 'Edit the site' }).click();
    await button('Edit').click();
    await page.getByText('This site is a shop').click();
    await button('Save').click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.goto(`${server.origin}/sites/1/reports/products?period=day&date=today`);
    await page.getByRole('cell', { name: 'Pear' }).waitFor();
  });

  await t.test('the sites stand side by side, found, sorted and added up', async () => {
    await page.goto(`${server.origin}/sites?period=day&date=today`);
    const table = page.getByRole('table', { name: 'Sites' });
    const names = () => table.locator('tbody th').allInnerTexts();
    await table.getByRole('row', { name: /^Total of 2 sites 1/ }).waitFor();
    assert.deepEqual(await names(), ['Orchard', 'Old harbour']);
    assert.equal(await table.getByText('%').count(), 0, 'nothing grows from nothing');
    await table.getByRole('button', { name: 'Site' }).click();
    await until('the names are in order', async () => (await names()).join() === 'Old harbour,Orchard');
    await page.getByRole('searchbox', { name: 'Find a site' }).fill('orchard');
    await table.getByRole('row', { name: /^Total of 1 site 1/ }).waitFor();
    assert.deepEqual(await names(), ['Orchard']);
    assert.deepEqual(await axeFindings(page), []);
  });

  await t.test('the activity log names the site', async () => {
    await page.goto(`${server.origin}/admin/diagnostic/activity-log`);
    await page.getByText('A site was added: Orchard').click();
    await page.getByRole('definition').getByText('https://orchard.example', { exact: true }).waitFor();
    await page.goto(`${server.origin}/admin/websites/manage`);
  });

  await t.test('a person is invited who may view one site', async () => {
    await page.getByRole('link', { name: 'Users', exact: true }).click();
    await button('Invite a user').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Login').fill('jonas');
    await dialog.getByLabel('E-mail').fill('jonas@people.example');
    await dialog.getByRole('button', { name: /First site/ }).click();
    await page.getByRole('option', { name: 'Old harbour' }).click();
    await dialog.getByRole('button', { name: 'Invite', exact: true }).click();
    await page.getByText('jonas@people.example').waitFor();
    const access = await ask(page, 'UsersManager.getSitesAccessFromUser', { userLogin: 'jonas' });
    assert.deepEqual(access.map(({ site, access: role }) => [Number(site), role]), [[2, 'view']]);
  });
  assert.deepEqual(faults, []);

  const other = await openPage(browser, server.origin);
  await other.page.goto(linkOf(await mail.wait('jonas@people.example'), '/invitation#'));
  await other.page.getByRole('textbox', { name: 'Password' }).fill(theirs);
  await other.page.getByRole('button', { name: 'Accept and sign in' }).click();

  await t.test('they see that site alone', async () => {
    await other.page.waitForURL(/\/sites\/2/);
    await other.page.getByRole('heading', { name: 'Home' }).waitFor();
    assert.deepEqual((await ask(other.page, 'SitesManager.getSitesWithAtLeastViewAccess', {})).map((site) => site.name), ['Old harbour']);
    await other.page.goto(`${server.origin}/admin/websites/manage`);
    await other.page.getByRole('link', { name: 'Old harbour' }).waitFor();
    assert.equal(await other.page.getByText('Orchard').count(), 0);
    await other.page.goto(`${server.origin}/sites/1`);
    await other.page.getByRole('heading', { name: 'Not found' }).waitFor();
    assert.equal(await other.page.getByRole('region', { name: 'Key figures' }).count(), 0);
  });

  await t.test('they find nothing to change', async () => {
    await other.page.goto(`${server.origin}/admin/websites/manage`);
    await other.page.getByRole('link', { name: 'Old harbour' }).waitFor();
    for (const name of [/^Add/, /^Edit/, /^Delete/]) assert.equal(await other.page.getByRole('button', { name }).count(), 0, String(name));
    assert.equal(await other.page.getByRole('link', { name: 'Users', exact: true }).count(), 0);
    assert.equal(await other.page.getByRole('link', { name: 'Manage', exact: true }).count(), 0);
    await other.page.goto(`${server.origin}/admin/system/users`);
    await other.page.getByRole('heading', { name: 'Not found' }).waitFor();
    assert.equal(await other.page.getByText('root@people.example').count(), 0);
  });
  assert.deepEqual(other.faults, []);

  await t.test('the server refuses what the interface does not offer', async () => {
    const status = await other.page.evaluate(async () => {
      const body = new URLSearchParams({ module: 'API', method: 'SitesManager.updateSite', format: 'JSON', idSite: '2', siteName: 'Mine' });
      return (await fetch('/index.php', { method: 'POST', body })).status;
    });
    assert.ok(status >= 400 && status < 500, `answered ${status}`);
    assert.equal((await ask(page, 'SitesManager.getSiteFromId', { idSite: '2' })).name, 'Old harbour');
  });
});

test('an admin of one site sets roles on it alone', async () => {
  for (const login of ['ines', 'theo']) await server.run(['user', 'create', '--login', login, '--email', `${login}@people.example`, '--password-stdin'], theirs);
  const [root, ines] = await Promise.all([openPage(browser, server.origin), openPage(browser, server.origin)]);
  await signIn(root.page, server.origin);
  for (const [userLogin, access, idSites] of [['ines', 'admin', [2]], ['ines', 'view', [1]], ['theo', 'view', [1, 2]]]) {
    assert.equal((await send(root.page, 'UsersManager.setUserAccess', { userLogin, access, idSites })).status, 200);
  }
  const { page, faults } = ines;
  const button = (name) => page.getByRole('button', { name });
  await signIn(page, server.origin, 'ines', theirs);
  await page.goto(`${server.origin}/admin/system/users`);
  await button(/Roles on$/).click();
  await page.getByRole('option', { name: 'Old harbour' }).waitFor();
  assert.equal(await page.getByRole('option').count(), 1, 'a site that she only views is not offered');
  await page.keyboard.press('Escape');

  await button('More for theo').click();
  await page.getByRole('menuitem', { name: 'Access to sites' }).click();
  const dialog = page.getByRole('dialog', { name: 'Access of theo' });
  await dialog.getByRole('button', { name: /Role on Old harbour/ }).getByText('View').waitFor();
  assert.equal(await dialog.getByText('Orchard').count(), 0);
  assert.deepEqual(await axeFindings(page), []);
  await dialog.getByRole('button', { name: /Role on Old harbour/ }).click();
  await page.getByRole('option', { name: 'Write', exact: true }).click();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  await button(/Role of theo on Old harbour/).getByText('Write').waitFor();
  const roles = async () => (await ask(root.page, 'UsersManager.getSitesAccessFromUser', { userLogin: 'theo' })).map(({ site, access }) => [Number(site), access]);
  assert.deepEqual(await roles(), [[1, 'view'], [2, 'write']]);

  await page.getByRole('checkbox', { name: 'Select theo' }).check({ force: true });
  await button('Set their role…').click();
  await page.getByRole('button', { name: /On$/ }).click();
  await page.getByRole('option', { name: 'All sites that you administer' }).click();
  await page.getByRole('list', { name: 'What will change' }).getByText('theo, Old harbour').waitFor();
  await button('Change 1 role').click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await button(/Role of theo on Old harbour/).getByText('View').waitFor();
  assert.deepEqual(await roles(), [[1, 'view'], [2, 'view']]);

  await page.getByRole('searchbox').fill('the');
  await page.waitForURL((url) => url.searchParams.get('q') === 'the');
  await page.reload();
  await page.getByRole('checkbox', { name: 'Select theo' }).waitFor();
  assert.equal(await page.getByRole('checkbox', { name: 'Select ines' }).count(), 0, 'the address keeps what narrows the list');
  assert.deepEqual(faults, []);
  await Promise.all([root.close(), ines.close()]);
});
