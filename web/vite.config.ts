import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

export default defineConfig(async ({ mode }) => ({
  plugins: [
    react(),
    // The mock answers in place of the server; it is loaded for `npm run dev:mock` only.
    ...(mode === 'mock' ? [(await import('./mock/vite-plugin.mjs')).mockServer()] : []),
  ],
  // The server replaces this literal with a fresh nonce in every answer.
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    target: 'es2022',
    // The content security policy allows no fonts or scripts from data: URLs.
    assetsInlineLimit: 0,
    cssMinify: 'lightningcss' as const,
    // The public pages are an application of their own: a stranger loads nothing of the other one.
    rolldownOptions: { input: { index: 'index.html', public: 'public.html' } },
  },
  server: { host: '127.0.0.1', ...(mode === 'mock' ? {} : { proxy: { '/api': 'http://127.0.0.1:8080' } }) },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
}));
