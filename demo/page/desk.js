/**
 * One signed-in user at work: a session, a cache and a channel of its own. A desk is opened
 * when its dashboard is first looked at and kept from then on, so a dashboard that is not on
 * screen still hears what changes, and asks for nothing.
 *
 * @typedef {Awaited<ReturnType<typeof openDesk>>} Desk
 */
import { QueryClient } from 'tidemark';
import { createActionRunner } from './action-runner.js';
import { openApi } from './api.js';
import { createPollMeter } from './poll-meter.js';
import { rules } from './rules.js';

/** @param {string} role */
export async function openDesk(role) {
  const api = await openApi(role);
  const { user, clinic, scopes } = api.session();
  const client = new QueryClient({
    rules,
    // Only the stream of changes makes an answer stale, never the clock.
    defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } },
  });
  client.mount();
  const channel = client.connect({
    url: '/tidemark',
    ticket: async () => (await api.post('/ticket')).ticket,
    scopes,
    backoff: { cap: 4000 }, // ms: who watches the demo should not wait long for it to be back
  });
  return {
    role,
    user,
    clinic,
    api,
    client,
    channel,
    actions: createActionRunner(client, api),
    meter: createPollMeter(),
  };
}
