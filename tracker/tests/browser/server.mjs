// A tiny site with a tracking endpoint that records what it gets.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const script = readFileSync(new URL('../../dist/matomo.js', import.meta.url));

/** Start the site. `pages` maps a path to the commands of that page, or to `{ commands, body }`. */
export async function startSite(pages) {
  const hits = [];
  const record = (query, request, body) => hits.push({ query: new URLSearchParams(query), method: request.method, path: query, isBulk: body.startsWith('{') });
  const server = createServer((request, response) => {
    const url = new URL(request.url, 'http://site');
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      if (url.pathname.endsWith('matomo.php')) {
        if (body.startsWith('{')) {
          JSON.parse(body).requests.forEach((single) => record(single.slice(1), request, body));
        } else {
          record(url.search.slice(1) || body, request, body);
        }
        hits.at(-1).endpoint = url.pathname;
        response.writeHead(204).end();
      } else if (url.pathname === '/matomo.js') {
        response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(script);
      } else {
        const page = pages[url.pathname] || { commands: [] };
        const { commands, body: html = '', csp } = Array.isArray(page) ? { commands: page } : page;
        response.writeHead(200, {
          'Content-Type': 'text/html; charset=utf-8',
          'Content-Security-Policy': csp || "default-src 'self'; script-src 'self' 'nonce-t'; require-trusted-types-for 'script'; trusted-types 'none'",
        });
        response.end(
          `<!doctype html><title>Page ${url.pathname}</title><script nonce="t">var _paq=${JSON.stringify(commands)};</script>` +
            `<script src="/matomo.js" async></script><body>${html}</body>`,
        );
      }
    });
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const port = server.address().port;
  return {
    hits,
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
    /** Wait until a hit passes the test. */
    async find(what, test, timeout_ms = 5000) {
      const end = Date.now() + timeout_ms;
      for (;;) {
        const hit = hits.find((candidate) => test(candidate.query, candidate));
        if (hit) return hit;
        if (Date.now() > end) throw new Error(`no hit for ${what}; got:\n${hits.map((h) => h.path).join('\n')}`);
        await new Promise((done) => setTimeout(done, 25));
      }
    },
  };
}
