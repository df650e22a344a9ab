/**
 * The HTTP API: sign in, read, act, and the demo's controls.
 *
 * @typedef {import('fastify').FastifyInstance} Fastify
 * @typedef {import('./session.js').User} User
 */
import { act } from './act.js';
import { startTheDay } from './database.js';
import {
  createSocketCutter,
  delayIfAsked,
  faultHeaders,
  LONGEST_CUT,
  refusalAsked,
} from './faults.js';
import { READS } from './reads.js';
import { Refusal } from './refusal.js';
import { createSessions, ROLE_NAMES, ROLES, scopesOf } from './session.js';
import { ACTIONS } from './state-rules.js';

const CLINIC = { id: 1, name: 'Harbour Lane Clinic' };

const signInSchema = {
  body: {
    type: 'object',
    required: ['role'],
    additionalProperties: false,
    properties: { role: { type: 'string', enum: ROLES } },
  },
};

const readSchema = { headers: { type: 'object', properties: faultHeaders } };

const actionSchema = {
  params: {
    type: 'object',
    properties: { id: { type: 'integer', minimum: 1, maximum: 2 ** 31 - 1 } },
  },
  headers: {
    type: 'object',
    properties: {
      ...faultHeaders,
      'tidemark-mutation': { type: 'string', pattern: '^[\\w:.-]{1,100}$' },
    },
  },
};

const cutSchema = {
  body: {
    type: 'object',
    required: ['seconds'],
    additionalProperties: false,
    properties: { seconds: { type: 'number', minimum: 0, maximum: LONGEST_CUT } },
  },
};

/**
 * @param {Fastify} app
 * @param {{
 *   database: import('./database.js').Database,
 *   hub: import('tidemark/hub').Hub,
 *   tokenLifetime?: number,
 * }} options tokenLifetime in seconds
 */
export async function api(app, { database, hub, tokenLifetime }) {
  const sessions = createSessions(database, { lifetime: tokenLifetime });
  const sockets = createSocketCutter(hub);

  app.setErrorHandler(answerError);
  app.post('/session', { schema: signInSchema }, async (request) => {
    const { role } = /** @type {{ role: import('./session.js').Role }} */ (request.body);
    const { token, user } = await sessions.signIn(role);
    return { token, user, clinic: CLINIC, scopes: scopesOf(user) };
  });

  app.register(async (signedIn) => {
    signedIn.decorateRequest('user');
    signedIn.addHook('onRequest', async (request) => {
      request.user = await sessions.userOf(request.headers.authorization);
    });
    signedIn.addHook('preHandler', delayIfAsked);
    reads(signedIn, database, hub);
    actions(signedIn, database);
    controls(signedIn, database, hub, sockets);
  });

  app.addHook('onClose', async () => sockets.restore());
}

/**
 * @param {Fastify} app
 * @param {import('./database.js').Database} database
 * @param {import('tidemark/hub').Hub} hub
 */
function reads(app, database, hub) {
  for (const [name, { roles, read }] of Object.entries(READS)) {
    app.get(`/${name}`, { schema: readSchema }, async (request, reply) => {
      const { user } = request;
      if (!roles.includes(user.role)) {
        throw new Refusal(403, `The clinic’s ${name} are not for ${ROLE_NAMES[user.role]} to see.`);
      }
      // Taken before the read: a change that lands between the two must not look included.
      reply.header('tidemark-as-of', hub.asOf()).header('cache-control', 'no-store');
      return read(database, user);
    });
  }
}

/**
 * @param {Fastify} app
 * @param {import('./database.js').Database} database
 */
function actions(app, database) {
  for (const name of Object.keys(ACTIONS)) {
    const [resource, verb] = name.split('/');
    app.post(`/${resource}/:id/${verb}`, { schema: actionSchema }, async (request) => {
      const { id } = /** @type {{ id: number }} */ (request.params);
      const mutation = /** @type {string | undefined} */ (request.headers['tidemark-mutation']);
      return act(database, {
        name,
        id,
        mutation,
        user: request.user,
        refuse: refusalAsked(request),
      });
    });
  }
}

/**
 * @param {Fastify} app
 * @param {import('./database.js').Database} database
 * @param {import('tidemark/hub').Hub} hub
 * @param {ReturnType<typeof createSocketCutter>} sockets
 */
function controls(app, database, hub, sockets) {
  app.post('/ticket', async (request) => ({ ticket: hub.issueTicket(request.user) }));

  app.post('/demo/reset', async () => {
    await startTheDay(database);
    return { done: true };
  });

  app.post('/demo/cut', { schema: cutSchema }, async (request) => {
    const { seconds } = /** @type {{ seconds: number }} */ (request.body);
    sockets.cut(seconds);
    return { seconds };
  });
}

/**
 * Says what went wrong: a refusal in its own words, a malformed request by what was wrong
 * with it, and anything else as this server's fault, with the details kept to the log.
 *
 * @param {import('fastify').FastifyError | Refusal} error
 * @param {import('fastify').FastifyRequest} request
 * @param {import('fastify').FastifyReply} reply
 */
function answerError(error, request, reply) {
  const status = error.statusCode ?? 500;
  if (status < 500) return reply.code(status).send({ message: error.message });
  request.log.error(error);
  return reply
    .code(500)
    .send({ message: 'The server had a problem of its own. Nothing was changed.' });
}
