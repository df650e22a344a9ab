/** What somebody is told who made a mistake in the program. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { QueryObserver } from '../../../js-glue/index.js';
import { catchReports, start } from './setup.js';

const queryKey = ['tasks'];
const queryFn = async () => 1;
const ONLY_OBJECTS = { name: 'TypeError', message: /must be an object.*object form.*got \["/ };

test('a key as first argument is refused: only the object form is there', async (t) => {
  const { client } = start(t);
  const old = /** @type {any} */ (client);
  await assert.rejects(old.fetchQuery(queryKey, queryFn), ONLY_OBJECTS);
  await assert.rejects(old.prefetchQuery(queryKey, queryFn), ONLY_OBJECTS);
  await assert.rejects(old.ensureQueryData(queryKey, queryFn), ONLY_OBJECTS);
  assert.throws(() => new QueryObserver(client, /** @type {any} */ (queryKey)), ONLY_OBJECTS);
});

test('a key in place of filters selects nothing, rather than everything', async (t) => {
  const { client } = start(t);
  const old = /** @type {any} */ (client);
  client.setQueryData(['other'], 1);
  assert.throws(() => old.removeQueries(queryKey), ONLY_OBJECTS);
  assert.throws(() => old.invalidateQueries(queryKey), ONLY_OBJECTS);
  assert.throws(() => old.isFetching(queryKey), ONLY_OBJECTS);
  assert.throws(() => old.isMutating(queryKey), ONLY_OBJECTS);
  assert.equal(client.getQueryData(['other']), 1);
});

test('a function in place of the options of a mutation is refused', (t) => {
  const { client } = start(t);
  assert.throws(() => client.mutate(/** @type {any} */ (queryFn)), /object form.*got a function/);
});

test('no options at all are refused', (t) => {
  const { client } = start(t);
  assert.throws(() => client.defaultQueryOptions(undefined), /must be an object.*got null/);
});

test('a prefetch does not swallow a mistake in its options', async (t) => {
  const { client } = start(t);
  await assert.rejects(client.prefetchQuery({ queryKey: 'tasks' }), /queryKey .* array/);
});

test('an answer that is undefined is logged, too: screens seldom show the text of an error', async (t) => {
  const { client } = start(t);
  const logged = catchReports(t);
  await assert.rejects(client.fetchQuery({ queryKey, queryFn: async () => undefined }));
  assert.match(String(logged), /\["tasks"\] must not return undefined/);
});

test('so is a query without a queryFn', async (t) => {
  const { client } = start(t);
  const logged = catchReports(t);
  await assert.rejects(client.fetchQuery({ queryKey }));
  assert.match(String(logged), /Missing queryFn.*\["tasks"\]/);
});
