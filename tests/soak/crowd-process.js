/**
 * Many clients in a process of their own, so that what they cost is not the hub's. Talks to its
 * parent in messages; see crowd.js.
 */
import { QueryClient, QueryObserver } from 'tidemark';
import { WebSocket } from 'ws';

/** Sockets without any logic: they count changes. */
const plain = { received: 0, expected: Number.POSITIVE_INFINITY };
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
  /** Answers when so many changes have come in all, over all sockets; they may have already. */
  async expect({ total }) {
    plain.expected = total;
    answerIfReached();
  },

  /** Opens clients, and answers when all are live and have read once. */
  async openClients({ url, ticketUrl, count, scopes }) {
    for (let index = 0; index < count; index += AT_ONCE) {
      const length = Math.min(AT_ONCE, count - index);
      const some = Array.from({ length }, () => openClient(url, ticketUrl, scopes));
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
      if (frame.includes('cache_invalidate')) countChange();
      else if (frame.includes('subscribed')) resolve(socket);
    });
  });
}

function countChange() {
  plain.received += 1;
  answerIfReached();
}

function answerIfReached() {
  if (plain.received < plain.expected) return;
  plain.expected = Number.POSITIVE_INFINITY;
  process.send?.({ answer: plain.received });
}

/** @param {string} url @param {string} ticketUrl @param {string[]} scopes */
async function openClient(url, ticketUrl, scopes) {
  const client = new QueryClient({
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
      return reads.length;
    },
  });
  observer.subscribe(() => {});
  await new Promise((resolve) => {
    const stop = channel.subscribe((status) => {
      if (status !== 'live') return;
      stop();
      resolve(undefined);
    });
  });
}
