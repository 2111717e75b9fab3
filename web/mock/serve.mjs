// Serves the built application as the server does (nonce, strict policy) with the mock behind it.
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createMock } from './handler.mjs';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const types = { '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.woff2': 'font/woff2', '.html': 'text/html' };

export const policy = (nonce, ancestors = "'none'") =>
  [
    "default-src 'none'", `script-src 'nonce-${nonce}' 'strict-dynamic'`, `style-src 'self' 'nonce-${nonce}'`, "connect-src 'self'", "img-src 'self' data:",
    "font-src 'self'", "base-uri 'none'", "form-action 'self'", `frame-ancestors ${ancestors}`, "require-trusted-types-for 'script'",
  ].join('; ');

export function serve(options) {
  const mock = createMock(options);
  return createServer((request, response) => {
    mock(request, response, () => {
      const path = normalize(new URL(request.url, 'http://mock').pathname);
      const file = join(dist, path);
      if (extname(path) && existsSync(file) && statSync(file).isFile()) {
        response.setHeader('content-type', types[extname(path)] ?? 'application/octet-stream');
        createReadStream(file).pipe(response);
        return;
      }
      const nonce = randomBytes(16).toString('base64');
      const isPublic = path.startsWith('/public/');
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.setHeader('content-security-policy', policy(nonce, isPublic ? "'self'" : undefined));
      response.end(readFileSync(join(dist, isPublic ? 'public.html' : 'index.html'), 'utf8').replaceAll('__CSP_NONCE__', nonce).replaceAll('__ROBOTS__', 'noindex'));
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const port = Number(process.env.PORT ?? 4180);
  serve({ setupOpen: process.env.MOCK_SETUP === '1' }).listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}/`));
}
