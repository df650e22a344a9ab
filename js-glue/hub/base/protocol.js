import { isUtf8 } from 'node:buffer';
import { hasMoreValues, parseStrict } from './strict-json.js';

/** @typedef {import('../index.js').HubPosition} HubPosition */
/** @typedef {import('../log/log.js').LogEntry} LogEntry */

export const VERSION = 1;

/** Objects and arrays inside each other, counted from the frame itself. */
export const MAX_DEPTH = 32;

/** Members of an object that clients read: src/json.h. */
export const MAX_MEMBERS = 1024;

/** A change sits at most this far down: frame, list of messages, message. */
export const ENVELOPE_DEPTH = 3;

/** What a frame has around a change, or around a list of scopes, is no longer than this in bytes. */
export const ENVELOPE_BYTES = 256;

/** Close codes. A client stops for good at 4400 and 4403, and comes back after any other. */
export const CLOSE = Object.freeze({
  goingAway: 1001,
  tooManyMessages: 1008,
  serviceRestart: 1012,
  tryAgainLater: 1013,
  protocolError: 4400,
  notSignedIn: 4401,
});

/** Scope names go into error frames and logs: no control characters, and of bounded length. */
const SCOPE = /^[^\p{Cc}\p{Cs}]{1,128}$/u;

/** @param {unknown} scope @returns {scope is string} */
export function isScope(scope) {
  return typeof scope === 'string' && SCOPE.test(scope);
}

/**
 * @typedef {{ type: 'auth', ticket: string | null }
 *   | { type: 'subscribe', scopes: string[], resume: HubPosition | null }
 *   | { type: 'pong' }
 *   | { type: 'unknown' }} ClientFrame
 *
 * `dropped`: nobody's meaning can be read from it, it is counted and the socket lives.
 * `refused`: it is a message of this protocol, told wrongly: the peer speaks something else.
 * @typedef {{ frame: ClientFrame } | { dropped: string } | { refused: string }} Decoded
 */

/** Values and keys of a client's frame beside its scopes. */
const OTHER_VALUES = 256;

/** How a subscribe begins that was not read. */
const SUBSCRIBE = /^\s*\{\s*"type"\s*:\s*"subscribe"/;

/**
 * @param {Buffer} bytes
 * @param {boolean} isBinary
 * @param {number} maxScopes
 * @returns {Decoded}
 */
export function decodeClientFrame(bytes, isBinary, maxScopes) {
  if (isBinary) return { dropped: 'binary frame' };
  if (!isUtf8(bytes)) return { dropped: 'bad UTF-8' };
  const text = bytes.toString('utf8');
  if (hasMoreValues(text, maxScopes + OTHER_VALUES)) {
    // A client that is not answered would ask the same again and again.
    return SUBSCRIBE.test(text)
      ? { refused: `a connection must have at most ${maxScopes} scopes` }
      : { dropped: 'too many values' };
  }
  const parsed = parseStrict(text, MAX_DEPTH);
  if ('problem' in parsed) return { dropped: parsed.problem };
  const { value } = parsed;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { dropped: 'not an object' };
  }
  return decodeMessage(/** @type {Record<string, unknown>} */ (value));
}

/**
 * Reads fields by fixed names only, so no key a client invents is ever looked up or copied.
 *
 * @param {Record<string, unknown>} message
 * @returns {Decoded}
 */
export function decodeMessage(message) {
  switch (message.type) {
    case 'auth':
      return decodeAuth(message);
    case 'subscribe':
      return decodeSubscribe(message);
    case 'pong':
      return { frame: { type: 'pong' } };
    default:
      return { frame: { type: 'unknown' } };
  }
}

/** @param {Record<string, unknown>} message @returns {Decoded} */
function decodeAuth({ v, ticket }) {
  if (v !== VERSION) return { refused: `unknown protocol version; v must be ${VERSION}` };
  return { frame: { type: 'auth', ticket: typeof ticket === 'string' ? ticket : null } };
}

/** @param {Record<string, unknown>} message @returns {Decoded} */
function decodeSubscribe({ scopes, resume }) {
  if (!Array.isArray(scopes) || !scopes.every(isScope)) {
    return { refused: 'scopes must be an array of strings of 1 to 128 characters' };
  }
  const unique = [...new Set(scopes)];
  return { frame: { type: 'subscribe', scopes: unique, resume: decodePosition(resume) } };
}

/**
 * A position that makes no sense is none: the client marks everything and is well again. Closing
 * would stop for good a client whose stored position went bad.
 *
 * @param {unknown} value
 * @returns {HubPosition | null}
 */
function decodePosition(value) {
  if (typeof value !== 'object' || value === null) return null;
  const { epoch, seq } = /** @type {Record<string, unknown>} */ (value);
  if (typeof epoch !== 'string' || typeof seq !== 'number') return null;
  return Number.isSafeInteger(seq) && seq >= 0 ? { epoch, seq } : null;
}

/**
 * @param {HubPosition} position
 * @param {import('./limits.js').HubLimits} limits
 * @param {boolean} hears whether the hub hears of what is committed now
 */
export function encodeHello({ epoch, seq }, { pingMs, windowCount }, hears) {
  const source = hears ? undefined : false;
  const fields = { type: 'hello', v: VERSION, epoch, seq, ping: pingMs, window: windowCount };
  return JSON.stringify({ ...fields, source });
}

/**
 * @param {HubPosition} position
 * @param {boolean} recovered
 * @param {string[]} messages texts of change frames, spliced in as they are
 */
export function encodeSubscribed({ epoch, seq }, recovered, messages) {
  const head = JSON.stringify({ type: 'subscribed', epoch, seq, recovered });
  return `${head.slice(0, -1)},"messages":[${messages.join(',')}]}`;
}

/**
 * @param {number} seq the last one this subscriber was sent
 * @param {boolean} hears see encodeHello
 */
export function encodePing(seq, hears) {
  return hears ? `{"type":"ping","seq":${seq}}` : `{"type":"ping","seq":${seq},"source":false}`;
}

/**
 * @param {string[]} scopes
 * @param {string} reason
 * @param {HubPosition & { prev?: number }} [position] where the stream then stands; `prev`, as in a
 *   change: the last seq this subscriber was sent, if the reset stands for one change
 */
export function encodeReset(scopes, reason, position) {
  const { epoch, seq, prev } = position ?? {};
  return JSON.stringify({ type: 'reset', epoch, seq, prev, scopes, reason });
}

/**
 * A client comes back at a random time from `after` on, less than `spread` later.
 *
 * @param {{ after: number, spread: number }} times in milliseconds
 */
export function encodeGoodbye({ after, spread }) {
  return JSON.stringify({ type: 'goodbye', after, spread });
}

/** How the frames begin that tell a client where it then stands; `hello` is none of them. */
const STANDING = /^\{"type":"[a-z_]+","epoch":"([^"]+)","seq":(\d+)/;

/** @param {string} frame of this file's @returns {string | null} `<epoch>:<seq>` */
export function positionOf(frame) {
  const found = STANDING.exec(frame);
  return found && `${found[1]}:${found[2]}`;
}

/** @param {string} code @param {string} message @param {string[]} scopes the ones it is about */
export function encodeError(code, message, scopes) {
  return JSON.stringify({ type: 'error', code, message, scopes });
}

/**
 * @param {string} epoch
 * @param {number} seq
 * @param {number} prev
 * @param {string} data
 */
export function encodeChange(epoch, seq, prev, data) {
  return `{"type":"cache_invalidate","epoch":"${epoch}","seq":${seq},"prev":${prev},"data":${data}}`;
}

const NO_FRAME = Buffer.alloc(0);

/**
 * The frames of one change for many subscribers. They differ in `prev` only, and most subscribers
 * were last told the same one, so the last encoding usually serves the next subscriber as well.
 */
export class ChangeFrames {
  #prev = -1;
  #frame = NO_FRAME;

  /** @param {string} epoch @param {LogEntry & { data: string }} entry */
  constructor(epoch, entry) {
    this.epoch = epoch;
    this.entry = entry;
  }

  /** @param {number} prev */
  after(prev) {
    if (prev !== this.#prev) {
      this.#frame = Buffer.from(encodeChange(this.epoch, this.entry.seq, prev, this.entry.data));
      this.#prev = prev;
    }
    return this.#frame;
  }
}
