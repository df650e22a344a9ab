import { once } from 'node:events';
import { createServer } from 'node:http';
import { createHub } from '../../../js-glue/hub/index.js';
import { connect, ORIGIN } from './client.js';
import { manualClock } from './manual-clock.js';

/** @typedef {import('../../../js-glue/hub/index.js').HubOptions} HubOptions */

/**
 * A hub on a server of its own, with a clock that stands still; both end with the test. Without
 * options everybody may see everything.
 *
 * @param {import('node:test').TestContext} t
 * @param {Partial<HubOptions>} [options]
 */
export async function startHub(t, options = {}) {
  const clock = manualClock();
  /** @type {string[]} */
  const warnings = [];
  const hub = createHub({
    authorize: () => true,
    origins: [ORIGIN],
    clock,
    onWarning: (message) => void warnings.push(message),
    ...options,
  });
  const { server, url } = await listen();
  hub.attach(server);
  t.after(async () => {
    hub.disconnect();
    await hub.close();
    server.close();
  });
  await hub.ready;

  /** @param {import('../../../js-glue/hub/index.js').HubUser} [user] */
  const signIn = async (user = 'ann') => {
    const client = await connect(url);
    client.send({ type: 'auth', v: 1, ticket: hub.issueTicket(user) });
    const hello = await client.next();
    return { client, hello };
  };

  /**
   * @param {string[]} scopes
   * @param {{ epoch: string, seq: number } | null} [resume]
   */
  const subscribed = async (scopes, resume = null) => {
    const { client } = await signIn();
    const answer = await client.subscribe(scopes, resume);
    return { client, answer };
  };

  return { hub, server, url, clock, warnings, signIn, subscribed };
}

/**
 * @param {import('node:http').RequestListener | null} [others] what answers requests; null: nobody
 * @returns {Promise<{ server: import('node:http').Server, url: string }>}
 */
export async function listen(others = (_request, response) => void response.end('http')) {
  const server = others ? createServer(others) : createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { server, url: `ws://127.0.0.1:${port}/tidemark` };
}

/** @param {number} id @param {string} scope @returns {import('../../../js-glue/hub/index.js').HubChange} */
export function change(id, scope) {
  return { resource: 'task', id: String(id), action: 'UPDATE', scope };
}
