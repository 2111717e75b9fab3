import { createMock } from './handler.mjs';

/** Puts the mock before Vite's own answers; `MOCK_SETUP=1` starts with an open set-up. */
export const mockServer = () => ({
  name: 'mock-server',
  configureServer(server) {
    const setupOpen = process.env.MOCK_SETUP === '1';
    server.middlewares.use(createMock({ setupOpen, signedIn: !setupOpen }));
    server.middlewares.use((request, _response, next) => {
      if (/^\/public\/(link\/[^/?]+|\d+)\/?(\?|$)/.test(request.url)) request.url = '/public.html';
      next();
    });
  },
});
