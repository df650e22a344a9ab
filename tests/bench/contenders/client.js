/** tidemark's public client, by the verbs that an application calls. */
import { QueryClient } from '../../../js-glue/index.js';
import { groupOf, keyOf, sample } from '../workload.js';
import { cycle } from './cycle.js';
import { linearMemory } from './linear-memory.js';

const GC_TIME = 300_000;

/** @param {number} size */
function filled(size) {
  const client = new QueryClient({ defaultOptions: { queries: { gcTime: GC_TIME } } });
  for (let i = 0; i < size; i++) client.setQueryData(keyOf(i), 1);
  return client;
}

/** @param {number} size @param {(i: number) => unknown[]} filterAt @param {number} each */
function mark(size, filterAt, each) {
  const client = filled(size);
  return {
    ...cycle(sample(size).map(filterAt), (queryKey) => {
      client.invalidateQueries({ queryKey });
      return each;
    }),
    close: () => client.clear(),
  };
}

export const client = {
  boot: () =>
    cycle([1], (data) => {
      const client = new QueryClient();
      client.setQueryData(keyOf(0), data);
      client.clear();
      return 1;
    }),
  /** @param {number} size */
  read(size) {
    const client = filled(size);
    return {
      ...cycle(sample(size).map(keyOf), (key) => client.getQueryData(key) ?? 0),
      close: () => client.clear(),
    };
  },
  /** @param {number} size */
  markOne: (size) => mark(size, keyOf, 1),
  /** @param {number} size @param {number} group */
  markGroup: (size, group) => mark(size, groupOf, group),
};

/** @param {number} size */
export function holdClient(size) {
  const client = filled(size);
  return { kept: client, bytes: linearMemory };
}
