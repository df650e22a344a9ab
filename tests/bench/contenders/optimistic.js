/**
 * An optimistic update of one row of a list and its rollback, on top of others that are pending: what
 * each library runs for it without a network. `pending` counts the one that is rolled back.
 */
import { configureStore } from '@reduxjs/toolkit';
import { createApi } from '@reduxjs/toolkit/query';
import { QueryClient as TanstackClient } from '@tanstack/query-core';
import { QueryClient } from '../../../js-glue/index.js';
import { Layers } from '../../../js-glue/mutation/layers.js';

/** Of about 100 bytes of JSON each: a list of 50 KB. */
const ROWS = 500;
const KEY = ['tasks'];

/** @typedef {{ id: number, title: string, note: string, votes: number }} Row */

/** @returns {Row[]} */
const list = () =>
  Array.from({ length: ROWS }, (_, id) => ({
    id,
    title: `Task ${id} of the list`,
    note: 'what there is to say about a task',
    votes: 0,
  }));

/** @param {Row[]} rows @param {number} id @returns {Row[]} */
const voteFor = (rows, id) =>
  rows.map((row) => (row.id === id ? { ...row, votes: row.votes + 1 } : row));

/**
 * @param {number} others those that stay pending, about the first rows
 * @param {(id: number) => void} act one update, shown and rolled back
 * @param {() => Row[]} read what is shown
 */
function task(others, act, read) {
  let at = 0;
  return {
    /** @param {number} count */
    run(count) {
      for (let i = 0; i < count; i++) {
        at = (at + 1) % ROWS;
        act(at);
      }
      // As if it had never been tried.
      return read()[at].votes === (at < others ? 1 : 0) ? count : 0;
    },
  };
}

/** `client.mutate` up to the queryFn, and after it failed. @param {number} pending */
export function layers(pending) {
  const client = new QueryClient();
  client.setQueryData(KEY, list());
  let serial = 0;
  const lay = (/** @type {number} */ id) => {
    const mutation = new Layers(client, ++serial);
    mutation.lay([{ queryKey: KEY, update: voteFor }], id);
    return mutation;
  };
  const others = pending - 1;
  for (let id = 0; id < others; id++) lay(id);
  const read = () => client.getQueryData(KEY);
  const act = (/** @type {number} */ id) => {
    const mutation = lay(id);
    read();
    mutation.fail();
    read();
  };
  return { ...task(others, act, read), close: () => client.clear() };
}

/** The habit of v5's guide: a snapshot in onMutate, put back in onError. @param {number} pending */
export function snapshots(pending) {
  const client = new TanstackClient();
  client.setQueryData(KEY, list());
  const update = (/** @type {number} */ id) => {
    const previous = client.getQueryData(KEY);
    client.setQueryData(KEY, (/** @type {any} */ rows) => voteFor(rows, id));
    return previous;
  };
  const others = pending - 1;
  for (let id = 0; id < others; id++) update(id);
  const read = () => /** @type {Row[]} */ (client.getQueryData(KEY));
  const act = (/** @type {number} */ id) => {
    const previous = update(id);
    read();
    client.setQueryData(KEY, previous);
    read();
  };
  return { ...task(others, act, read), close: () => client.clear() };
}

/** `updateQueryData` in onQueryStarted, `undo` of its patch. @param {number} pending */
export function patches(pending) {
  const api = createApi({
    baseQuery: () => ({ data: null }),
    endpoints: (build) => ({ tasks: build.query({ query: () => '' }) }),
  });
  const store = configureStore({
    reducer: { [api.reducerPath]: api.reducer },
    middleware: (getDefault) =>
      getDefault({ serializableCheck: false, immutableCheck: false }).concat(api.middleware),
  });
  store.dispatch(api.util.upsertQueryEntries([{ endpointName: 'tasks', arg: 0, value: list() }]));
  const vote = (/** @type {number} */ id) =>
    store.dispatch(
      api.util.updateQueryData('tasks', 0, (/** @type {any} */ rows) => {
        rows[id].votes++;
      }),
    );
  const others = pending - 1;
  for (let id = 0; id < others; id++) vote(id);
  const select = api.endpoints.tasks.select(0);
  const read = () => /** @type {Row[]} */ (select(store.getState()).data);
  const act = (/** @type {number} */ id) => {
    const patch = vote(id);
    read();
    patch.undo();
    read();
  };
  return { ...task(others, act, read), close: () => store.dispatch(api.util.resetApiState()) };
}
