import { Warning } from '../engine/codes.js';
import { isDevelopment } from '../runtime/environment.js';

/** @type {Readonly<Record<number, (detail: string) => string>>} */
const SENTENCES = Object.freeze({
  [Warning.RESOURCE]: (name) => `a change of "${name}" came, but no rule is about that resource`,
  [Warning.TYPE]: (type) => `the stream sent a message of the unknown type "${type}"`,
  [Warning.SERVER]: (message) => `the stream's server reports: ${message}`,
  [Warning.REFUSED]: () => 'the stream stopped; channel.error says why',
  [Warning.FIELD]: (name) =>
    `a rule about "${name}" needs a field as a number or as text, and the change has another value`,
  [Warning.CAST]: (name) =>
    `a rule about "${name}" matched no query, but would if 42 were '42' or '42' were 42: ` +
    'write $field:number or $field:string in its key',
  [Warning.EPOCH]: () =>
    'an answer says a position (Tidemark-As-Of) that is of no epoch of the stream, so it says nothing; ' +
    'it must be asOf() of the hub that the client is connected to, or of one with the same backplane',
});

/**
 * Says each of the core's warnings once, in development.
 *
 * @returns {(warning: number, detail: string) => void} takes one of Warning
 */
export function createWarner() {
  /** @type {Set<string>} */
  const said = new Set();
  return (warning, detail) => {
    const text = `tidemark: ${SENTENCES[warning]?.(detail) ?? detail}`;
    if (said.has(text) || !isDevelopment()) return;
    said.add(text);
    console.warn(text);
  };
}
