/** What TypeScript must accept and refuse of the hub. Compiled, never run. */
import { createHub, type HubSource, postgresSource } from 'tidemark/hub';
import { changeTriggers } from 'tidemark/hub/postgres';
import { redisBackplane } from 'tidemark/hub/redis';
import { claim, type Same } from './assert.js';

const hub = createHub({
  source: postgresSource({ connectionString: 'postgres://…' }),
  backplane: redisBackplane({ url: 'redis://…' }),
  authorize: async (user, scope) => scope === `user:${String(user)}`,
  origins: ['https://app.example'],
  trustProxy: ['10.0.0.0/8', 'unix'],
  limits: { windowCount: 10, changesPerSecond: 100, pendingPerAddress: 50, ticketsPerUser: 9 },
});
claim<Same<ReturnType<typeof hub.asOf>, string>>(true);
claim<Same<ReturnType<typeof hub.metrics>, string>>(true);

// @ts-expect-error nobody says who may hear what
createHub({ origins: [] });
// @ts-expect-error no such limit
createHub({ authorize: () => true, origins: [], limits: { frames: 1 } });
// @ts-expect-error which proxies?
createHub({ authorize: () => true, origins: [], trustProxy: true });
// @ts-expect-error a scope is text
createHub({ authorize: (_user, scope: number) => scope > 0, origins: [] });

hub.issueTicket({ id: 7 });
// @ts-expect-error nothing tells this user from another
hub.issueTicket({ name: 'ann' });

hub.publish({ resource: 'task', id: 7, scope: 'a', row: { id: 7 }, project_id: 9 });
hub.publish({ resource: 'task', id: 7n, scope: 'a' });
hub.publish({ resource: 'task', scopes: ['a'], changes: [{ id: '1' }, { id: '2' }] });
hub.publish({ reset: true, scopes: ['a'] });
// @ts-expect-error a change of what?
hub.publish({ id: 7, scope: 'a' });

hub.close();
hub.close({ after: 1_000, spread: 5_000 });
// @ts-expect-error no such option
hub.close({ spreadMs: 5_000 });

const source: HubSource = { start: async (sink) => sink.change('{}'), close: async () => {} };
createHub({ source, authorize: () => true, origins: ['no-origin'] });

const { up, down } = changeTriggers({
  table: 't',
  scopes: ['a:$b', 'c'],
  id: ['d', 'e'],
  always: true,
});
claim<Same<[typeof up, typeof down], [string, string]>>(true);
// @ts-expect-error nobody hears of it
changeTriggers({ table: 't' });
