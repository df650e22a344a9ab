import { isCancelledError } from '../runtime/cancelled-error.js';
import { isA, member, textMember } from '../runtime/member.js';
import { onlineManager } from '../runtime/online-manager.js';

/** @typedef {import('../types/errors.js').ErrorKind} ErrorKind */

/** @type {Readonly<Record<number, ErrorKind>>} */
const BY_STATUS = Object.freeze({
  0: 'network',
  400: 'invalid',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'notFound',
  408: 'timeout',
  409: 'conflict',
  410: 'notFound',
  412: 'conflict',
  422: 'invalid',
  429: 'tooMany',
  504: 'timeout',
});

/** @type {Readonly<Record<string, ErrorKind>>} */
const BY_NAME = Object.freeze({ AbortError: 'cancelled', TimeoutError: 'timeout' });

/** How Node and HTTP libraries name what broke. */
const NETWORK_CODES =
  /^(ERR_NETWORK|ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|EPIPE|UND_ERR_SOCKET)$/;
const TIMEOUT_CODES = /^(ETIMEDOUT|ECONNABORTED|UND_ERR_\w+_TIMEOUT)$/;

/** What `fetch` says when it cannot reach a server: Chromium, Node, Safari, Firefox, others. */
const FETCH_MESSAGES =
  /^(failed to fetch|fetch failed|load failed|networkerror|network error|network request failed|terminated)/i;

/** Errors wrap others; more than these are a loop. */
const DEEPEST_CAUSE = 5;

/**
 * What went wrong, as far as an error tells: its HTTP status, its name, its code, or those of what
 * caused it.
 *
 * @param {unknown} error whatever was thrown
 * @returns {ErrorKind}
 */
export function errorKind(error) {
  const kind = describingError(error).kind;
  return kind === 'network' && !onlineManager.isOnline() ? 'offline' : kind;
}

/**
 * The first error in the chain of causes that tells something.
 *
 * @param {unknown} error
 * @returns {{ error: unknown, kind: ErrorKind }}
 */
export function describingError(error) {
  let current = error;
  for (let depth = 0; depth < DEEPEST_CAUSE && isObject(current); depth += 1) {
    const kind = ownKind(current);
    if (kind) return { error: current, kind };
    current = member(current, 'cause');
  }
  return { error, kind: 'unknown' };
}

/**
 * The HTTP status that an error, a library's error, or a response carries.
 *
 * @param {unknown} error
 * @returns {number | undefined}
 */
export function statusOf(error) {
  const status =
    member(error, 'status') ??
    member(error, 'statusCode') ??
    member(member(error, 'response'), 'status');
  return typeof status === 'number' && Number.isInteger(status) ? status : undefined;
}

/** @param {unknown} error @returns {ErrorKind | undefined} */
function ownKind(error) {
  if (isCancelledError(error)) return 'cancelled';
  const name = textMember(error, 'name');
  const code = textMember(error, 'code');
  if (TIMEOUT_CODES.test(code)) return 'timeout';
  if (NETWORK_CODES.test(code)) return 'network';
  if (Object.hasOwn(BY_NAME, name)) return BY_NAME[name];
  const status = statusOf(error);
  if (status !== undefined) return ofStatus(status);
  if (isA(error, TypeError) && FETCH_MESSAGES.test(textMember(error, 'message'))) return 'network';
  return undefined;
}

/** @param {number} status @returns {ErrorKind | undefined} */
function ofStatus(status) {
  if (Object.hasOwn(BY_STATUS, status)) return BY_STATUS[status];
  if (status >= 500 && status < 600) return 'server';
  return status >= 400 && status < 500 ? 'refused' : undefined;
}

/** @param {unknown} value */
function isObject(value) {
  return typeof value === 'object' && value !== null;
}
