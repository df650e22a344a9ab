/**
 * One user's requests to the clinic's server: the only file of the page that calls fetch.
 *
 * @typedef {import('./keys.js').User} User
 * @typedef {{ token: string, user: User, clinic: { id: number, name: string }, scopes: string[] }} Session
 * @typedef {{ method?: string, body?: unknown, headers?: Record<string, string>, signal?: AbortSignal }} Ask
 */
import { ApiError } from './errors.js';
import { faultHeaders, switches } from './switches.js';

/** Milliseconds after which an answer is given up on. */
const PATIENCE = 15_000;

/**
 * @param {string} path below /api
 * @param {Ask} ask
 * @returns {Promise<Response>} of any status
 */
async function request(path, { method = 'GET', body, headers = {}, signal }) {
  if (switches.get().offline) throw new TypeError('Failed to fetch'); // as fetch says it
  const patience = AbortSignal.timeout(PATIENCE);
  return fetch(`/api${path}`, {
    method,
    headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: signal ? AbortSignal.any([signal, patience]) : patience,
  });
}

/** @param {Response} response */
async function answerOf(response) {
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  throw new ApiError(response.status, answer.message);
}

/** @param {string} role @returns {Promise<Session>} */
async function signIn(role) {
  return answerOf(await request('/session', { method: 'POST', body: { role } }));
}

/**
 * Signs in and gives that user's requests.
 *
 * @param {string} role
 * @throws {ApiError | TypeError | DOMException} if signing in failed
 */
export async function openApi(role) {
  let session = await signIn(role);
  let reads = 0;

  /** @param {string} path @param {Ask} ask */
  const asUser = (path, ask) =>
    request(path, {
      ...ask,
      headers: { ...ask.headers, authorization: `Bearer ${session.token}` },
    });

  /** Asks once more with a new token if the old one has run out. @param {string} path @param {Ask} ask */
  const send = async (path, ask) => {
    const response = await asUser(path, ask);
    if (response.status !== 401) return response;
    session = await signIn(role);
    return asUser(path, ask);
  };

  return {
    session: () => session,
    /** How many reads this user has sent. */
    reads: () => reads,

    /**
     * For a queryFn: reads a list, and tells the cache how current the answer is.
     *
     * @param {string} path
     * @param {{ signal?: AbortSignal, asOf?: (mark: string | null) => void }} context
     */
    async read(path, { signal, asOf }) {
      if (!switches.get().offline) reads += 1;
      const response = await send(path, { signal, headers: faultHeaders(false) });
      asOf?.(response.headers.get('tidemark-as-of'));
      return answerOf(response);
    },

    /**
     * Carries out an action under the cache's name for it.
     *
     * @param {string} path
     * @param {string} mutationId
     */
    async act(path, mutationId) {
      const headers = { 'tidemark-mutation': mutationId, ...faultHeaders(true) };
      return answerOf(await send(path, { method: 'POST', headers }));
    },

    /** @param {string} path @param {unknown} [body] */
    post: async (path, body) => answerOf(await send(path, { method: 'POST', body })),
  };
}
