import { StreamStatus } from './codes.js';

/** @import { StreamStatus as StreamStatusName } from '../types/channel.js' */

/** @type {Readonly<Record<number, StreamStatusName>>} */
const NAMES = Object.freeze({
  [StreamStatus.STOPPED]: 'stopped',
  [StreamStatus.OFFLINE]: 'offline',
  [StreamStatus.CATCHING_UP]: 'catching-up',
  [StreamStatus.GAP]: 'gap',
  [StreamStatus.LIVE]: 'live',
});

/** @param {number} code StreamStatus */
export function streamStatusName(code) {
  return NAMES[code];
}
