import assert from 'node:assert/strict';
import test from 'node:test';
import { notifyManager } from '../../../js-glue/index.js';
import { catchReports, observe, start } from './setup.js';
import { settle } from './virtual-time.js';

test('what is scheduled runs later, in order', async () => {
  const ran = /** @type {number[]} */ ([]);
  notifyManager.schedule(() => ran.push(1));
  notifyManager.schedule(() => ran.push(2));
  assert.deepEqual(ran, []);
  await settle();
  assert.deepEqual(ran, [1, 2]);
});

test('a batch holds back what is scheduled in it, and returns what it made', async () => {
  const ran = /** @type {string[]} */ ([]);
  const later = notifyManager.batchCalls((/** @type {string} */ text) => ran.push(text));
  const made = notifyManager.batch(() => {
    later('a');
    notifyManager.batch(() => later('b'));
    return 'made';
  });
  assert.equal(made, 'made');
  await settle();
  assert.deepEqual(ran, ['a', 'b']);
});

test('a callback that throws is reported, and the next one runs', async (t) => {
  const reports = catchReports(t);
  let ran = false;
  notifyManager.schedule(() => {
    throw new Error('broken');
  });
  notifyManager.schedule(() => {
    ran = true;
  });
  await settle();
  assert.match(String(reports[0]), /broken/);
  assert.equal(ran, true);
});

test('a scheduler of the app decides when listeners hear', async (t) => {
  const { client, advance } = start(t);
  const waiting = /** @type {(() => void)[]} */ ([]);
  notifyManager.setScheduler((run) => waiting.push(run));
  t.after(() => notifyManager.setScheduler(queueMicrotask));
  const one = observe(t, client, { queryKey: ['k'], enabled: false });
  client.setQueryData(['k'], 1);
  await advance(0);
  assert.equal(one.heard.length, 0);
  for (const run of waiting) run();
  assert.equal(one.heard.length, 1);
});

test('a function of the app may wrap each call, and each batch', async (t) => {
  const { client, advance } = start(t);
  const events = /** @type {string[]} */ ([]);
  const wrap = (/** @type {string} */ name) => (/** @type {() => void} */ run) => {
    events.push(name);
    run();
  };
  notifyManager.setNotifyFunction(wrap('call'));
  notifyManager.setBatchNotifyFunction(wrap('batch'));
  t.after(() => {
    notifyManager.setNotifyFunction((run) => run());
    notifyManager.setBatchNotifyFunction((run) => run());
  });
  observe(t, client, { queryKey: ['k'], enabled: false });
  observe(t, client, { queryKey: ['k'], enabled: false });
  client.setQueryData(['k'], 1);
  await advance(0);
  assert.deepEqual(events, ['batch', 'call', 'call']);
});
