/**
 * The clinic's API on a real embedded database and a real hub, without a port.
 */
import fastify from 'fastify';
import { createHub } from 'tidemark/hub';
import { api } from '../../../demo/server/api.js';
import { openDatabase, startTheDay } from '../../../demo/server/database.js';
import { mayHear } from '../../../demo/server/session.js';

/** @param {{ tokenLifetime?: number }} [options] seconds */
export async function openClinic({ tokenLifetime } = {}) {
  const database = await openDatabase();
  const hub = createHub({
    source: database.source(),
    authorize: mayHear,
    origins: ['http://clinic.example'],
    // Each test starts the day again: on a fast machine that is a flood of changes by itself.
    limits: { changesPerSecond: 1_000_000 },
  });
  await hub.ready;
  const app = fastify();
  await app.register(api, { prefix: '/api', database, hub, tokenLifetime });

  const signIn = async (role) => {
    const answer = await app.inject({ method: 'POST', url: '/api/session', payload: { role } });
    return answer.json();
  };

  return {
    app,
    database,
    hub,
    signIn,
    startTheDay: () => startTheDay(database),

    /** Requests of one role's user, all with the same token. */
    async as(role) {
      const { token, user } = await signIn(role);
      const ask = (method, url, { headers, payload } = {}) =>
        app.inject({
          method,
          url: `/api${url}`,
          payload,
          headers: { authorization: `Bearer ${token}`, ...headers },
        });
      return {
        user,
        get: (url, more) => ask('GET', url, more),
        post: (url, more) => ask('POST', url, more),
      };
    },

    async statusOf(table, id) {
      const { rows } = await database.query(`select status from clinic.${table} where id = $1`, [
        id,
      ]);
      return rows[0].status;
    },

    async close() {
      await app.close();
      await hub.close();
      await database.close();
    },
  };
}
