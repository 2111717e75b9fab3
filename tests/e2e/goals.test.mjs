// A shop's owner: adds a goal, sees what reaches it and what is sold, and takes the goal away again.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ask, axeFindings, launch, openPage, signIn } from './browser.mjs';
import { startServer, until } from './server.mjs';

const shop = 'https://shop.example';
const today = { idSite: '1', period: 'day', date: 'today' };
const products = JSON.stringify([['B-1', 'Bell', ['Sound', 'Brass'], 12.5, 2], ['L-7', 'Lantern <b>', ['Light'], 40, 1]]);
let server, browser;

before(async () => {
  [server, browser] = await Promise.all([startServer(), launch()]);
});
after(() => Promise.all([browser?.close(), server?.stop()]));

const hits = [1, 2, 3, 4, 5].flatMap((person) => {
  const who = { idsite: '1', rec: '1', cid: `00000000000000a${person}` };
  const page = (path) => ({ ...who, url: `${shop}/${path}`, action_name: path });
  const cart = { ...page('cart'), idgoal: '0', ec_items: products, revenue: '65' };
  return [page('start'), page('thanks'), ...(person > 3 ? [cart] : []), ...(person === 5 ? [{ ...cart, ec_id: 'A-1', revenue: '70', ec_sh: '5' }] : [])];
});

const figures = async (page, name) => (await page.getByRole('region', { name }).innerText()).replace(/\s+/g, ' ');

test('a goal from its form to its figures', async (t) => {
  const { page, faults, close } = await openPage(browser, server.origin);
  await signIn(page, server.origin);
  await page.evaluate(async () => {
    const body = new URLSearchParams({ module: 'API', method: 'SitesManager.addSite', format: 'JSON', siteName: 'Shop', urls: 'https://shop.example', timezone: 'UTC', ecommerce: '1' });
    await fetch('/index.php', { method: 'POST', body });
  });

  await t.test('it is added', async () => {
    await page.goto(`${server.origin}/admin/websites/goals`);
    await page.getByText('No goals yet').waitFor();
    await page.getByRole('button', { name: 'Add a goal' }).click();
    const form = page.getByRole('dialog');
    await form.getByRole('textbox', { name: 'Name' }).fill('Thanks + "more" 50%');
    await form.getByRole('textbox', { name: 'This' }).fill('/thanks');
    await form.getByRole('textbox', { name: /^Worth/ }).fill('2.50');
    assert.deepEqual(await axeFindings(page), []);
    await form.getByRole('button', { name: 'Add the goal' }).click();
    await page.getByText('Thanks + "more" 50%').waitFor();
    const [goal] = await ask(page, 'Goals.getGoals', { idSite: '1' });
    assert.deepEqual([goal.name, goal.pattern, goal.revenue], ['Thanks + "more" 50%', '/thanks', 2.5]);
  });

  await t.test('pages say what was counted', async () => {
    await server.track(hits);
    await until('everything is counted', async () => (await ask(page, 'Goals.get', { ...today, idGoal: 'ecommerceOrder' })).nb_conversions === 1);
    assert.equal((await ask(page, 'Goals.get', { ...today, idGoal: '1' })).nb_conversions, 5);
    await page.goto(`${server.origin}/sites/1/goals?period=day&date=today`);
    await page.getByRole('rowheader', { name: 'Thanks' }).waitFor();
    assert.match(await figures(page, 'Key figures of goals'), /Conversions 6 .*Revenue, \S+ 82\.50/);
    await page.getByRole('button', { name: /^All goals and orders/ }).click();
    await page.getByRole('option', { name: /^Thanks/ }).click();
    await until('one goal is shown', async () => /Conversions 5 .*12\.50/.test(await figures(page, /^Key figures of Thanks/)));
    await page.goto(`${server.origin}/sites/1/ecommerce?period=day&date=today`);
    await page.getByText('Lantern <b>').first().waitFor();
    assert.match(await figures(page, 'Key figures of orders'), /Orders 1 .*70/);
    await page.getByRole('tab', { name: 'Carts left' }).click();
    await until('the carts are shown', async () => /Carts left 1 .*65/.test(await figures(page, 'Key figures of carts left')));
    await page.goto(`${server.origin}/sites/1/visits?period=day&date=today`);
    await page.getByRole('button', { name: /1 goal, ordered/ }).click();
    await page.getByText('Order A-1: 2 Bell, 1 Lantern <b>').last().waitFor();
  });

  for (const [width, height] of [[1440, 1000], [390, 844]]) {
    for (const theme of ['light', 'dark']) {
      await t.test(`the pages at ${width} px, ${theme}, are sound`, async () => {
        const view = await openPage(browser, server.origin, { width, height, theme });
        await signIn(view.page, server.origin);
        for (const [path, heading] of [['sites/1/goals', 'Goals'], ['sites/1/ecommerce', 'Ecommerce'], ['sites/1/reports/goal-channels', 'Who converts'], ['admin/websites/goals', 'Goals']]) {
          await view.page.goto(`${server.origin}/${path}?period=day&date=today`);
          await view.page.getByRole('heading', { name: heading, exact: true }).waitFor();
          await view.page.waitForLoadState('networkidle');
          assert.deepEqual(await axeFindings(view.page), [], path);
          assert.ok(await view.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${path} is as wide as the window`);
        }
        assert.deepEqual(view.faults, []);
        await view.close();
      });
    }
  }

  await t.test('it is changed and deleted', async () => {
    await page.goto(`${server.origin}/admin/websites/goals`);
    await page.getByRole('button', { name: /^Edit Thanks/ }).click();
    await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('Thank you');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Delete Thank you' }).click();
    await page.getByRole('button', { name: 'Delete the goal' }).click();
    await page.getByText('No goals yet').waitFor();
    assert.deepEqual(await ask(page, 'Goals.getGoals', { idSite: '1' }), []);
  });
  assert.deepEqual(faults, []);
  await close();
});
