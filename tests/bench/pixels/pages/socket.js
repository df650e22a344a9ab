/**
 * The list on TanStack Query and a socket, with the code that a team writes for it by hand. The socket
 * is the hub's: its messages are as good as those of any server, their positions go unused.
 */
import { QueryClient, QueryObserver } from '@tanstack/query-core';
import { openApi } from '../../../../demo/page/api.js';
import { showList } from './list.js';

/** Milliseconds before a lost connection is tried again; doubles each time up to the longest. */
const FIRST_DELAY = 1000;
const LONGEST_DELAY = 30_000;

/** The keys that a change of a resource makes untrue. @type {Record<string, string[]>} */
const TOUCHED = { appointment: ['appointments'], person: ['appointments'] };

const api = await openApi('operator');
const { scopes } = api.session();
const client = new QueryClient({
  defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } },
});
client.mount();

let isLive = false;
let wasLost = false;
let delay = FIRST_DELAY;

async function connect() {
  try {
    const { ticket } = await api.post('/ticket');
    const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/tidemark`);
    socket.onopen = () => socket.send(JSON.stringify({ type: 'auth', v: 1, ticket }));
    socket.onmessage = ({ data }) => hear(JSON.parse(data), socket);
    socket.onclose = reconnect;
  } catch {
    reconnect();
  }
}

function reconnect() {
  isLive = false;
  wasLost = true;
  setTimeout(connect, delay);
  delay = Math.min(2 * delay, LONGEST_DELAY);
}

/** @param {any} message @param {WebSocket} socket */
function hear(message, socket) {
  if (message.type === 'hello') {
    socket.send(JSON.stringify({ type: 'subscribe', scopes, resume: null }));
  } else if (message.type === 'ping') {
    socket.send(JSON.stringify({ type: 'pong' }));
  } else if (message.type === 'subscribed') {
    isLive = true;
    delay = FIRST_DELAY;
    if (wasLost) client.invalidateQueries(); // what changed meanwhile was not heard
  } else if (message.type === 'reset') {
    client.invalidateQueries();
  } else if (message.type === 'cache_invalidate') {
    const queryKey = TOUCHED[message.data.resource];
    if (queryKey) client.invalidateQueries({ queryKey });
  }
}

connect();
const observer = new QueryObserver(client, {
  queryKey: ['appointments'],
  queryFn: ({ signal }) => api.read('/appointments', { signal }),
});
showList(observer, () => isLive);
