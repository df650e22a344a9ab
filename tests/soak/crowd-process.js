/**
 * Many clients in a process of their own, so that what they cost is not the hub's. Talks to its
 * parent in messages; see crowd.js.
 */
import { QueryClient, QueryObserver } from 'tidemark';
import { WebSocket } from 'ws';

/** Sockets without any logic: they count changes. */
const plain = { /** @type {WebSocket[]} */ sockets: [], received: 0, expected: 0 };
/** Clients of the package, with one active query each. @type {QueryClient[]} */
let clients = [];
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
      plain.sockets.push(...(await Promise.all(some)));
    }
  },
  /** Answers when so many changes have come, over all sockets. */
  async expect({ count }) {
    plain.expected = plain.received + count;
  },
  async closePlain() {
    for (const socket of plain.sockets) socket.terminate();
    plain.sockets = [];
  },

  /** Opens clients, and answers when all are live and have read once. */
  async openClients({ url, ticketUrl, count, scopes }) {
    for (let index = 0; index < count; index += AT_ONCE) {
      const length = Math.min(AT_ONCE, count - index);
      const some = Array.from({ length }, () => openClient(url, ticketUrl, scopes));
      clients.push(...(await Promise.all(some)));
    }
  },
  /** When reads began since the last time somebody asked. */
  async reads() {
    const told = reads;
    reads = [];
    return told;
  },
  async closeClients() {
    for (const client of clients) {
      client.clear();
      client.unmount();
    }
    clients = [];
    process.exit(0);
  },
};

process.on('message', async (/** @type {any} */ order) => {
  const answer = await orders[order.name](order);
  if (order.name !== 'expect') process.send?.({ answer });
});

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
  if (plain.received === plain.expected) process.send?.({ answer: undefined });
}

/** @param {string} url @param {string} ticketUrl @param {string[]} scopes @returns {Promise<QueryClient>} */
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
  return client;
}
