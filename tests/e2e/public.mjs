// What the tests of public reports do on every page.
import assert from 'node:assert/strict';
import { axeFindings, send } from './browser.mjs';
import { password, until } from './server.mjs';

export const place = '/admin/system/public-reports';
export const reason = 'The council asked for open figures';

/** Refusals that a test asks for are written down by Chromium as errors; nothing else may be. */
export const beside = (faults) => faults.filter((fault) => !/status of (400|403|409)/.test(fault));
export const button = (page, name, exact = true) => page.getByRole('button', { name, exact });
const isNarrowEnough = (page) => page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);

export async function proper(page) {
  assert.deepEqual(await axeFindings(page), []);
  assert.ok(await isNarrowEnough(page), `${page.url()} is too wide`);
}

export async function go(page, address, heading) {
  await page.goto(address);
  await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
}

/** Chooses an entry of a list that opens. */
export async function choose(page, label, option) {
  await page.getByRole('button', { name: new RegExp(`${label}$`) }).click();
  await page.getByRole('option', { name: option }).click();
}

/** What the server says to a browser that was never here. */
export async function strangerStatus(address) {
  const answer = await fetch(address, { redirect: 'manual' });
  await answer.arrayBuffer();
  return answer.status;
}

/** An act of the person of this page, by their session. */
export async function act(page, method, body) {
  const { status, value } = await send(page, method, body);
  assert.equal(status, 200, `${method}: ${JSON.stringify(value)}`);
  return value;
}

/** The mail server is connected and tried, and public reports are on. */
export async function prepare(server, mail, page, see) {
  await mail.connect(server.run);
  await act(page, 'CoreAdminHome.sendTestMail', { address: 'root@people.example' });
  await mail.wait('root@people.example');
  await until('mail works', async () => (await see(page, 'PublicReports.getState', {})).mailWorks);
  await act(page, 'PublicReports.setSwitch', { state: 'on', passwordConfirmation: password });
}

/** Types what the confirmation asks for, and confirms. */
export async function confirmIt(page, name, { site, code } = {}) {
  if (site) await page.getByRole('textbox', { name: /^Type the name of the site/ }).fill(site);
  await page.getByRole('textbox', { name: 'Your password' }).fill(password);
  if (code) await page.getByRole('textbox', { name: 'Code of your authenticator app' }).fill(await code());
  await button(page, name).click();
}

/** What comes of a confirmation; a refusal is told in the server's words. */
export async function saysThen(page, title) {
  const said = page.getByRole('dialog').or(page.getByRole('form', { name: 'Confirm it' }).getByRole('alert')).first();
  await said.waitFor();
  assert.ok(await page.getByRole('dialog', { name: title }).isVisible(), await said.textContent());
}

/** Refused proof has to wait: until the button no longer says how long. */
export const mayTryAgain = (within) => within.getByRole('button', { name: /^Try again in/ }).waitFor({ state: 'detached', timeout: 60_000 });
