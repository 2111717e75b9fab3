// Bundles src/main.ts into the one script that pages load.
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { minify } from 'terser';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Bundle to ES2017. Properties that end in an underscore are internal and get one-letter names. */
export async function bundle() {
  const result = await build({
    entryPoints: [`${root}src/main.ts`],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2017',
    minify: true,
    mangleProps: /[a-z]_$/,
    legalComments: 'none',
    charset: 'utf8',
    // Without this the bundle repeats "use strict", which type checking already stands for.
    tsconfigRaw: {},
  });
  const packed = await minify(result.outputFiles[0].text, {
    ecma: 2017,
    compress: { passes: 4, unsafe: true, inline: 1, pure_getters: true, unsafe_arrows: true, keep_fargs: false },
    mangle: true,
    format: { comments: false, ascii_only: true },
  });
  return `/*! Makoto, MIT */\n${packed.code}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(`${root}dist`, { recursive: true });
  writeFileSync(`${root}dist/matomo.js`, await bundle());
}
