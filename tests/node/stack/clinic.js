/**
 * The real thing without a browser: PostgreSQL (embedded), the demo's API and hub on a port, and
 * clients of the package, each with its own core and socket.
 */
import fastify from 'fastify';
import { QueryClient, QueryObserver } from 'tidemark';
import { createHub } from 'tidemark/hub';
import { WebSocket } from 'ws';
import { keys } from '../../../demo/page/keys.js';
import { rules } from '../../../demo/page/rules.js';
import { api } from '../../../demo/server/api.js';
import { openDatabase, startTheDay } from '../../../demo/server/database.js';
import { mayHear } from '../../../demo/server/session.js';

const PATIENCE_MS = 10_000;

export async function openClinic() {
  const database = await openDatabase();
  const hub = createHub({ source: database.source(), authorize: mayHear, origins: ['no-origin'] });
  await hub.ready;
  const app = fastify();
  await app.register(api, { prefix: '/api', database, hub });
  hub.attach(app.server);
  const url = await app.listen({ port: 0, host: '127.0.0.1' });

  /** @param {string} path @param {string} [token] @param {RequestInit} [init] */
  const request = async (path, token, init = {}) => {
    const headers = { ...init.headers };
    if (token) headers.authorization = `Bearer ${token}`;
    const response = await fetch(`${url}/api${path}`, { ...init, headers });
    const answer = await response.json();
    if (!response.ok) throw Object.assign(new Error(answer.message), { status: response.status });
    return { answer, asOf: response.headers.get('tidemark-as-of') };
  };

  /** One user at a desk: a session, a client and a live channel. @param {string} role */
  const openDesk = async (role) => {
    const { answer: session } = await request('/session', undefined, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ role }),
    });
    const client = new QueryClient({
      rules,
      defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY, retry: false } },
    });
    client.mount();
    const channel = client.connect({
      url: `${url.replace('http', 'ws')}/tidemark`,
      scopes: session.scopes,
      ticket: async () =>
        (await request('/ticket', session.token, { method: 'POST' })).answer.ticket,
      backoff: { base: 10, cap: 50 },
      WebSocket,
    });
    let requests = 0;

    const desk = {
      ...session,
      client,
      channel,
      /** Reads this desk has sent. */
      requests: () => requests,
      live: () => until(() => channel.status === 'live', `${role} is live`),
      /** The options of the query of a list. @param {'appointments' | 'payments' | 'journeys'} list */
      list: (list) => ({
        queryKey: keys[list](session.user),
        queryFn: async ({ signal, asOf }) => {
          requests += 1;
          const { answer, asOf: position } = await request(`/${list}`, session.token, { signal });
          asOf(position);
          return answer;
        },
      }),
      /** Looks at a list from now on. @param {'appointments' | 'payments' | 'journeys'} list */
      look: (list) => {
        const observer = new QueryObserver(client, desk.list(list));
        const stop = observer.subscribe(() => {});
        return {
          stop,
          result: () => observer.getCurrentResult(),
          row: (id) => observer.getCurrentResult().data?.find((row) => row.id === id),
        };
      },
      /** An action with its optimistic change. @param {string} path @param {any} optimistic */
      act: (path, optimistic = []) =>
        client.mutate({
          optimistic,
          mutationFn: async (_, { mutationId }) =>
            (
              await request(path, session.token, {
                method: 'POST',
                headers: { 'tidemark-mutation': mutationId },
              })
            ).answer,
        }),
      close: () => {
        channel.close();
        client.clear();
        client.unmount();
      },
    };
    return desk;
  };

  return {
    hub,
    openDesk,
    sql: (text, values) => database.query(text, values),
    startTheDay: () => startTheDay(database),
    async close() {
      await hub.close();
      await app.close();
      await database.close();
    },
  };
}

/**
 * Waits for something that a real socket or database brings about.
 *
 * @param {() => unknown} condition @param {string} what for the error when it never comes
 */
export async function until(condition, what) {
  const end = Date.now() + PATIENCE_MS;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
