// Sends what it is told through the npm package matomo-tracker. The plan comes as JSON on standard input:
// {"url": …, "site": …, "single": [options…], "bulk": [options…]}; the answer to the bulk and errors go out as JSON.
import MatomoTracker from 'matomo-tracker';

const plan = JSON.parse(await new Response(process.stdin).text());
const tracker = new MatomoTracker(plan.site, plan.url);
const errors = [];
tracker.on('error', (error) => errors.push(error));

// The package tells of failures only, so each request is watched until its answer has ended.
const agent = tracker.agent;
const finished = (options) =>
  new Promise((done) => {
    const get = (url, onAnswer) => agent.get(url, (answer) => {
      onAnswer(answer);
      answer.resume().on('end', done);
    }).on('error', done);
    tracker.agent = { get };
    tracker.track(options);
  });

for (const options of plan.single ?? []) {
  await finished(options);
}
tracker.agent = agent;
const bulk = plan.bulk && (await new Promise((done) => tracker.trackBulk(plan.bulk, done)));
process.stdout.write(JSON.stringify({ errors, bulk: bulk && JSON.parse(bulk) }));
