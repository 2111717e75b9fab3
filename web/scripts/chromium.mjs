import { chromium } from 'playwright-core';

const flags = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

/** Debian's Chromium, speaking to this machine only. */
export const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });

/** Starts servers on free ports; gives their origins by name and a way to stop them. */
export async function listen(servers) {
  const origins = {};
  for (const [name, server] of Object.entries(servers)) {
    await new Promise((done) => server.listen(0, '127.0.0.1', done));
    origins[name] = `http://127.0.0.1:${server.address().port}`;
  }
  const stop = () => Object.values(servers).forEach((server) => server.close());
  return { origins, stop };
}
