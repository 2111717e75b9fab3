// Fails when the script grows beyond its budget.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

// Eight kibibytes after gzip -9: the script is loaded by every first page view.
const LIMIT_BYTES = 8192;

const script = readFileSync(new URL('../dist/matomo.js', import.meta.url));
const packed = gzipSync(script, { level: 9 }).length;
console.log(`dist/matomo.js: ${script.length} bytes, ${packed} bytes gzipped (limit ${LIMIT_BYTES})`);
if (packed > LIMIT_BYTES) {
  console.error('the script is over its budget: make it smaller or drop a method');
  process.exit(1);
}
