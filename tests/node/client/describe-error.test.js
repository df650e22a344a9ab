import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import test from 'node:test';
import { CancelledError, describeError, errorKind, onlineManager } from '../../../js-glue/index.js';

/** What an application throws for an answer that is not ok. */
class ApiError extends Error {
  /** @param {number} status @param {string} [message] @param {any} [body] */
  constructor(status, message = '', body = undefined) {
    super(message);
    this.status = status;
    this.body = body;
  }
}

/**
 * The error of a real fetch of a real server.
 *
 * @param {import('node:test').TestContext} t
 * @param {import('node:http').RequestListener} answer
 * @param {RequestInit} [init]
 */
async function errorOfFetch(t, answer, init) {
  const server = createServer(answer);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  try {
    await (await fetch(`http://127.0.0.1:${port}`, init)).text();
  } catch (error) {
    return error;
  }
  throw new Error('the fetch did not fail');
}

for (const [status, kind] of /** @type {const} */ ([
  [400, 'invalid'],
  [401, 'unauthorized'],
  [403, 'forbidden'],
  [404, 'notFound'],
  [408, 'timeout'],
  [409, 'conflict'],
  [410, 'notFound'],
  [412, 'conflict'],
  [418, 'refused'],
  [422, 'invalid'],
  [429, 'tooMany'],
  [500, 'server'],
  [502, 'server'],
  [503, 'server'],
  [504, 'timeout'],
  [599, 'server'],
  [0, 'network'],
  [200, 'unknown'],
])) {
  test(`status ${status} is ${kind}`, () => assert.equal(errorKind(new ApiError(status)), kind));
}

test('a server that breaks the connection cannot be reached', async (t) => {
  const error = await errorOfFetch(t, (request) => request.socket.destroy());
  assert.equal(errorKind(error), 'network');
});

test('a server that is not there cannot be reached', async () => {
  const error = await fetch('http://127.0.0.1:9').catch((reason) => reason);
  assert.equal(errorKind(error), 'network');
});

test('a server that does not answer is a timeout', async (t) => {
  const error = await errorOfFetch(t, () => {}, { signal: AbortSignal.timeout(20) });
  assert.equal(errorKind(error), 'timeout');
});

test('what the application aborts is cancelled', async (t) => {
  const error = await errorOfFetch(t, () => {}, { signal: AbortSignal.abort() });
  assert.equal(errorKind(error), 'cancelled');
  assert.equal(errorKind(new CancelledError()), 'cancelled');
});

for (const message of [
  'Failed to fetch',
  'NetworkError when attempting to fetch resource.',
  'Load failed',
]) {
  test(`of browsers: ${message}`, () => assert.equal(errorKind(new TypeError(message)), 'network'));
}

test('without a network, a server that cannot be reached means offline', (t) => {
  onlineManager.setOnline(false);
  t.after(() => onlineManager.setOnline(true));
  assert.match(describeError(new TypeError('Failed to fetch')), /^You are offline/);
  assert.equal(errorKind(new ApiError(500)), 'server');
});

test('a mistake in the program is none of the network', () => {
  assert.equal(errorKind(new TypeError('cache.fetch is not a function')), 'unknown');
});

test('codes of libraries count', () => {
  assert.equal(errorKind(Object.assign(new Error('x'), { code: 'ERR_NETWORK' })), 'network');
  assert.equal(errorKind(Object.assign(new Error('x'), { code: 'ECONNABORTED' })), 'timeout');
});

test('what caused an error tells what it is', () => {
  const wrapped = new Error('could not save', { cause: new ApiError(409, 'Too late.') });
  assert.deepEqual([errorKind(wrapped), describeError(wrapped)], ['conflict', 'Too late.']);
});

test('causes that go in a circle end', () => {
  const error = new Error('round');
  error.cause = error;
  assert.equal(errorKind(error), 'unknown');
});

for (const thrown of [undefined, null, 'text', 42, {}, []]) {
  test(`${JSON.stringify(thrown)} is unexpected`, () =>
    assert.match(describeError(thrown), /^Something unexpected/));
}

test('where the server refused, its own words are the sentence', () => {
  assert.equal(describeError(new ApiError(409, 'Greta was faster.')), 'Greta was faster.');
  assert.equal(describeError(new ApiError(422, '', { message: ' Too long. ' })), 'Too long.');
  assert.equal(describeError(new ApiError(403, '', { detail: 'Not yours.' })), 'Not yours.');
  assert.equal(describeError(new ApiError(404, '', { error: { message: 'Gone.' } })), 'Gone.');
  assert.equal(describeError(new ApiError(400, '', 'No title.')), 'No title.');
});

test('words of the body win over the message', () => {
  assert.equal(describeError(new ApiError(409, 'refused', { message: 'Too late.' })), 'Too late.');
});

for (const [what, error] of /** @type {const} */ ([
  ['an HTTP library', new ApiError(409, 'Request failed with status code 409')],
  ['one that only names the status', new ApiError(409, '', { message: 'Conflict' })],
  ['a page', new ApiError(409, '', '<!doctype html><title>Error</title>')],
  ['a stack trace', new ApiError(409, '', { message: 'at '.repeat(200) })],
  ['no text', new ApiError(409, '', { message: { code: 7 } })],
])) {
  test(`words that are not for people are not shown: ${what}`, () =>
    assert.match(describeError(error), /^Somebody else has changed this/));
}

test('what a server with a problem says is not shown, nor why it thinks somebody is signed out', () => {
  assert.match(describeError(new ApiError(500, 'null is not an object')), /^The server has a prob/);
  assert.match(describeError(new ApiError(401, 'jwt expired')), /^You are signed out/);
});

test('an application that trusts its server may show it', () => {
  const server = (/** @type {any} */ { serverMessage }) => serverMessage;
  const error = new ApiError(500, 'Nothing was changed.');
  assert.equal(describeError(error, { server }), 'Nothing was changed.');
});

test('the errors of Axios and others are read where they keep the answer', () => {
  const response = { status: 422, data: { message: 'Too long.' } };
  const axios = Object.assign(new Error('Request failed with status code 422'), { response });
  assert.equal(describeError(axios), 'Too long.');
});

test('a server that asks to wait is quoted in seconds', () => {
  const busy = (/** @type {number} */ retryAfter) =>
    describeError(Object.assign(new ApiError(429), { retryAfter }));
  assert.match(busy(29_001), /in 30 seconds\.$/);
  assert.match(busy(10), /in a second\.$/);
  assert.match(describeError(new ApiError(429)), /in a moment\.$/);
});

test('a sentence of the application stands in for the English one', () => {
  const german = { conflict: 'Jemand war schneller.' };
  assert.equal(describeError(new ApiError(409), german), 'Jemand war schneller.');
  assert.equal(describeError(new ApiError(409, 'Too late.'), german), 'Too late.');
  assert.match(describeError(new ApiError(500), german), /^The server has a problem/);
});

test('a sentence may be a function of what is known, and decides by itself then', () => {
  const error = new ApiError(409, 'Too late.');
  const seen = /** @type {any[]} */ ([]);
  const conflict = (/** @type {any} */ details) => {
    seen.push(details);
    return `(${details.serverMessage})`;
  };
  assert.equal(describeError(error, { conflict }), '(Too late.)');
  const { kind, status, serverMessage } = seen[0];
  assert.deepEqual([kind, status, serverMessage], ['conflict', 409, 'Too late.']);
  assert.equal(seen[0].error, error);
});
