import assert from 'node:assert/strict';
import { test } from 'node:test';
import { change, startHub } from './start-hub.js';

/**
 * Reads Prometheus' text format.
 *
 * @param {string} text
 * @returns {Map<string, { type: string, samples: Map<string, number> }>} by family
 */
function parse(text) {
  assert.equal(text.endsWith('\n'), true, 'the last line ends');
  const families = new Map();
  let family = { type: '', samples: new Map() };
  for (const line of text.slice(0, -1).split('\n')) {
    const help = line.match(/^# HELP ([a-z_]+) \S.*$/);
    const type = line.match(/^# TYPE ([a-z_]+) (counter|gauge|histogram)$/);
    const sample = line.match(/^([a-z_]+(?:\{le="[^"]+"\})?) (\d+(?:\.\d+)?(?:e-\d+)?)$/);
    if (help) {
      family = { type: '', samples: new Map() };
      families.set(help[1], family);
    } else if (type) family.type = type[2];
    else if (sample) family.samples.set(sample[1], Number(sample[2]));
    else assert.fail(`no line of the format: ${line}`);
  }
  return families;
}

test('every figure of stats is a metric with a type and a help', async (t) => {
  const { hub } = await startHub(t);
  const families = parse(hub.metrics());
  const plain = [...families.values()].filter(({ type }) => type !== 'histogram');
  assert.equal(plain.length, Object.keys(hub.stats()).length);
  for (const [name, { type, samples }] of families) {
    assert.equal(type === 'counter', name.endsWith('_total'), `${name} is a ${type}`);
    assert.equal(samples.size > 0, true);
  }
});

test('metrics count what happened', async (t) => {
  const { hub, signIn } = await startHub(t);
  const start = hub.position();
  const { client } = await signIn();
  hub.publish(change(1, 'a'));
  await client.subscribe(['a'], start);
  hub.publish({ reset: true, scope: 'a' });
  hub.publish({ resource: 'task' });
  await client.next();
  const families = parse(hub.metrics());
  const value = (/** @type {string} */ name) =>
    families.get(`tidemark_hub_${name}`)?.samples.get(`tidemark_hub_${name}`);
  assert.deepEqual(
    {
      connections: value('connections'),
      changes: value('changes_total'),
      dropped: value('changes_dropped_total'),
      sent: value('messages_sent_total'),
      resumes: value('resumes_total'),
      resets: value('resets_total'),
      slow: value('slow_readers_total'),
    },
    { connections: 1, changes: 2, dropped: 1, sent: 3, resumes: 1, resets: 1, slow: 0 },
  );
});

test('the lag is the time from hearing of a change to telling it', async (t) => {
  const { hub, clock } = await startHub(t, { limits: { changesPerSecond: 1 } });
  hub.publish(change(1, 'a'));
  hub.publish(change(2, 'a'));
  clock.advance(1_000);
  const { samples } = parse(hub.metrics()).get('tidemark_hub_lag_seconds') ?? assert.fail();
  const at = (/** @type {string} */ end) => samples.get(`tidemark_hub_lag_seconds${end}`);
  assert.deepEqual(
    [at('_bucket{le="0.001"}'), at('_bucket{le="1"}'), at('_bucket{le="+Inf"}')],
    [1, 2, 2],
  );
  assert.deepEqual([at('_count'), at('_sum')], [2, 1]);
});
