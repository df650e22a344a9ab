/** A function that is about one query is never run on another one's data. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { catchReports, observe, server, start } from './setup.js';

const DAYS = { monday: ['row of Monday'], tuesday: ['row of Tuesday'] };
const add = (/** @type {string[]} */ rows, /** @type {string} */ row) => [...rows, row];

/** Options whose select says when it is given another day's rows. */
function optionsOf(/** @type {'monday' | 'tuesday'} */ day, /** @type {unknown[]} */ wrong) {
  return {
    queryKey: [day],
    queryFn: () => DAYS[day],
    staleTime: Infinity,
    select: (/** @type {string[]} */ rows) => {
      if (rows !== DAYS[day]) wrong.push(rows);
      return rows;
    },
  };
}

test('options that come with another key are not used on the query that they leave', async (t) => {
  const { client, advance } = start(t);
  /** @type {unknown[]} */
  const wrong = [];
  const { observer } = observe(t, client, optionsOf('monday', wrong));
  await advance(0);
  // Initial data is asked for while the query is built: what it does reaches the observer.
  const initialData = () => {
    client.invalidateQueries({ queryKey: ['monday'], refetchType: 'none' });
    return DAYS.tuesday;
  };
  observer.setOptions({ ...optionsOf('tuesday', wrong), initialData });
  await advance(0);
  assert.deepEqual(wrong, []);
  assert.deepEqual(observer.getCurrentResult().data, DAYS.tuesday);
});

test('options with a key that is refused leave the observer as it was', async (t) => {
  const { client, advance } = start(t);
  /** @type {unknown[]} */
  const wrong = [];
  const { observer } = observe(t, client, optionsOf('monday', wrong));
  await advance(0);
  const refused = { ...optionsOf('tuesday', wrong), queryKey: ['tuesday', 1n] };
  assert.throws(() => observer.setOptions(refused), /BigInt/);
  client.invalidateQueries({ queryKey: ['monday'] });
  await advance(0);
  assert.deepEqual(wrong, []);
  assert.deepEqual(observer.getCurrentResult().data, DAYS.monday);
});

test('a select that throws on the first rows of a key shows no rows of the key before', async (t) => {
  const { client, advance } = start(t);
  const select = (/** @type {string[]} */ rows) => {
    if (rows === DAYS.tuesday) throw new Error('odd rows');
    return rows;
  };
  const options = { ...optionsOf('monday', []), select };
  const { observer } = observe(t, client, options);
  await advance(0);
  observer.setOptions({ ...optionsOf('tuesday', []), select });
  await advance(0);
  const { status, data } = observer.getCurrentResult();
  assert.deepEqual({ status, data }, { status: 'error', data: undefined });
});

test('a structuralSharing function gets what was selected of the same key only', async (t) => {
  const { client, advance } = start(t);
  /** @type {unknown[]} */
  const pairs = [];
  const structuralSharing = (/** @type {any} */ previous, /** @type {any} */ next) => {
    pairs.push([previous, next]);
    return next;
  };
  const select = (/** @type {string[]} */ rows) => rows[0];
  const of = (/** @type {'monday' | 'tuesday'} */ day) => ({
    ...optionsOf(day, []),
    select,
    structuralSharing,
  });
  const { observer } = observe(t, client, of('monday'));
  await advance(0);
  observer.setOptions(of('tuesday'));
  await advance(0);
  const strays = pairs.filter(([previous, next]) => previous !== undefined && previous !== next);
  assert.deepEqual(strays, []);
});

test('a structuralSharing function gets nothing of before a reset', async (t) => {
  const { client } = start(t);
  /** @type {unknown[]} */
  const previous = [];
  client.setQueryDefaults(['k'], {
    structuralSharing: (/** @type {any} */ before, /** @type {any} */ next) => {
      previous.push(before);
      return next;
    },
  });
  client.setQueryData(['k'], 'of one user');
  client.resetQueries({ queryKey: ['k'] });
  client.setQueryData(['k'], 'of another');
  assert.deepEqual(previous, [undefined, undefined]);
});

test('a pending change stays with its key when the array that named it is changed', async (t) => {
  const { client, advance } = start(t);
  const { ask } = server();
  const day = { name: 'monday' };
  const date = new Date(0);
  client.setQueryData(['rows', { name: 'monday' }], ['base']);
  const optimistic = [
    { queryKey: ['rows', day], update: add },
    { queryKey: ['at', date], exact: false, update: add },
  ];
  client.mutate({ mutationFn: ask, variables: 'row', optimistic });
  await advance(0);
  day.name = 'tuesday';
  date.setTime(1);
  client.setQueryData(['rows', { name: 'tuesday' }], ['other']);
  client.setQueryData(['at', new Date(1)], ['other']);
  client.setQueryData(['at', new Date(0)], ['base']);
  const shown = (/** @type {unknown[]} */ key) => client.getQueryData(key);
  assert.deepEqual(shown(['rows', { name: 'monday' }]), ['base', 'row']);
  assert.deepEqual(shown(['rows', { name: 'tuesday' }]), ['other']);
  assert.deepEqual(shown(['at', new Date(1)]), ['other']);
  assert.deepEqual(shown(['at', new Date(0)]), ['base', 'row']);
});

test('a query stays under its key when the array that named it is changed', async (t) => {
  const { client, advance } = start(t);
  const queryKey = ['rows', { name: 'monday' }];
  client.setQueryData(queryKey, ['base']);
  /** @type {any} */ (queryKey[1]).name = 'tuesday';
  const mutationFn = () => Promise.reject(new Error('refused'));
  const optimistic = [{ queryKey, update: add }];
  const end = client.mutate({ mutationFn, variables: 'row', optimistic });
  assert.deepEqual(client.getQueryData(['rows', { name: 'monday' }]), ['base']);
  await assert.rejects(end, /refused/);
  await advance(0);
  assert.deepEqual(
    client.getQueriesData({ queryKey: ['rows', { name: 'monday' }] }).map(([key]) => key),
    [['rows', { name: 'monday' }]],
  );
});

test('an updater is not run on the rows of another key that are shown as a placeholder', async (t) => {
  const { client, advance } = start(t);
  const { ask } = server();
  const keep = { placeholderData: (/** @type {unknown} */ previous) => previous };
  const { observer } = observe(t, client, { ...optionsOf('monday', []), ...keep });
  await advance(0);
  observer.setOptions({ queryKey: ['tuesday'], queryFn: () => new Promise(() => {}), ...keep });
  const optimistic = [{ queryKey: ['tuesday'], update: add }];
  client.mutate({ mutationFn: ask, variables: 'row', optimistic });
  await advance(0);
  assert.deepEqual(observer.getCurrentResult().data, DAYS.monday);
});

test('what a pending change adds to a key does not come back with the key that was removed', async (t) => {
  const reports = catchReports(t);
  const { client, advance } = start(t);
  const { ask, calls } = server();
  const keys = [['monday'], ['tuesday']];
  for (const key of keys) client.setQueryData(key, ['base']);
  const optimistic = [{ queryKey: ['monday'], update: add }];
  const end = client.mutate({ mutationFn: ask, variables: 'row', optimistic });
  await advance(0);
  client.removeQueries();
  for (const key of [...keys].reverse()) client.setQueryData(key, ['new']);
  assert.deepEqual(
    keys.map((key) => client.getQueryData(key)),
    [['new', 'row'], ['new']],
  );
  calls[0].reject(new Error('refused'));
  await assert.rejects(end, /refused/);
  assert.deepEqual(
    keys.map((key) => client.getQueryData(key)),
    [['new'], ['new']],
  );
  assert.deepEqual(reports, []);
});
