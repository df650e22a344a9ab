import { Warning } from '../engine/codes.js';
import { isDevelopment } from '../runtime/environment.js';

/** @type {Readonly<Record<number, (detail: string) => string>>} */
const SENTENCES = Object.freeze({
  [Warning.RESOURCE]: (name) => `received a change of "${name}", but no rule matches that resource`,
  [Warning.TYPE]: (type) => `the stream sent a message of unknown type "${type}"`,
  [Warning.SERVER]: (message) => `the server of the stream reports: ${message}`,
  [Warning.REFUSED]: () => 'the stream stopped; see channel.error for the reason',
  [Warning.FIELD]: (name) =>
    `a change of "${name}" has a field that its rule cannot cast with :number or :string, or that makes the key too long`,
  [Warning.CAST]: (name) =>
    `a rule for "${name}" matched no query because a cast is missing: the keys hold 42 and the change '42', ` +
    'or the reverse. Write $field:number or $field:string in the rule',
  [Warning.EPOCH]: () =>
    "an answer's Tidemark-As-Of is of an epoch that the stream never had, so it is ignored. It must be asOf() of " +
    'the hub that the client is connected to, or of a hub with the same backplane',
});

/**
 * Logs each of the core's warnings once, in development.
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
