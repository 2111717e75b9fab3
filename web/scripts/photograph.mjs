// Photographs every page at 1440 and 390 px in both themes against the built application with the mock behind it,
// and asks axe about each. Fails on axe findings, on errors in the page and on breaches of the content policy.
//   node scripts/photograph.mjs [--only NAME] [--out DIR]
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createServer as createVite } from 'vite';
import { serve } from '../mock/serve.mjs';
import { launch, listen } from './chromium.mjs';

const argument = (name, fallback) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? fallback : process.argv[at + 1];
};
const only = argument('--only', '');
const out = argument('--out', 'photographs');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const settle_ms = 700;
const press = (name) => async (page) => page.getByRole('button', { name, exact: true }).click();

/** Fills in the confirmation of public reports. */
const confirmWith = (typed) => async (page) => {
  await page.getByLabel('Type the name of the site: Aizome').fill('Aizome');
  await page.getByRole('textbox', { name: 'Your password' }).fill(typed);
  await page.getByRole('textbox', { name: 'Code of your authenticator app' }).fill('123456');
  await press('Make it public')(page);
};

/** Allows the addresses of one domain only. */
const allow = (domain) => async (page) => {
  await page.getByRole('textbox', { name: 'Allowed e-mail domains' }).fill(domain);
  await press('Save')(page);
};

const pages = [
  ['parts', '/_components', { mock: 'parts' }],
  ['home', '/sites/1'],
  ['home-day', '/sites/1?period=day&date=today'],
  ['home-year', '/sites/1?period=year&date=today&figure=visitors'],
  ['home-segment', '/sites/1?segment=countryCode%3D%3Dde%3BdeviceType%3D%3Dsmartphone'],
  ['home-table', '/sites/1?graph=table&compare=none'],
  ['home-empty', '/sites/2'],
  ['home-broken', '/sites/5'],
  ['home-slow', '/sites/4', { early: true }],
  ['report-pages', '/sites/1/reports/pages', { act: async (page) => page.getByRole('button', { name: 'Open', exact: false }).filter({ has: page.locator('svg') }).locator('visible=true').and(page.locator('[data-toggle]')).first().click() }],
  ['report-countries', '/sites/1/reports/countries'],
  ['report-many', '/sites/3/reports/titles?rows=-1'],
  ['report-none', '/sites/1/reports/campaigns?q=zzz'],
  ['report-broken', '/sites/5/reports/browsers'],
  ['visits', '/sites/1/visits', { act: async (page) => page.locator('li button[aria-expanded]').nth(1).click() }],
  ['times', '/sites/1/times'],
  ['period-picker', '/sites/1', { act: async (page) => page.getByRole('button', { name: /^Period: / }).click() }],
  ['notes-dialog', '/sites/1', { act: async (page) => page.getByRole('button', { name: 'Notes on days' }).click() }],
  ['notes-flag', '/sites/1', { act: async (page) => { await page.getByRole('img', { name: /^Visits by day/ }).focus(); for (let day = 0; day < 14; day += 1) await page.keyboard.press('ArrowLeft'); } }],
  ['row-over-time', '/sites/1/reports/countries', { act: async (page) => { await page.getByRole('button', { name: 'More about Germany' }).click(); await page.getByRole('menuitem', { name: 'See it over time' }).click(); } }],
  ['row-menu', '/sites/1/reports/titles', { act: async (page) => page.getByRole('button', { name: /^More about/ }).first().click() }],
  ['transitions', '/sites/1/transitions?page=https%3A%2F%2Faizome.example%2Fshop'],
  ['transitions-none', '/sites/1/transitions'],
  ['segments-saved', '/sites/1?segment=countryCode%3D%3Dde', { act: async (page) => page.getByRole('button', { name: 'Germany', exact: true }).last().click() }],
  ['segments-tidied', '/sites/1?segment=countryCode%3D%3Dfr', { act: async (page) => { await page.getByRole('button', { name: 'Saved', exact: true }).click(); await page.getByRole('menuitem', { name: /^Rename or delete/ }).click(); } }],
  ['segment-kept', '/sites/1?segment=countryCode%3D%3Dfr', { act: async (page) => { await page.getByRole('button', { name: 'Saved', exact: true }).click(); await page.getByRole('menuitem', { name: /^Keep this/ }).click(); } }],
  ['segment-editor', '/sites/1', { act: async (page) => page.getByRole('button', { name: 'Narrow down' }).click() }],
  ['palette', '/sites/1', { act: async (page) => page.keyboard.press('Control+k') }],
  ['keys', '/sites/1', { act: async (page) => page.keyboard.press('?') }],
  ['site-picker', '/sites/1', { wide: true, act: async (page) => page.getByRole('button', { name: /change the site$/ }).click() }],
  ['sheet', '/sites/1', { narrow: true, act: async (page) => page.getByRole('button', { name: 'More', exact: true }).click() }],
  ['admin-sites', '/admin/websites/manage'],
  ['admin-site-add', '/admin/websites/manage', { act: async (page) => page.getByRole('button', { name: 'Add a site' }).click() }],
  ['admin-code', '/admin/websites/tracking-code'],
  ['admin-users', '/admin/system/users'],
  ['admin-user-invite', '/admin/system/users', { act: press('Invite a user') }],
  ['admin-user-menu', '/admin/system/users', { act: press('More for jonas') }],
  ['admin-user-access', '/admin/system/users', { act: async (page) => { await press('More for jonas')(page); await page.getByRole('menuitem', { name: 'Access to sites' }).click(); } }],
  ['admin-user-grant', '/admin/system/users', { act: async (page) => { await press('More for jonas')(page); await page.getByRole('menuitem', { name: 'Make superuser' }).click(); } }],
  ['admin-user-bulk', '/admin/system/users', { act: async (page) => { for (const name of ['jonas', 'agency', 'mariko']) await page.getByRole('checkbox', { name: `Select ${name}` }).check({ force: true }); await press('Set their role…')(page); } }],
  ['admin-user-none', '/admin/system/users', { act: async (page) => page.getByRole('searchbox').fill('zzz') }],
  ['admin-settings', '/admin/personal/settings'],
  ['superusers', '/admin/system/superusers'],
  ['superusers-pick', '/admin/system/superusers', { act: press('Make a user superuser') }],
  ['review', '/admin/system/access-review'],
  ['review-open', '/admin/system/access-review', { act: async (page) => { const begin = page.getByRole('button', { name: 'Begin a review' }); if (await begin.isVisible()) await begin.click(); } }],
  ['guesses', '/admin/diagnostic/brute-force-log'],
  ['general', '/admin/system/general-settings'],
  ['general-changed', '/admin/system/general-settings', { act: async (page) => page.getByRole('textbox', { name: 'Failed sign-ins' }).first().fill('7') }],
  ['general-domains', '/admin/system/general-settings', { act: allow('aizome.example') }],
  ['general-domains-none', '/admin/system/general-settings', { act: allow('agency-with-a-long-name.example') }],
  ['general-domains-wrong', '/admin/system/general-settings', { act: allow('aizome') }],
  ['activity', '/admin/diagnostic/activity-log'],
  ['activity-open', '/admin/diagnostic/activity-log', { act: async (page) => page.locator('main li button[aria-expanded]').nth(1).click() }],
  ['activity-none', '/admin/diagnostic/activity-log', { act: async (page) => page.getByRole('searchbox').fill('zzz') }],
  ['security', '/admin/personal/security'],
  ['security-bare', '/admin/personal/security', { mock: 'bare' }],
  ['security-broken', '/admin/personal/security', { mock: 'broken' }],
  ['security-totp', '/admin/personal/security', { mock: 'bare', act: press('Set up') }],
  ['security-codes', '/admin/personal/security', { act: async (page) => { await press('Make new ones')(page); await press('Make new codes')(page); } }],
  ['security-passkey', '/admin/personal/security', { act: press('Add a passkey') }],
  ['security-password', '/admin/personal/security', { act: async (page) => { await press('Change')(page); await page.getByRole('textbox', { name: 'New password' }).fill('mariko likes rain'); } }],
  ['security-token', '/admin/personal/security', { act: press('Create a token') }],
  ['proof', '/admin/personal/security', { mock: 'unproved', act: press('Set up') }],
  ['grace', '/sites/1', { mock: 'grace' }],
  ['enrol', '/', { mock: 'enrolling' }],
  ['enrol-totp', '/', { mock: 'enrolling', act: async (page) => page.getByRole('button', { name: /^Authenticator app/ }).click() }],
  ['login-factor', '/login', { mock: 'factor', act: async (page) => { await page.getByLabel('Login or e-mail').fill('mariko'); await page.getByRole('textbox', { name: 'Password' }).fill('mock password'); await page.getByRole('button', { name: 'Sign in', exact: true }).click(); } }],
  ['login-wait', '/login', { mock: 'slower', act: async (page) => { await page.getByLabel('Login or e-mail').fill('mariko'); await page.getByRole('textbox', { name: 'Password' }).fill('x'); await page.getByRole('button', { name: 'Sign in', exact: true }).click(); } }],
  ['reset', '/reset', { mock: 'signedOut' }],
  ['reset-sent', '/reset', { mock: 'signedOut', act: async (page) => { await page.getByLabel('Login or e-mail').fill('mariko'); await press('Mail me a link')(page); } }],
  ['reset-new', '/reset#mock-token', { mock: 'signedOut', act: async (page) => page.getByRole('textbox', { name: 'New password' }).fill('password1') }],
  ['reset-old', '/reset#old', { mock: 'signedOut', act: async (page) => { await page.getByRole('textbox', { name: 'New password' }).fill('a long enough password'); await press('Set the password')(page); } }],
  ['invitation', '/invitation#mock-token', { mock: 'signedOut' }],
  ['invitation-decline', '/invitation#mock-token', { mock: 'signedOut', act: press('Decline') }],
  ['invitation-old', '/invitation#old', { mock: 'signedOut' }],
  ['public', '/admin/system/public-reports'],
  ['public-none', '/admin/system/public-reports', { mock: 'publicNone' }],
  ['public-forbidden', '/admin/system/public-reports', { mock: 'publicForbidden' }],
  ['public-off', '/admin/system/public-reports', { mock: 'publicOff' }],
  ['public-unmailed', '/admin/system/public-reports', { mock: 'publicUnmailed' }],
  ['public-broken', '/admin/system/public-reports', { mock: 'publicBroken' }],
  ['public-menu', '/admin/system/public-reports', { act: async (page) => page.getByRole('button', { name: 'More for Aizome' }).last().click() }],
  ['public-pause-all', '/admin/system/public-reports', { act: press('Pause all') }],
  ['public-mailed', '/admin/system/public-reports?pause=1'],
  ['public-switch', '/admin/system/public-reports', { act: press('Turn off…') }],
  ['public-new', '/admin/system/public-reports/new'],
  ['public-new-wrong', '/admin/system/public-reports/new', { act: async (page) => { await page.getByRole('button', { name: /What is shown$/ }).click(); await page.getByRole('option', { name: 'Reports that I choose' }).click(); await press('Go on to look at it')(page); } }],
  ['public-confirm', '/admin/system/public-reports/confirm/activate/3'],
  ['public-confirm-site', '/admin/system/public-reports/confirm/approve/4'],
  ['public-confirm-wrong', '/admin/system/public-reports/confirm/activate/3', { act: confirmWith('wrong password') }],
  ['public-confirm-changed', '/admin/system/public-reports/confirm/activate/3', { mock: 'publicChanged', act: confirmWith('mock password') }],
  ['public-confirm-done', '/admin/system/public-reports/confirm/activate/3', { act: confirmWith('mock password') }],
  ['public-change', '/admin/system/public-reports/1/change', { act: async (page) => page.getByRole('textbox', { name: /Months/ }).fill('24') }],
  ['public-grant', '/admin/system/public-reports/1'],
  ['public-widgets', '/admin/platform/widgets'],
  ['public-widgets-link', '/admin/platform/widgets?grant=2'],
  ['public-widgets-none', '/admin/platform/widgets', { mock: 'publicNone' }],
  ['viewer', '/public/1'],
  ['viewer-acquisition', '/public/1', { act: async (page) => { await press('Acquisition')(page); await page.getByRole('button', { expanded: false }).first().click(); } }],
  ['viewer-widget', '/public/1?report=Actions.getPageUrls&period=week&date=today'],
  ['viewer-totals', '/public/1?report=VisitsSummary.get&period=month&date=today'],
  ['viewer-locked', '/public/link/kR7wq2c5Vw8yTzK3pLmB9aXeR4sDf6Gh', { act: async (page) => { await page.getByLabel('Password').fill('x'); await press('Open')(page); } }],
  ['viewer-unlocked', '/public/link/kR7wq2c5Vw8yTzK3pLmB9aXeR4sDf6Gh', { act: async (page) => { await page.getByLabel('Password').fill('seven cranes'); await press('Open')(page); await page.getByRole('heading', { name: 'Aizome' }).waitFor(); } }],
  ['viewer-closed', '/public/99'],
  ['viewer-busy', '/public/1', { mock: 'publicBusy' }],
  ['viewer-partial', '/public/1', { mock: 'publicPartial' }],
  ['viewer-slow', '/public/1', { early: true }],
  ['not-found', '/nowhere'],
  ['login', '/login', { mock: 'signedOut' }],
  ['setup-account', '/setup#token=mock-token', { mock: 'setup' }],
  ['setup-no-token', '/setup', { mock: 'setup' }],
];
const mocks = { signedIn: {}, bare: { account: 'bare' }, broken: { account: 'broken' }, unproved: { account: 'unproved' }, grace: { account: 'grace' }, enrolling: { account: 'enrolling' }, factor: { signedIn: false, account: 'factor' }, slower: { signedIn: false, failures: 3 }, signedOut: { signedIn: false }, ...Object.fromEntries(['None', 'Forbidden', 'Off', 'Unmailed', 'Broken', 'Changed', 'Busy', 'Partial'].map((kind) => [`public${kind}`, { publicReports: kind.toLowerCase() }])), setup: { signedIn: false, setupOpen: true } };
const screens = [{ name: 'wide', width: 1440, height: 1000 }, { name: 'narrow', width: 390, height: 844 }];

const { origins, stop } = await listen(Object.fromEntries(Object.entries(mocks).map(([name, options]) => [name, serve(options)])));
// The page of parts exists in development only.
const vite = await createVite({ mode: 'mock', server: { port: 0 }, logLevel: 'error' });
await vite.listen();
origins.parts = vite.resolvedUrls.local[0].replace(/\/$/, '');

const browser = await launch();
mkdirSync(out, { recursive: true });
const problems = [];

async function photograph([name, path, options = {}], screen, theme) {
  const context = await browser.newContext({ viewport: { width: screen.width, height: screen.height }, colorScheme: theme, bypassCSP: false, reducedMotion: 'reduce', locale: 'en-GB' });
  const page = await context.newPage();
  const where = `${name} ${screen.name} ${theme}`;
  page.on('pageerror', (error) => problems.push(`${where}: ${error.message}`));
  page.on('console', (message) => {
    const text = message.text();
    if (message.type() === 'error' && !text.startsWith('Failed to load resource')) problems.push(`${where}: ${text}`);
  });
  page.on('dialog', (dialog) => {
    problems.push(`${where}: tracked text opened a dialog`);
    void dialog.dismiss();
  });
  await page.goto(origins[options.mock ?? 'signedIn'] + path);
  if (options.early) await page.waitForTimeout(settle_ms);
  else {
    await page.waitForLoadState('networkidle', { timeout: 4000 }).catch(() => undefined);
    await page.waitForTimeout(settle_ms);
  }
  await options.act?.(page);
  if (options.act) await page.waitForTimeout(settle_ms);
  await page.screenshot({ path: join(out, `${name}-${screen.name}-${theme}.png`), fullPage: !options.act });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (wide > 0) problems.push(`${where}: the page is ${wide} px too wide`);
  // The devtools protocol evaluates axe without loosening the policy of the page.
  await page.evaluate(axe);
  // React Aria puts its hidden "dismiss" buttons beside a popover, outside every landmark.
  const { violations } = await page.evaluate(
    // React Aria's announcer names words of buttons that may be gone by now.
    (withPopover) => window.axe.run({ exclude: [['[data-live-announcer]']] }, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'], rules: { region: { enabled: !withPopover } } }),
    options.act !== undefined,
  );
  for (const violation of violations) {
    problems.push(`${where}: axe ${violation.id} (${violation.impact}) ${violation.nodes.slice(0, 3).map((node) => node.target.join(' ')).join(' | ')} ${violation.nodes[0].any[0]?.message ?? ''}`);
  }
  await context.close();
}

for (const one of pages) {
  if (only && !one[0].startsWith(only)) continue;
  for (const screen of screens) {
    if ((one[2]?.wide && screen.name !== 'wide') || (one[2]?.narrow && screen.name !== 'narrow')) continue;
    for (const theme of ['light', 'dark']) await photograph(one, screen, theme).catch((error) => problems.push(`${one[0]} ${screen.name} ${theme}: ${error.message.split('\n')[0]}`));
  }
}
await browser.close();
await vite.close();
stop();
for (const problem of new Set(problems)) console.log(problem);
console.log(`${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
