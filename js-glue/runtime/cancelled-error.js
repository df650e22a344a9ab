import { isA } from './member.js';

/** Why a promise of a fetch was rejected although nothing went wrong: somebody cancelled it. */
export class CancelledError extends Error {
  /** @param {{ revert?: boolean, silent?: boolean }} [options] */
  constructor(options) {
    super('CancelledError');
    this.name = 'CancelledError';
    this.revert = options?.revert;
    this.silent = options?.silent;
  }
}

/**
 * @param {unknown} value
 * @returns {value is CancelledError}
 */
export function isCancelledError(value) {
  return isA(value, CancelledError);
}
