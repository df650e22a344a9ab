import { member } from '../runtime/member.js';
import { describingError, errorKind, statusOf } from './error-kind.js';
import { serverMessage } from './server-message.js';

/** @import { ErrorDetails, ErrorSentences } from '../types/errors.js' */

/**
 * What servers say about these is mostly written for programs, or gives their insides away: only a
 * function of the application's shows it.
 */
const NOT_ITS_WORDS = new Set(['unauthorized', 'tooMany', 'server', 'timeout', 'unknown']);

/** @type {ErrorSentences} */
const ENGLISH = {
  offline: 'You are offline. Check your connection and try again.',
  network: 'The server cannot be reached. Check your connection and try again.',
  timeout: 'The server did not answer in time. Please check before you try again.',
  cancelled: 'This was cancelled.',
  unauthorized: 'You are signed out. Please sign in again.',
  forbidden: 'You are not allowed to do this.',
  notFound: 'This does not exist any more.',
  conflict: 'Somebody else has changed this in the meantime. Please look at it again.',
  invalid: 'The server cannot accept this. Please check what you entered.',
  tooMany: ({ retryAfter }) => `Too many requests. Please try again ${soon(retryAfter)}.`,
  refused: 'The server refused this.',
  server: 'The server has a problem. Please try again in a moment.',
  unknown: 'Something unexpected went wrong. Please try again.',
};

/**
 * @param {unknown} error whatever was thrown
 * @param {Partial<ErrorSentences>} [sentences] in place of the English ones
 * @returns {string} a sentence for the person who asked
 */
export function describeError(error, sentences = {}) {
  const details = detailsOf(error);
  const sentence = sentences[details.kind] ?? ENGLISH[details.kind];
  if (typeof sentence === 'function') return sentence(details);
  return (!NOT_ITS_WORDS.has(details.kind) && details.serverMessage) || sentence;
}

/** @param {unknown} thrown @returns {ErrorDetails} */
function detailsOf(thrown) {
  const kind = errorKind(thrown);
  const { error } = describingError(thrown);
  if (kind === 'unknown') return { kind, error: thrown };
  const wanted = member(error, 'retryAfter');
  const retryAfter = typeof wanted === 'number' && Number.isFinite(wanted) ? wanted : undefined;
  const status = statusOf(error);
  return { kind, error: thrown, status, serverMessage: serverMessage(error), retryAfter };
}

/** @param {number | undefined} delay ms */
function soon(delay) {
  if (delay === undefined) return 'in a moment';
  const seconds = Math.max(1, Math.ceil(delay / 1000));
  return seconds === 1 ? 'in a second' : `in ${seconds} seconds`;
}
