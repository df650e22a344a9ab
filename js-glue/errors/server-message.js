import { member, textMember } from '../runtime/member.js';
import { statusOf } from './error-kind.js';

/** Longer ones are pages or stack traces. Characters. */
const LONGEST = 300;

/** Words that only name the status. */
const STATUS_PHRASES = new Set([
  'bad request',
  'conflict',
  'forbidden',
  'gone',
  'method not allowed',
  'not found',
  'payload too large',
  'precondition failed',
  'unprocessable content',
  'unprocessable entity',
]);

/**
 * What the server itself said, in words for a person, if an error carries it: in the body of the
 * answer (`body`, `data` or `response.data`, as text or under `message`, `detail`, `title` or `error`),
 * or as the message of an error that has a `status`.
 *
 * @param {unknown} error
 * @returns {string | undefined}
 */
export function serverMessage(error) {
  const body =
    member(error, 'body') ?? member(error, 'data') ?? member(member(error, 'response'), 'data');
  return [...candidates(body), ownMessage(error)].find(isSentence)?.trim();
}

/** @param {unknown} body @returns {unknown[]} */
function candidates(body) {
  if (typeof body !== 'object' || body === null) return [body];
  const inner = member(body, 'error');
  const outer = ['message', 'detail', 'title'].map((name) => member(body, name));
  return [...outer, member(inner, 'message'), inner];
}

/** HTTP libraries write the status into theirs, which is no sentence for a person. @param {unknown} error */
function ownMessage(error) {
  const status = statusOf(error);
  if (status === undefined || member(error, 'response')) return undefined;
  const message = textMember(error, 'message');
  return message.includes(String(status)) ? undefined : message;
}

/** @param {unknown} text @returns {text is string} */
function isSentence(text) {
  if (typeof text !== 'string') return false;
  const words = text.trim();
  return (
    words !== '' &&
    words.length <= LONGEST &&
    !words.startsWith('<') &&
    !STATUS_PHRASES.has(words.toLowerCase())
  );
}
