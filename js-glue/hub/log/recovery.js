import { encodeChange } from '../base/protocol.js';

/** @typedef {import('./log.js').LogEntry & { data: string }} Missed */

/**
 * @typedef {object} Recovery
 * @property {string[]} messages change frames for the list in `subscribed`
 * @property {number} seq how far a client is that has applied the list
 * @property {Missed[]} rest what did not fit, to follow as ordinary frames
 */

/**
 * What a client that comes back has missed of its scopes.
 *
 * @param {object} options
 * @param {import('./log.js').Log} options.log
 * @param {import('../index.js').HubPosition} options.resume
 * @param {ReadonlySet<string>} options.scopes
 * @param {import('../index.js').HubLimits} options.limits
 * @returns {Recovery | null} null if it has to mark everything: what it missed is not known, or is
 *   more than may wait for a client at once, which would close it as a slow reader again and again
 */
export function planRecovery({ log, resume, scopes, limits }) {
  const missed = log.since(resume, scopes);
  if (missed === null) return null;
  const waiting = missed.reduce((sum, { data }) => sum + Buffer.byteLength(data), 0);
  if (waiting > limits.bufferedBytes / 2) return null;

  const messages = [];
  let bytes = 0;
  let { seq } = resume;
  for (const entry of missed) {
    const message = encodeChange(log.epoch, entry.seq, seq, entry.data);
    bytes += Buffer.byteLength(message) + 1;
    if (bytes > limits.recoveryBytes) return { messages, seq, rest: missed.slice(messages.length) };
    messages.push(message);
    seq = entry.seq;
  }
  return { messages, seq: log.seq, rest: [] };
}
