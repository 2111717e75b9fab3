// A page without a browser: just enough of the DOM to run the built script and see what it sends.
import { buildSync } from 'esbuild';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';
import { bundle } from '../../scripts/build.mjs';

const script = await bundle();

/** Import a module of src that needs no page. */
export async function load(name) {
  const { outputFiles } = buildSync({
    entryPoints: [fileURLToPath(new URL(`../../src/${name}.ts`, import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}

/** Cookies as a browser keeps them, without their attributes. */
export class Jar {
  #cookies = new Map();
  /** Every text that was written. */
  written = [];
  get text() {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }
  set text(cookie) {
    this.written.push(cookie);
    const [pair] = cookie.split(';');
    const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
    if (Date.parse(/expires=([^;]*)/.exec(cookie)?.[1]) < Date.now()) {
      this.#cookies.delete(name);
    } else {
      this.#cookies.set(name, value);
    }
  }
}

/** Run the script on a page. Timers only run when `tick` is called. */
export function openPage({ commands = [], url = 'https://www.shop.example/a?b=1', referrer = '', jar = new Jar(), globals = {} } = {}) {
  const sent = [];
  const errors = [];
  const timers = [];
  const handlers = new Map();
  const target = () => ({
    addEventListener: (type, handler) => handlers.set(type, [...(handlers.get(type) || []), handler]),
    removeEventListener() {},
  });
  const location = new URL(url);
  const document = {
    ...target(),
    referrer,
    title: 'Shop',
    characterSet: 'UTF-8',
    readyState: 'complete',
    visibilityState: 'visible',
    hasFocus: () => true,
    get cookie() {
      return jar.text;
    },
    set cookie(text) {
      jar.text = text;
    },
    ...globals.document,
  };
  const navigator = {
    userAgent: 'Test',
    cookieEnabled: true,
    sendBeacon(address, blob) {
      sent.push({ address, body: blob.parts.join('') });
      return true;
    },
    ...globals.navigator,
  };
  const window = {
    ...target(),
    document,
    navigator,
    location,
    _paq: commands,
    screen: { width: 1280, height: 720 },
    performance: { getEntriesByType: () => [] },
    crypto,
    console: { error: (...message) => errors.push(message.join(' ')), log() {} },
    URL,
    Blob: class {
      constructor(parts) {
        this.parts = parts;
      }
    },
    setTimeout: (task, delay_ms) => timers.push({ task, delay_ms }),
    clearTimeout: (id) => delete timers[id - 1],
  };
  window.window = window;
  Object.assign(window, globals.window);
  vm.runInNewContext(script, window);
  const parse = ({ address, body }) =>
    body.startsWith('{')
      ? JSON.parse(body).requests.map((request) => Object.fromEntries(new URLSearchParams(request.slice(1))))
      : [Object.fromEntries(new URLSearchParams(body || address.slice(address.indexOf('?') + 1)))];
  return {
    window,
    errors,
    jar,
    sent,
    push: (...command) => window._paq.push(command),
    fire: (type, event = {}) => (handlers.get(type) || []).forEach((handler) => handler(event)),
    tick: () => timers.splice(0).forEach((timer) => timer?.task()),
    /** Everything sent so far, as parameters; leaves the page so that nothing is held back. */
    requests() {
      (handlers.get('pagehide') || []).forEach((handler) => handler({}));
      return sent.flatMap(parse);
    },
  };
}

export const setup = [
  ['setTrackerUrl', '/matomo.php'],
  ['setSiteId', '1'],
];
