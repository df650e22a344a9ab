/** @tanstack/query-core: the least it must do for each task, and its public verbs. */
import { hashKey, QueryClient } from '@tanstack/query-core';
import { groupOf, keyOf, messageOf, objectKeyOf, sample } from '../workload.js';
import { cycle } from './cycle.js';

const GC_TIME = 300_000;

/** @param {number} size @param {(i: number) => unknown[]} keyAt */
function filled(size, keyAt) {
  const client = new QueryClient({ defaultOptions: { queries: { gcTime: GC_TIME } } });
  for (let i = 0; i < size; i++) client.setQueryData(keyAt(i), 1);
  return client;
}

/** @param {number} size @param {(i: number) => unknown[]} keyAt */
function find(size, keyAt) {
  const client = filled(size, keyAt);
  const cache = client.getQueryCache();
  return {
    ...cycle(sample(size).map(keyAt), (key) => (cache.get(hashKey(key)) ? 1 : 0)),
    close: () => client.clear(),
  };
}

/** @param {number} size @param {(i: number) => unknown[]} filterAt @param {number} each */
function mark(size, filterAt, each) {
  const client = filled(size, keyOf);
  return {
    ...cycle(sample(size).map(filterAt), (queryKey) => {
      client.invalidateQueries({ queryKey });
      return each;
    }),
    close: () => client.clear(),
  };
}

/** @param {number} size */
function text(size) {
  const client = filled(size, keyOf);
  const texts = sample(size).map((i) => messageOf(i, i));
  return {
    ...cycle(texts, (message) => {
      const { type, data } = JSON.parse(message);
      if (type !== 'cache_invalidate' || data.resource !== 'task') return 0;
      const queryKey = ['tasks', 'list', data.project_id, data.id];
      client.invalidateQueries({ queryKey });
      return 1;
    }),
    close: () => client.clear(),
  };
}

export const tanstack = {
  boot: () =>
    cycle([1], (data) => {
      const client = new QueryClient();
      client.setQueryData(keyOf(0), data);
      client.clear();
      return 1;
    }),
  /** @param {number} size */
  find: (size) => find(size, keyOf),
  /** @param {number} size */
  findObject: (size) => find(size, objectKeyOf),
  /** @param {number} size */
  markOne: (size) => mark(size, keyOf, 1),
  /** @param {number} size @param {number} group */
  markGroup: (size, group) => mark(size, groupOf, group),
  text,
  /** @param {number} size */
  read(size) {
    const client = filled(size, keyOf);
    return {
      ...cycle(sample(size).map(keyOf), (key) => client.getQueryData(key) ?? 0),
      close: () => client.clear(),
    };
  },
};

/** @param {number} size */
export function holdTanstack(size) {
  return { kept: filled(size, keyOf), bytes: () => 0 };
}
