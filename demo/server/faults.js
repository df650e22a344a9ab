/**
 * The demo's ways to go wrong on purpose. A page asks for a refusal or a delay in headers of
 * its own request, so that two people who try the demo at once do not trip over each other;
 * cutting sockets concerns everybody.
 */
import { setTimeout as wait } from 'node:timers/promises';

/** Longest delay and longest cut that a page may ask for, in milliseconds and seconds. */
const LONGEST_DELAY = 10_000;
export const LONGEST_CUT = 60;

/** JSON schema of the headers that ask for a fault. */
export const faultHeaders = {
  'demo-delay': { type: 'integer', minimum: 0, maximum: LONGEST_DELAY },
  'demo-refuse': { type: 'string', enum: ['1'] },
};

/**
 * Answers later, if the request asks for it.
 *
 * @param {{ headers: Record<string, unknown> }} request
 */
export async function delayIfAsked(request) {
  const delay = Number(request.headers['demo-delay'] ?? 0);
  if (delay > 0) await wait(delay, undefined, { ref: false });
}

/** @param {{ headers: Record<string, unknown> }} request */
export const refusalAsked = (request) => request.headers['demo-refuse'] === '1';

/**
 * Closes every socket and lets none in for a while.
 *
 * @param {import('tidemark/hub').Hub} hub
 */
export function createSocketCutter(hub) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;

  const restore = () => {
    clearTimeout(timer);
    hub.accepting = true;
  };

  return {
    /** @param {number} seconds counted anew if sockets are cut already */
    cut(seconds) {
      restore();
      hub.accepting = false;
      hub.disconnect();
      timer = setTimeout(restore, seconds * 1000);
      timer.unref();
    },
    restore,
  };
}
