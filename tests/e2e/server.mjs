// The real server in a data directory of its own, and the commands an operator has.
import { execFile, spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createSocket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

// A loaded machine may take long; a broken server must not take for ever.
const wait_max_ms = 60_000;
const poll_ms = 25;
const agent = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';
export const password = 'sixteen lanterns over the river';

const scratch = process.env.E2E_SCRATCH;
if (!scratch) throw new Error('start these tests with tests/e2e/run');
const binary = join(scratch, 'makoto');
const execute = promisify(execFile);
const env = { ...process.env, LD_LIBRARY_PATH: [scratch, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':') };

/** Asks until the answer is true, and gives it. */
export async function until(what, ask, max_ms = wait_max_ms) {
  for (const end = Date.now() + max_ms; ; await new Promise((done) => setTimeout(done, poll_ms))) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`not within ${max_ms} ms: ${what}`);
  }
}

function freePort() {
  return new Promise((done, fail) => {
    const socket = createSocket().once('error', fail);
    socket.listen(0, '127.0.0.1', () => {
      const { port } = socket.address();
      socket.close(() => done(port));
    });
  });
}

/** Runs a command to its end; fails with what it said. */
async function command(words, input) {
  // One that reads nothing may end before anything could be written to it.
  const child = spawn(binary, words, { env, stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
  child.stdin?.end(input);
  const status = await new Promise((done, fail) => child.once('error', fail).once('close', done));
  if (status !== 0) throw new Error(`makoto ${words[0]} ended with ${status}: ${said}`);
  return said;
}

/** A running server; with `superuser` it has the account "root" already. */
export async function startServer({ superuser = true, host = '127.0.0.1' } = {}) {
  const dataDir = await mkdtemp(join(scratch, 'data-'));
  const run = (words, input) => command([...words, '--data-dir', dataDir], input);
  if (superuser) await run(['user', 'create', '--login', 'root', '--email', 'root@people.example', '--superuser', '--password-stdin'], password);
  const port = await freePort();
  // Browsers allow passkeys under a name only; this machine's own is enough.
  const origin = `http://${host}:${port}`;
  const child = spawn(binary, ['serve', '--data-dir', dataDir, '--listen', `127.0.0.1:${port}`, '--base-url', origin], { env });
  const ended = new Promise((done) => child.once('close', done));
  let printed = '';
  let logged = '';
  child.stdout.on('data', (text) => (printed += text));
  child.stderr.on('data', (text) => (logged += text));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  try {
    await until('the server is ready', async () => {
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}: ${logged}`);
      return (await fetch(`${origin}/health`).catch(() => undefined))?.ok;
    });
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return {
    origin,
    run,
    stop,
    /** Changes what is stored, where a test cannot wait for time to pass. */
    change: (sql) => execute('python3', ['-c', 'import sqlite3, sys; store = sqlite3.connect(sys.argv[1], timeout=10); store.execute(sys.argv[2]); store.commit()', join(dataDir, 'meta.db'), sql]),
    /** The one-time link, as it stands on standard output. */
    setupLink: () => until('the set-up link is printed', () => /http\S+\/setup#token=\S+/.exec(printed)?.[0]),
    /** Hits that the server has acknowledged: a beacon outlives its page, so the page cannot tell. */
    acknowledged: async () => Number(/^makoto_hits_accepted_total (\d+)$/m.exec(await (await fetch(`${origin}/metrics`)).text())?.[1]),
    /** Sends hits at once; fails unless every one is taken. */
    track: async (hits) => {
      // Programs are no visitors: without a browser's name the hits would be taken and left out.
      const requests = hits.map((hit) => `?${new URLSearchParams(hit)}`);
      const answer = await fetch(`${origin}/matomo.php`, { method: 'POST', body: JSON.stringify({ requests }), headers: { 'User-Agent': agent } });
      const said = await answer.text();
      if (!answer.ok || JSON.parse(said).tracked !== hits.length) throw new Error(`the hits were answered ${answer.status}: ${said.slice(0, 300)}`);
    },
  };
}

/** A website of somebody: every path answers with the page that `pageOf` gives. */
export async function startWebsite(pageOf) {
  const server = createServer((request, answer) => answer.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(pageOf(request.url)));
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    stop: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  };
}
