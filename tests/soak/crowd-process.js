/**
 * Many clients in a process of their own, so that what they cost is not the hub's. Talks to its
 * parent in messages; see crowd.js.
 */
import { QueryClient, QueryObserver } from 'tidemark';
import { WebSocket } from 'ws';

/** A change marks what every client looks at. */
const rules = [{ on: 'items', invalidate: [['board']] }];
/** What happened so often, over all sockets or clients. @type {Record<string, { count: number, expected: number }>} */
const tallies = {
  /** A plain socket, which has no logic, had a change. */
  received: { count: 0, expected: Number.POSITIVE_INFINITY },
  /** A client's observer was told that what it shows is stale. */
  stale: { count: 0, expected: Number.POSITIVE_INFINITY },
  /** A client's observer was told of newer data. */
  fresh: { count: 0, expected: Number.POSITIVE_INFINITY },
};
/** When reads began, in ms of this machine's clock. @type {number[]} */
let reads = [];
/** Sockets opened at a time: a listen queue is short. */
const AT_ONCE = 100;

/** @type {Record<string, (order: any) => Promise<unknown>>} */
const orders = {
  /** Opens plain sockets; with tickets they sign in and subscribe. */
  async open({ url, count, tickets, scopes }) {
    for (let index = 0; index < count; index += AT_ONCE) {
      const some = Array.from({ length: Math.min(AT_ONCE, count - index) }, (_, offset) =>
        openPlain(url, tickets?.[index + offset], scopes),
      );
      await Promise.all(some);
    }
  },
  /** Counts from zero again. */
  async countAnew() {
    for (const one of Object.values(tallies)) one.count = 0;
  },
  /** Answers when something has happened so often in all; it may have already. */
  async expect({ what, total }) {
    tallies[what].expected = total;
    answerIfReached(tallies[what]);
  },

  /** Opens clients, and answers when all are live and have read once. */
  async openClients({ count, ...options }) {
    for (let index = 0; index < count; index += AT_ONCE) {
      const length = Math.min(AT_ONCE, count - index);
      const some = Array.from({ length }, () => openClient(options));
      await Promise.all(some);
    }
  },
  /** When reads began since the last time somebody asked. */
  async reads() {
    const told = reads;
    reads = [];
    return told;
  },
};

process.on('message', async (/** @type {any} */ order) => {
  const answer = await orders[order.name](order);
  if (order.name !== 'expect') process.send?.({ answer });
});

// Whatever way the parent ends.
process.on('disconnect', () => process.exit());

/** @param {string} url @param {string | undefined} ticket @param {string[]} scopes @returns {Promise<WebSocket>} */
function openPlain(url, ticket, scopes) {
  const socket = new WebSocket(url);
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('open', () => {
      if (ticket === undefined) return resolve(socket);
      socket.send(JSON.stringify({ type: 'auth', v: 1, ticket }));
      socket.send(JSON.stringify({ type: 'subscribe', scopes, resume: null }));
    });
    socket.on('message', (/** @type {Buffer} */ frame) => {
      if (frame.includes('cache_invalidate')) tally('received');
      else if (frame.includes('subscribed')) resolve(socket);
    });
  });
}

/** @param {string} what */
function tally(what) {
  tallies[what].count += 1;
  answerIfReached(tallies[what]);
}

/** @param {{ count: number, expected: number }} reached */
function answerIfReached(reached) {
  if (reached.count < reached.expected) return;
  reached.expected = Number.POSITIVE_INFINITY;
  process.send?.({ answer: reached.count });
}

/**
 * @param {object} options
 * @param {string} options.url
 * @param {string} options.ticketUrl
 * @param {string[]} options.scopes
 * @param {string} [options.readUrl] where the data is read; without it nothing is asked
 * @param {object} [options.limits] of the client
 */
async function openClient({ url, ticketUrl, scopes, readUrl, limits }) {
  const client = new QueryClient({
    rules,
    limits,
    defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } },
  });
  client.mount();
  const channel = client.connect({
    url,
    scopes,
    ticket: async () => (await fetch(ticketUrl)).text(),
    WebSocket,
  });
  const observer = new QueryObserver(client, {
    queryKey: ['board'],
    queryFn: async () => {
      reads.push(performance.timeOrigin + performance.now());
      return readUrl ? (await fetch(readUrl)).text() : reads.length;
    },
  });
  let last = observer.getCurrentResult();
  observer.subscribe((result) => {
    if (result.isStale && !last.isStale) tally('stale');
    if (result.data !== last.data) tally('fresh');
    last = result;
  });
  await new Promise((resolve) => {
    const stop = channel.subscribe((status) => {
      if (status !== 'live') return;
      stop();
      resolve(undefined);
    });
  });
}
