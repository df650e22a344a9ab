/**
 * What happens when things happen at once. Each race is played as it stands on tidemark and on
 * TanStack Query v5; only an optimistic change is written as each library's documentation shows it.
 *
 * @typedef {import('../client/both.js').Stage} Stage
 * @typedef {{ title: string, play: (stage: Stage) => unknown }} Race `play` notes what a person saw
 */
import { server } from '../client/setup.js';

const queryKey = ['rows'];
const append = (/** @type {string[]} */ rows, /** @type {string} */ row) => [...rows, row];

/**
 * A page that shows the rows of a server. An answer holds what the server had when it was asked, and
 * is on its way until the race lets it land.
 *
 * @param {Stage} stage
 * @param {string[]} stored what the server has
 * @param {string[]} [shown] what the page knows from the start
 */
function openPage({ lib, client, advance }, stored, shown) {
  /** @type {(() => void)[]} */
  const answers = [];
  const writes = server();
  /** @type {string[]} */
  const seen = [];
  let requests = 0;
  let rows = stored;
  const queryFn = () => {
    const answer = rows;
    requests += 1;
    return new Promise((resolve) => answers.push(() => resolve(answer)));
  };
  if (shown) client.setQueryData(queryKey, shown);
  const options = { queryKey, queryFn, staleTime: Number.POSITIVE_INFINITY };
  new lib.QueryObserver(client, options).subscribe(() => {});

  /** Lets everything come of what was done; notes what is seen then. */
  const look = async () => {
    await advance();
    const now = client.getQueryData(queryKey)?.join(' ') ?? 'nothing';
    if (seen.at(-1) !== now) seen.push(now);
  };
  return {
    look,
    seen: () => seen.join(' → '),
    requests: () => (requests === 1 ? '1 request' : `${requests} requests`),
    /** Adds a row optimistically. @param {string} row */
    async add(row) {
      const how = lib.TidemarkError ? layered() : snapshot(client);
      const observer = new lib.MutationObserver(client, { mutationFn: writes.ask, ...how });
      observer.mutate(row).catch(() => {});
      await look();
    },
    /** The server takes a row. @param {number} write */
    async accept(write) {
      const { args, resolve } = writes.calls[write];
      rows = append(rows, args[0]);
      resolve('done');
      await look();
    },
    /** @param {number} write */
    async refuse(write) {
      writes.calls[write].reject(new Error('refused'));
      await look();
    },
    /** The server has other rows, and the page is told so. @param {string[]} next */
    async change(next) {
      rows = next;
      client.invalidateQueries({ queryKey });
      await look();
    },
    /** All answers that are on their way land. */
    async land() {
      for (const answer of answers.splice(0)) {
        answer();
        await look();
      }
    },
  };
}

/** An optimistic change in tidemark. */
const layered = () => ({ optimistic: [{ queryKey, update: append }] });

/** An optimistic change in TanStack Query. @param {any} client */
const snapshot = (client) => ({
  onMutate: async (/** @type {string} */ row) => {
    await client.cancelQueries({ queryKey });
    const previous = client.getQueryData(queryKey);
    client.setQueryData(queryKey, (/** @type {string[]} */ rows) => append(rows, row));
    return { previous };
  },
  onError: (/** @type {any} */ _error, /** @type {any} */ _row, /** @type {any} */ context) => {
    client.setQueryData(queryKey, context.previous);
  },
  onSettled: () => client.invalidateQueries({ queryKey }),
});

/** @type {readonly Race[]} */
export const RACES = [
  {
    title: 'a change comes while the first answer is on its way',
    async play(stage) {
      const page = openPage(stage, ['old']);
      await page.look();
      await page.change(['new']);
      await page.land();
      stage.log(page.seen());
    },
  },
  {
    title: 'fifty invalidations of one key in a turn',
    async play(stage) {
      const page = openPage(stage, ['x'], ['x']);
      for (let i = 0; i < 50; i += 1) stage.client.invalidateQueries({ queryKey });
      await page.look();
      stage.log(page.requests());
    },
  },
  {
    title: 'A and B are added at once; A is refused, B accepted',
    async play(stage) {
      const page = openPage(stage, ['x'], ['x']);
      await page.add('A');
      await page.add('B');
      await page.refuse(0);
      await page.accept(1);
      await page.land();
      stage.log(page.seen());
    },
  },
  {
    title: 'A and B are added at once; A is refused, then B',
    async play(stage) {
      const page = openPage(stage, ['x'], ['x']);
      await page.add('A');
      await page.add('B');
      await page.refuse(0);
      await page.refuse(1);
      await page.land();
      stage.log(page.seen());
    },
  },
  {
    title: 'an answer lands while A, just added, is on its way',
    async play(stage) {
      const page = openPage(stage, ['x'], ['x']);
      await page.add('A');
      await page.change(['x']);
      await page.land();
      await page.accept(0);
      await page.land();
      stage.log(page.seen());
    },
  },
  {
    title: 'another user adds Y while A is on its way; A is refused',
    async play(stage) {
      const page = openPage(stage, ['x'], ['x']);
      await page.add('A');
      await page.change(['x', 'Y']);
      await page.land();
      await page.refuse(0);
      await page.land();
      stage.log(page.seen());
    },
  },
  {
    title: '`setQueryData` with what was pushed, while an older answer is on its way',
    async play(stage) {
      const page = openPage(stage, ['old'], ['old']);
      await page.change(['old']);
      stage.client.setQueryData(queryKey, ['pushed']);
      await page.look();
      await page.land();
      stage.log(page.seen());
    },
  },
  {
    title: 'an answer to be kept for 30 days (`gcTime`), a day later',
    async play({ client, advance, log }) {
      const day = 24 * 3600 * 1000;
      client.setQueryDefaults(queryKey, { gcTime: 30 * day });
      client.setQueryData(queryKey, ['x']);
      await advance(day);
      log(client.getQueryData(queryKey) ? 'kept' : 'gone');
    },
  },
];
