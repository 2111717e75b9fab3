// Walks through a site as a visitor does, in a real browser. The plan comes as JSON on standard input:
// {"site": origin of the pages, "tracker": origin of the server, "chromium": path, "wrapped": by a package instead of _paq};
// what the browser complained about goes out as JSON.
import { chromium } from 'playwright-core';

const plan = JSON.parse(await new Response(process.stdin).text());
const browser = await chromium.launch({
  executablePath: plan.chromium,
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});
const complaints = [];

// Hits that the server has acknowledged. A beacon outlives its page, so only the server knows that it arrived.
const acknowledged = async () => {
  const text = await (await fetch(`${plan.tracker}/metrics`)).text();
  return Number(/^makoto_hits_accepted_total (\d+)$/m.exec(text)[1]);
};

// Each step of a visit sends one hit and ends when it was acknowledged.
const wait_max_ms = 20_000;
const step = async (what, act) => {
  const before = await acknowledged();
  await act();
  for (const end = Date.now() + wait_max_ms; (await acknowledged()) !== before + 1; await new Promise((done) => setTimeout(done, 30))) {
    if (Date.now() > end) throw new Error(`${what} came to ${(await acknowledged()) - before} hits`);
  }
};

// Two browsers, since one browser at one address is one visitor whatever its cookies say.
const other = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

const visit = async (userAgent, steps) => {
  const context = await browser.newContext({ userAgent, locale: 'de-DE', viewport: { width: 1280, height: 720 } });
  await context.route((url) => url.hostname.endsWith('.example'), (route) => route.fulfill({ body: 'elsewhere' }));
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  await steps({
    open: (path) => step(path, () => page.goto(plan.site + path)),
    click: (selector) => step(selector, () => page.click(selector)),
    push: (...command) => step(command[0], () => page.evaluate((c) => window._paq.push(c), command)),
    call: (name, options) => step(name, () => page.evaluate(([n, o]) => window.tracker[n](o), [name, options])),
    page,
  });
  await context.close();
};

const wrapped = () => visit(undefined, async ({ open, call, page }) => {
  await open('/wrapped.html');
  await call('trackEvent', { category: 'Video', action: 'Play', name: 'Trailer', value: 4.5 });
  await call('trackSiteSearch', { keyword: 'blue shoes', category: 'shop', count: 3 });
  await call('trackLink', { href: 'https://out.example/there' });
  await page.evaluate(() => window.tracker.addEcommerceItem({ sku: 'S-1', productName: 'Shoe', productCategory: 'Feet', productPrice: 20, productQuantity: 2 }));
  await call('trackEcommerceOrder', { orderId: 'O-1', orderRevenue: 40 });
});

const own = () => visit(undefined, async ({ open, click, push }) => {
  await open('/first.html?utm_campaign=autumn');
  await push('trackEvent', 'Video', 'Play', 'Trailer', 4.5);
  await push('trackSiteSearch', 'blue shoes', 'shop', 3);
  await click('#download');
  await click('#out');
  await open('/second.html');
});

if (plan.wrapped) {
  await wrapped();
} else {
  await own();
  await visit(other, ({ open }) => open('/known.html'));
}
await browser.close();
process.stdout.write(JSON.stringify(complaints));
