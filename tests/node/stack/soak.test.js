import assert from 'node:assert/strict';
import { test } from 'node:test';
import { playFaults } from '../../soak/faults.js';
import { playStampede } from '../../soak/stampede.js';
import { measureLatency, measureObservers, measureThroughput } from '../../soak/throughput.js';

// `./build.sh soak` plays the same for longer, and says what it measured.
const PLAN = { cuts: 40, restarts: 4, kills: 4, dashboards: 4, everyMs: 10, seed: 1 };

for (const [name, hubs] of /** @type {[string, number][]} */ ([
  ['one hub', 1],
  ['two hubs over Redis', 2],
])) {
  test(`dashboards of ${name} show the database after cuts, restarts and lost LISTENs`, async () => {
    const figures = await playFaults({ ...PLAN, hubs });
    assert.equal(Number.isFinite(figures.healedMs), true, JSON.stringify(figures));
    assert.equal(
      figures.writes > 0 && figures.reconnects >= PLAN.cuts / 2,
      true,
      'faults were played',
    );
    const { refetches, concerned, resets, keysPerDashboard } = figures;
    assert.equal(refetches <= concerned + resets * keysPerDashboard, true, JSON.stringify(figures));
  });
}

test('clients that are dropped at once all come back, read once, and leave nothing', async () => {
  const { clients, returned, reads, heapGrowth } = await playStampede({ clients: 100 });
  assert.deepEqual([returned, reads], [clients, clients]);
  assert.equal(heapGrowth < 1.5, true, `the heap grew to ${heapGrowth} of what it was`);
});

test('what is notified reaches every client, over the hub and over bare sockets', async () => {
  const { hub, bare } = await measureThroughput({ clients: 5, messages: 20, rounds: 1 });
  assert.equal(hub > 0 && bare > 0, true);
});

test('what is committed reaches every client', async () => {
  const { p50, p99 } = await measureLatency({ clients: 5, commits: 10 });
  assert.equal(p50 <= p99, true);
});

test('what is committed makes every observer stale, and then fresh', async () => {
  const { staleP99, freshP99 } = await measureObservers({ clients: 5, commits: 10 });
  assert.equal(staleP99 <= freshP99, true);
});
