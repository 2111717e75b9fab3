// A mail server whose mails are read.
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import { until } from './server.mjs';

// Mails leave within a minute, as promised; a loaded machine is given half as much again.
const mail_max_ms = 90_000;

export async function startMail() {
  const mails = [];
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData(stream, session, done) {
      const parts = [];
      stream.on('data', (part) => parts.push(part));
      stream.on('end', async () => {
        const { subject, text, html } = await PostalMime.parse(Buffer.concat(parts));
        mails.push({ to: session.envelope.rcptTo.map(({ address }) => address), subject, text: text ?? '', html: html ?? '' });
        done();
      });
    },
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.server.address();
  const isFor = (mail, address, words) => mail.to.includes(address) && words.test(mail.subject);
  return {
    /** Has a server send its mails here. */
    connect: async (run) => {
      const settings = { Host: '127.0.0.1', Port: String(port), Encryption: 'none', FromAddress: 'makoto@stats.example' };
      await run(['setting', 'set', 'SecurityCheckup.innerTargets', `127.0.0.1:${port}`]);
      for (const [name, value] of Object.entries(settings)) await run(['setting', 'set', `CoreAdminHome.mail${name}`, value]);
    },
    /** The newest mail to an address whose subject is like this. */
    wait: (address, words = /./) => until(`a mail to ${address} like ${words}; there are ${JSON.stringify(mails.map(({ to, subject }) => [to, subject]))}`, () => mails.findLast((mail) => isFor(mail, address, words)), mail_max_ms),
    count: (address, words = /./) => mails.filter((mail) => isFor(mail, address, words)).length,
    stop: () => new Promise((done) => server.close(done)),
  };
}

/** The one address of a mail's text that holds these characters; its HTML leads there too. */
export function linkOf(mail, part) {
  const found = new Set(mail.text.match(/https?:\/\/\S+/g)?.filter((url) => url.includes(part)));
  if (found.size !== 1) throw new Error(`${found.size} links with ${part} in: ${mail.text}`);
  const [link] = found;
  if (!mail.html.includes(link)) throw new Error(`the HTML does not lead to ${link}`);
  return link;
}
