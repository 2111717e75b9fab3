// Chromium, pages that remember what went wrong in them, and what people do on every page.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from '../../web/node_modules/playwright-core/index.mjs';
import { password } from './server.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('../../web/node_modules/axe-core/axe.min.js'), 'utf8');
const step_max_ms = 60_000;
/** Every request waits for so long: what a test forgets to wait for shows (0: no wait). */
const latency_ms = Number(process.env.E2E_LATENCY_MS ?? 0);
const axeRules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'];

export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });

/** A signed-out browser asks who it is and is told "nobody": Chromium writes that down as an error. */
const isSignedOutAnswer = (message) =>
  message.text().includes('status of 401') && new URL(message.location().url).pathname === '/api/v1/session';

/** A page in a browser profile of its own; `faults` are errors, dialogs, breaches of the content policy and requests to elsewhere. */
export async function openPage(browser, origin, { width = 1440, height = 1000, theme = 'light' } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, reducedMotion: 'reduce', locale: 'en-GB' });
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`policy breach: ${event.effectiveDirective} ${event.blockedURI} ${event.sample}`);
    });
  });
  const page = await context.newPage();
  page.setDefaultTimeout(step_max_ms);
  if (latency_ms > 0) {
    const network = await context.newCDPSession(page);
    await network.send('Network.enable');
    await network.send('Network.emulateNetworkConditions', { offline: false, latency: latency_ms, downloadThroughput: -1, uploadThroughput: -1 });
  }
  const faults = [];
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && !isSignedOutAnswer(message)) faults.push(`console: ${message.text()} ${message.location().url}`);
  });
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith('http') && url.origin !== origin) faults.push(`request to ${url.href}`);
  });
  return { page, faults, close: () => context.close() };
}

export async function signIn(page, origin, login = 'root', secret = password) {
  await page.goto(`${origin}/login`);
  await page.getByLabel('Login or e-mail').fill(login);
  await page.getByRole('textbox', { name: 'Password' }).fill(secret);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL((url) => url.pathname !== '/login');
}

/** Calls a method that changes something, with the session of the page: its status and what it said. */
export const send = (page, method, parameters) =>
  page.evaluate(
    async ([address, body]) => {
      const answer = await fetch(address, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
      return { status: answer.status, value: await answer.json().catch(() => null) };
    },
    [`/api/v1/methods/${method}`, parameters],
  );

/** Whether the server granted what a press asked for, however long it took to say. */
export async function answered(page, method, press) {
  const [answer] = await Promise.all([page.waitForResponse((one) => one.url().endsWith(`/api/v1/methods/${method}`)), press()]);
  return answer.ok();
}

/** What the API answers to the person of this page, with their session. */
export async function ask(page, method, parameters) {
  const query = new URLSearchParams({ format: 'JSON', ...parameters });
  const { status, value } = await page.evaluate(async (address) => {
    const answer = await fetch(address);
    return { status: answer.status, value: await answer.json() };
  }, `/api/v1/methods/${method}?${query}`);
  assert.equal(status, 200, `${method}: ${JSON.stringify(value)}`);
  return value;
}

/** The findings of axe. The devtools protocol evaluates it without loosening the policy of the page. */
export async function axeFindings(page) {
  await page.evaluate(axe);
  // React Aria's announcer names words of buttons that may be gone by now.
  const { violations } = await page.evaluate((rules) => window.axe.run({ exclude: [['[data-live-announcer]']] }, { runOnly: rules, resultTypes: ['violations'] }), axeRules);
  // A hint that happens to be open floats outside all landmarks; everything else is asked of it too.
  const isHint = ({ html }) => html.includes('data-overlay-container') && html.includes('role="tooltip"');
  const found = violations.map(({ id, nodes }) => ({ id, nodes: id === 'region' ? nodes.filter((node) => !isHint(node)) : nodes }));
  return found.filter(({ nodes }) => nodes.length > 0).map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target.join(' ')} ${node.html.slice(0, 200)}`).join(' | ')}`);
}
