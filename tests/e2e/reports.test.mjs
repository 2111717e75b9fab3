// An analyst's morning with the demonstration site: figures, conditions, tables, periods, and the way out.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ask, axeFindings, launch, openPage, signIn } from './browser.mjs';
import { password, startServer, until } from './server.mjs';

const last30 = { idSite: '1', period: 'range', date: 'last30' };
let server, browser;

before(async () => {
  [server, browser] = await Promise.all([startServer(), launch()]);
  await server.run(['demo', '--weeks', '3']);
});
after(() => Promise.all([browser?.close(), server?.stop()]));

const figureOf = (page, name) => page.getByRole('region', { name: 'Key figures' }).getByRole('button', { name });
const linesOf = async (locator) => (await locator.innerText()).split('\n').map((line) => line.replaceAll('\u202f', ' ').trim());
const grouped = (count) => new Intl.NumberFormat('en-GB').format(count);

function lengthWords(length_s) {
  const whole = Math.round(length_s);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** The figures as the API tells them, in the words of the page. */
async function expectedFigures(page, asked) {
  const [visits, actions, days] = await Promise.all([
    ask(page, 'VisitsSummary.get', asked),
    ask(page, 'Actions.get', asked),
    ask(page, 'VisitsSummary.get', { ...asked, period: 'day' }),
  ]);
  const visitors = Object.values(days).reduce((sum, day) => sum + (day.nb_uniq_visitors ?? 0), 0);
  return {
    Visitors: grouped(visitors),
    Visits: grouped(visits.nb_visits),
    'Page views': grouped(actions.nb_pageviews),
    'Bounce rate': new Intl.NumberFormat('en-GB', { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(visits.bounce_count / visits.nb_visits),
    'Visit length': lengthWords(visits.sum_visit_length / visits.nb_visits),
    'Actions per visit': (visits.nb_actions / visits.nb_visits).toFixed(1),
  };
}

/** Until the server has ended the session. */
async function signOut(page) {
  await page.getByRole('button', { name: /sign out$/ }).click();
  const ended = page.waitForResponse((answer) => answer.request().method() === 'DELETE' && answer.url().endsWith('/api/v1/session'));
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  assert.equal((await ended).status(), 204);
}

for (const [width, height] of [[1440, 1000], [390, 844]]) {
  for (const theme of ['light', 'dark']) {
    test(`home at ${width} px, ${theme}, says what the API says`, async () => {
      const { page, faults, close } = await openPage(browser, server.origin, { width, height, theme });
      await signIn(page, server.origin);
      // The announcer of React Aria talks about the button of the form for seconds after it is gone: axe would find that.
      await page.goto(`${server.origin}/sites/1`);
      await page.getByRole('heading', { name: 'Home', exact: true }).waitFor();
      const expected = await expectedFigures(page, last30);
      assert.ok(Number(expected.Visits.replace(',', '')) > 1000, 'the demonstration has visits');
      for (const [name, value] of Object.entries(expected)) {
        const figure = figureOf(page, new RegExp(`^${name}`));
        await until(`${name} is ${value}`, async () => (await linesOf(figure)).includes(value), 10_000).catch(async (error) => {
          throw new Error(`${error.message}; the page says ${JSON.stringify(await linesOf(figure))}`);
        });
      }
      for (const name of ['Referrers', 'Pages', 'Places', 'Devices']) {
        await page.getByRole('region', { name, exact: true }).getByRole('list').getByRole('listitem').first().waitFor();
      }
      assert.deepEqual(await axeFindings(page), []);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), 'the page is too wide');
      const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const [red] = /[\d.]+/.exec(paper.replace(/^\w+\(/, ''));
      assert.equal(Number(red) > (paper.startsWith('rgb') ? 128 : 0.5), theme === 'light', `the background is ${paper}`);
      assert.deepEqual(faults, []);
      await close();
    });
  }
}

test('a pressed row narrows every number', async () => {
  const { page, faults, close } = await openPage(browser, server.origin);
  await signIn(page, server.origin);
  const all = await ask(page, 'VisitsSummary.get', last30);
  await page.getByRole('region', { name: 'Places' }).getByRole('button', { name: /^Germany/ }).click();
  await page.getByRole('list', { name: 'Segment' }).getByText('Country is Germany').waitFor();
  const expected = await expectedFigures(page, { ...last30, segment: 'countryCode==de' });
  assert.ok(Number(expected.Visits.replace(',', '')) < all.nb_visits);
  for (const name of ['Visits', 'Page views']) {
    await until(`${name} is ${expected[name]}`, async () => (await linesOf(figureOf(page, new RegExp(`^${name}`)))).includes(expected[name]), 10_000);
  }
  await page.getByRole('button', { name: /^Remove: Country is Germany/ }).click();
  await until('all visits are back', async () => (await linesOf(figureOf(page, /^Visits/))).includes(grouped(all.nb_visits)), 10_000);
  assert.deepEqual(faults, []);
  await close();
});

test('the editor knows values by name and joins alternatives', async () => {
  const { page, faults, close } = await openPage(browser, server.origin);
  await signIn(page, server.origin);
  await page.getByRole('button', { name: 'Narrow down' }).click();
  await page.getByLabel('Value').fill('germ');
  await page.getByRole('option', { name: 'Germany' }).click();
  await page.getByRole('button', { name: 'Or', exact: true }).click();
  await page.getByText('Country is Germany, or').waitFor();
  await page.getByLabel('Value').fill('japan');
  await page.keyboard.press('Enter');
  await page.getByRole('list', { name: 'Segment' }).getByText('Country is Germany or Japan').waitFor();
  assert.equal(new URL(page.url()).searchParams.get('segment'), 'countryCode==de,countryCode==jp');
  assert.deepEqual(faults, []);
  await close();
});

test('a period without visits leads to the newest ones', async () => {
  const { page, faults, close } = await openPage(browser, server.origin);
  await signIn(page, server.origin);
  await page.goto(`${server.origin}/sites/1?period=month&date=2020-05-01`);
  await page.getByText('No visits in this period').waitFor();
  assert.equal(await page.getByRole('region', { name: 'Tracking code' }).count(), 0);
  await page.getByRole('button', { name: 'Look at that month' }).click();
  await figureOf(page, /^Visits/).waitFor();
  assert.deepEqual(faults, []);
  await close();
});

test('the rest of the menu opens on a phone without its keyboard', async () => {
  const { page, faults, close } = await openPage(browser, server.origin, { width: 390, height: 844 });
  await signIn(page, server.origin);
  await page.getByRole('button', { name: 'More' }).click();
  const sheet = page.getByRole('dialog', { name: 'More' });
  await sheet.getByRole('option').first().waitFor();
  assert.equal(await sheet.getByRole('searchbox').evaluate((input) => input === document.activeElement), false);
  const names = await sheet.getByRole('link').allInnerTexts();
  assert.equal(new Set(names).size, names.length, names.join());
  assert.deepEqual(await axeFindings(page), []);
  assert.deepEqual(faults, []);
  await close();
});

test('the palette closes by one key, also when something was typed', async () => {
  const { page, faults, close } = await openPage(browser, server.origin);
  await signIn(page, server.origin);
  await page.getByRole('button', { name: 'Search or go anywhere' }).click();
  const palette = page.getByRole('dialog', { name: 'Search or go anywhere' });
  await palette.getByRole('searchbox').fill('orders');
  await palette.getByRole('option', { name: 'Orders and carts' }).waitFor();
  await page.keyboard.press('Escape');
  await palette.waitFor({ state: 'detached' });
  assert.deepEqual(faults, []);
  await close();
});

test('a session that ended says so, and goes on after signing in', async () => {
  const { page, close } = await openPage(browser, server.origin);
  await signIn(page, server.origin);
  await page.goto(`${server.origin}/sites/1/reports/countries`);
  await page.getByRole('cell', { name: /^Germany/ }).waitFor();
  await page.context().clearCookies();
  await page.getByRole('tab', { name: 'Cities' }).click();
  await page.getByText('Your session has ended. Sign in to go on where you were.').waitFor();
  await page.getByLabel('Login or e-mail').fill('root');
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL(/\/sites\/1\/reports\/cities/);
  await close();
});

test('paper holds the report and nothing to press', async () => {
  const { page, faults, close } = await openPage(browser, server.origin);
  await signIn(page, server.origin);
  await page.goto(`${server.origin}/sites/1/reports/countries`);
  await page.getByRole('cell', { name: /^Germany/ }).waitFor();
  await page.emulateMedia({ media: 'print' });
  await page.setViewportSize({ width: 718, height: 1000 });
  await page.getByRole('heading', { name: 'Places' }).waitFor();
  await page.getByText('Last 30 days').waitFor();
  assert.equal(await page.getByRole('navigation').count(), 0);
  for (const name of ['Export', 'Narrow down', 'Search or go anywhere']) assert.equal(await page.getByRole('button', { name }).count(), 0, name);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), 'nothing is wider than the paper');
  assert.deepEqual(faults, []);
  await close();
});

test('a segment is kept under a name, put on again and deleted', async () => {
  const { page, faults, close } = await openPage(browser, server.origin);
  await signIn(page, server.origin);
  await page.goto(`${server.origin}/sites/1?segment=countryCode%3D%3Dde%3BdeviceType%3D%3Dsmartphone`);
  await page.getByRole('button', { name: 'Saved', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Keep this segment…' }).click();
  const keep = page.getByRole('dialog', { name: 'Keep this segment' });
  await keep.getByRole('textbox', { name: 'Name' }).fill('Phones in <b>Germany</b>');
  await keep.getByText('For everybody who may see this site').click();
  assert.deepEqual(await axeFindings(page), []);
  await keep.getByRole('button', { name: 'Keep it' }).click();
  await keep.waitFor({ state: 'detached' });
  const [kept] = await ask(page, 'SegmentEditor.getAll', { idSite: '1' });
  assert.deepEqual([kept.name, kept.definition, kept.enable_all_users], ['Phones in <b>Germany</b>', 'countryCode==de;deviceType==smartphone', 1]);

  await page.getByRole('button', { name: 'Remove all' }).click();
  await page.waitForURL((url) => !url.searchParams.has('segment'));
  await page.getByRole('button', { name: 'Saved', exact: true }).click();
  await page.getByRole('menuitem', { name: /^Phones in <b>Germany<\/b>/ }).click();
  await page.waitForURL((url) => url.searchParams.get('segment') === kept.definition);
  await page.getByRole('list', { name: 'Segment' }).getByText('Country is Germany').waitFor();

  await page.getByRole('button', { name: kept.name, exact: true }).click();
  await page.getByRole('menuitem', { name: 'Rename or delete…' }).click();
  const tidy = page.getByRole('dialog', { name: 'Saved segments' });
  await tidy.getByRole('button', { name: `Rename ${kept.name}` }).click();
  await tidy.getByRole('textbox').fill('Phones there');
  await tidy.getByRole('button', { name: 'Rename', exact: true }).click();
  await tidy.getByText('Phones there', { exact: true }).waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await tidy.getByRole('button', { name: 'Delete Phones there' }).click();
  const sure = page.getByRole('alertdialog', { name: 'Delete Phones there?' });
  await sure.getByText('It is gone for everybody, not for you alone.').waitFor();
  await sure.getByRole('button', { name: 'Delete the segment' }).click();
  await tidy.getByText('Nothing is saved any more.').waitFor();
  assert.deepEqual(await ask(page, 'SegmentEditor.getAll', { idSite: '1' }), []);
  assert.deepEqual(faults, []);
  await close();
});

test('a note is written, stands as a flag on the graph, is changed and deleted', async () => {
  const { page, faults, close } = await openPage(browser, server.origin);
  await signIn(page, server.origin);
  const all = async () => (await ask(page, 'Annotations.getAll', { idSite: '1' }))['1'];
  await page.getByRole('button', { name: 'Notes on days' }).click();
  const notes = page.getByRole('dialog', { name: 'Notes on days' });
  await notes.getByText(/^No notes yet/).waitFor();
  await notes.getByRole('textbox', { name: 'What happened' }).fill('<img src=x onerror=alert(1)> went out');
  await notes.getByText('Important').click();
  await notes.getByRole('button', { name: 'Add the note' }).click();
  await notes.getByText('<img src=x onerror=alert(1)> went out').waitFor();
  assert.deepEqual(await axeFindings(page), []);
  const [written] = await all();
  assert.equal(written.starred, 1);

  await notes.getByRole('button', { name: /^Change the note/ }).click();
  const row = notes.getByRole('listitem');
  await row.getByRole('textbox', { name: 'What happened' }).fill('The catalogue went out');
  await row.getByRole('button', { name: 'Save' }).click();
  await notes.getByText('The catalogue went out', { exact: true }).waitFor();
  await page.keyboard.press('Escape');
  const graph = page.getByRole('img', { name: /^Visits by day/ });
  await graph.focus();
  await page.keyboard.press('End');
  await page.getByRole('status').getByText('The catalogue went out').waitFor();
  await page.keyboard.press('ArrowLeft');
  await page.getByRole('status').getByText('The catalogue went out').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Show as a table (t)' }).click();
  await page.getByRole('rowheader', { name: /The catalogue went out/ }).waitFor();

  await page.getByRole('button', { name: 'Notes on days' }).click();
  await notes.getByRole('button', { name: /^Delete the note/ }).click();
  await page.getByRole('alertdialog', { name: 'Delete this note?' }).getByRole('button', { name: 'Delete the note' }).click();
  await notes.getByText(/^No notes yet/).waitFor();
  assert.deepEqual(await all(), []);
  assert.deepEqual(faults, []);
  await close();
});

test('a page is seen over time, and with what came before and after it', async () => {
  const { page, faults, close } = await openPage(browser, server.origin);
  await signIn(page, server.origin);
  const [title] = await ask(page, 'Actions.getPageTitles', { ...last30, filter_limit: '1' });
  const name = title.label.trim();
  await page.goto(`${server.origin}/sites/1/reports/titles`);
  const more = page.getByRole('button', { name: `More about ${title.label}`, exact: true });
  await more.click();
  await page.getByRole('menuitem', { name: 'See it over time' }).click();
  const graph = page.getByRole('dialog').getByRole('img', { name: /^Views of .* by day/ });
  await graph.focus();
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowLeft');
  const yesterday = await ask(page, 'Actions.getPageTitles', { idSite: '1', period: 'day', date: 'yesterday', label: encodeURIComponent(title.label) });
  await page.getByRole('dialog').getByRole('status').getByText(grouped(yesterday[0]?.nb_hits ?? 0), { exact: true }).waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await page.keyboard.press('Escape');

  await more.click();
  await page.getByRole('menuitem', { name: 'See what came before and after' }).click();
  await page.getByRole('heading', { name: 'Before and after', level: 1 }).waitFor();
  const found = await ask(page, 'Transitions.getTransitionsForAction', { ...last30, actionName: name, actionType: 'title' });
  const middle = page.getByRole('region', { name: 'This page' });
  await middle.getByText(grouped(found.pageMetrics.pageviews), { exact: true }).waitFor();
  assert.deepEqual(await axeFindings(page), []);
  const next = page.getByRole('list', { name: 'After: pages of this site' }).getByRole('button').first();
  const following = found.followingPages[0];
  assert.ok((await linesOf(next)).includes(grouped(following.referrals)));
  await next.click();
  await middle.getByText(following.label, { exact: true }).waitFor();
  await page.goto(`${server.origin}/sites/1/transitions?title=nobody+saw+this`);
  await page.getByText('Nobody saw this page in this period').waitFor();
  assert.deepEqual(faults.filter((fault) => !/status of 404/.test(fault)), []);
  await close();
});

test('a report sorts, searches, opens rows and is exported', async (t) => {
  const { page, faults, close } = await openPage(browser, server.origin);
  await signIn(page, server.origin);
  const labels = () => page.locator('tbody tr td:first-child button[title]').allInnerTexts();

  await t.test('a head sorts', async () => {
    await page.goto(`${server.origin}/sites/1/reports/titles`);
    await page.locator('tbody tr').first().waitFor();
    const byViews = await labels();
    const rows = await ask(page, 'Actions.getPageTitles', { ...last30, filter_limit: '-1', filter_sort_column: 'nb_hits' });
    assert.equal(byViews[0], rows[0].label.trim());
    const head = page.getByRole('button', { name: 'Title', exact: true });
    await head.click();
    await page.waitForURL(/sort=label/);
    await until('titles stand in order', async () => {
      const now = await labels();
      return now.length === rows.length && now.every((label, at) => at === 0 || now[at - 1].localeCompare(label, 'en', { sensitivity: 'base' }) <= 0);
    }, 10_000);
    await head.click();
    await until('the order turns around', async () => (await labels()).at(-1) === [...byViews].sort((a, b) => a.localeCompare(b, 'en', { sensitivity: 'base' }))[0], 10_000);
  });

  await t.test('the search narrows', async () => {
    await page.getByRole('searchbox').fill('WASHI');
    await page.waitForURL(/q=WASHI/);
    await until('only rows with the word stay', async () => {
      const found = await labels();
      return found.length > 0 && found.every((label) => /washi/i.test(label));
    }, 10_000);
    assert.ok((await labels()).length >= 3);
    await page.getByRole('searchbox').fill('nothing has this name');
    await page.getByText('Nothing here with “nothing has this name”').waitFor();
  });

  await t.test('a row opens in place', async () => {
    await page.goto(`${server.origin}/sites/1/reports/pages`);
    const shop = page.locator('tbody tr').filter({ has: page.getByRole('button', { name: 'Open shop', exact: true }) });
    await shop.waitFor();
    const before = await page.locator('tbody tr').count();
    await shop.getByRole('button', { name: 'Open shop', exact: true }).click();
    await page.locator('tbody tr[aria-level="2"]').filter({ hasText: 'lanterns' }).first().waitFor();
    await until('the rows inside stand below', async () => (await page.locator('tbody tr').count()) > before, 10_000);
    await page.getByRole('button', { name: 'Close shop', exact: true }).click();
    await until('they go again', async () => (await page.locator('tbody tr').count()) === before, 10_000);
  });

  await t.test('the export is a table of all rows', async () => {
    await page.getByRole('button', { name: 'Export' }).click();
    const href = await page.getByRole('menuitem', { name: /CSV/ }).getAttribute('href');
    const answer = await page.evaluate(async (address) => {
      const { status, headers, ...rest } = await fetch(address).then(async (got) => ({ status: got.status, headers: got.headers.get('content-type'), text: await got.text() }));
      return { status, type: headers, ...rest };
    }, href);
    assert.equal(answer.status, 200);
    // Matomo's clients expect this type.
    assert.match(answer.type, /^application\/vnd\.ms-excel/);
    const [head, ...lines] = answer.text.replace(/^\ufeff/, '').trim().split('\n');
    assert.match(head, /^label,/);
    const flat = await ask(page, 'Actions.getPageUrls', { ...last30, flat: '1', filter_limit: '-1' });
    assert.equal(lines.length, flat.length);
    const downloading = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: /CSV/ }).click();
    assert.match((await downloading).suggestedFilename(), /\.csv$/);
  });

  assert.deepEqual(await axeFindings(page), []);
  assert.deepEqual(faults, []);
  await close();
});

test('no number of a table stands in the place of another, and none is cut without a mark', async () => {
  const { page, faults, close } = await openPage(browser, server.origin);
  await signIn(page, server.origin);
  for (const width of [1440, 1024, 820, 768]) {
    await page.setViewportSize({ width, height: 900 });
    await page.goto(`${server.origin}/sites/1/reports/countries`);
    await page.locator('tbody tr').first().waitFor();
    const cut = await page.locator('td.number').evaluateAll((cells) => cells.filter((cell) => cell.scrollWidth > cell.clientWidth).map((cell) => cell.textContent));
    assert.deepEqual(cut, [], `at ${width} px`);
    const title = page.getByRole('heading', { level: 1 });
    const [head, search] = await Promise.all([title.boundingBox(), page.getByRole('button', { name: /Search or go anywhere/ }).boundingBox()]);
    assert.ok(head.height < 40, `the title has one line at ${width} px`);
    assert.ok(Math.abs(head.y + head.height / 2 - search.y - search.height / 2) < 4, `the search stands beside the title at ${width} px`);
  }
  assert.deepEqual(faults, []);
  await close();
});

test('lengths and counts stand in their own order', async () => {
  const { page, faults, close } = await openPage(browser, server.origin);
  await signIn(page, server.origin);
  await page.goto(`${server.origin}/sites/1/reports/visit-lengths`);
  const labels = () => page.locator('tbody tr td:first-child').allInnerTexts();
  await page.locator('tbody tr').first().waitFor();
  const lengths = ['0–10s', '11–30s', '31–60s', '1-2 min', '2-4 min', '4-7 min', '7-10 min', '10-15 min', '15-30 min', '30+ min'];
  const shown = await labels();
  assert.deepEqual(shown, lengths.filter((length) => shown.includes(length)));
  await page.getByRole('button', { name: 'Length', exact: true }).click();
  await until('the longest come first', async () => (await labels()).join() === shown.toReversed().join(), 10_000);
  assert.deepEqual(faults, []);
  await close();
});

test('the visits log shows the times that it is sorted by, and what happened', async () => {
  const { page, faults, close } = await openPage(browser, server.origin);
  await signIn(page, server.origin);
  await page.goto(`${server.origin}/sites/1/visits?period=day&date=yesterday`);
  const times = page.getByRole('region', { name: 'Visits' }).getByTitle('Last action');
  await times.first().waitFor();
  const clocks = await times.allInnerTexts();
  assert.ok(clocks.length > 10);
  assert.deepEqual(clocks, clocks.toSorted().toReversed());
  const visits = await ask(page, 'Live.getLastVisitsDetails', { idSite: '1', period: 'day', date: 'yesterday', filter_limit: '50' });
  const at = visits.findIndex((visit) => visit.actionDetails.some((action) => action.type === 'event'));
  const { eventCategory, eventAction, eventName } = visits[at].actionDetails.find((action) => action.type === 'event');
  await times.nth(at).click();
  await page.getByText([eventCategory, eventAction, eventName].filter(Boolean).join(' · '), { exact: true }).first().waitFor();
  assert.deepEqual(faults, []);
  await close();
});

test('the keyboard marks one thing at a time', async () => {
  const { page, faults, close } = await openPage(browser, server.origin);
  await signIn(page, server.origin);
  await page.goto(`${server.origin}/sites/1`);
  await page.getByRole('tab', { name: 'Channels' }).waitFor();
  await page.getByRole('tab', { name: 'Channels' }).focus();
  await page.keyboard.press('Tab');
  const marked = await page.evaluate(() => [...document.querySelectorAll('*')].filter((element) => getComputedStyle(element).outlineStyle !== 'none').length);
  assert.equal(marked, 1);
  assert.deepEqual(faults, []);
  await close();
});

test('keys choose the period', async () => {
  const { page, faults, close } = await openPage(browser, server.origin);
  await signIn(page, server.origin);
  await figureOf(page, /^Visits/).waitFor();
  const periodOf = (url) => url.searchParams.get('period');
  const dateOf = () => new URL(page.url()).searchParams.get('date');
  for (const [key, period] of [['y', 'year'], ['m', 'month'], ['w', 'week'], ['d', 'day']]) {
    await page.keyboard.press(key);
    await page.waitForURL((url) => periodOf(url) === period);
    const { nb_visits: count } = await ask(page, 'VisitsSummary.get', { idSite: '1', period, date: dateOf() });
    await until(`visits of the ${period} are ${count}`, async () => (await linesOf(figureOf(page, /^Visits/))).includes(grouped(count)), 10_000);
  }
  const today = dateOf();
  const yesterday = new Date(Date.parse(today) - 86_400_000).toISOString().slice(0, 10);
  await page.keyboard.press('ArrowLeft');
  await page.waitForURL((url) => url.searchParams.get('date') === yesterday);
  const { nb_visits: count } = await ask(page, 'VisitsSummary.get', { idSite: '1', period: 'day', date: yesterday });
  await until(`visits of yesterday are ${count}`, async () => (await linesOf(figureOf(page, /^Visits/))).includes(grouped(count)), 10_000);
  await page.keyboard.press('ArrowRight');
  await page.waitForURL((url) => url.searchParams.get('date') === today);
  await page.keyboard.press('ArrowRight');
  assert.equal(dateOf(), today, 'there is no day after today');
  assert.deepEqual(faults, []);
  await close();
});

test('signing out shows the signed-out page', async () => {
  const { page, faults, close } = await openPage(browser, server.origin);
  await signIn(page, server.origin);
  await figureOf(page, /^Visits/).waitFor();
  await signOut(page);
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  assert.equal(new URL(page.url()).pathname, '/login');
  assert.equal(await page.getByText('Paper Lantern').count(), 0);
  assert.deepEqual(faults, []);
  await close();
});

test('after signing out nothing is left to go back to', async () => {
  const { page, close } = await openPage(browser, server.origin);
  await signIn(page, server.origin);
  await figureOf(page, /^Visits/).waitFor();
  await page.goto(`${server.origin}/sites/1/visits`);
  await page.getByRole('heading', { name: 'Visits log' }).waitFor();
  const cookies = await page.context().cookies();
  await signOut(page);
  for (const go of [() => page.goBack(), () => page.reload(), () => page.goto(`${server.origin}/sites/1`)]) {
    await go();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    assert.equal(await page.getByRole('region', { name: /Key figures|Visits/ }).count(), 0);
    assert.equal(await page.getByText('Paper Lantern').count(), 0);
  }
  await page.context().addCookies(cookies);
  const statusOf = (address) => page.evaluate(async (asked) => (await fetch(asked)).status, address);
  assert.equal(await statusOf('/api/v1/session'), 401, 'the old session is over');
  assert.equal(await statusOf(`/api/v1/methods/VisitsSummary.get?${new URLSearchParams(last30)}`), 403, 'nobody may see the site');
  await close();
});
