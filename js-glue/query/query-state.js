import { State } from '../engine/codes.js';
import { streamStatusName } from '../engine/stream-status.js';

/** @import { Query } from './query.js' */
/** @import { AnyQueryState } from '../types/internal.js' */

/** @type {Readonly<Record<number, 'pending' | 'success' | 'error'>>} */
const STATUS = Object.freeze({
  [State.STATUS_PENDING]: 'pending',
  [State.STATUS_SUCCESS]: 'success',
  [State.STATUS_ERROR]: 'error',
});
/** @type {Readonly<Record<number, 'idle' | 'fetching' | 'paused'>>} */
const FETCH_STATUS = Object.freeze({
  [State.FETCH_STATUS_IDLE]: 'idle',
  [State.FETCH_STATUS_FETCHING]: 'fetching',
  [State.FETCH_STATUS_PAUSED]: 'paused',
});

/** Over STREAM_SHIFT. */
const STREAM_MASK = 7;

/** @param {number} bits of State */
export function statusOf(bits) {
  return STATUS[bits & State.STATUS_MASK];
}

/** @param {number} bits of State */
export function fetchStatusOf(bits) {
  return FETCH_STATUS[bits & State.FETCH_STATUS_MASK];
}

/** Whether what is shown is live. @param {number} bits of State */
export function streamStatusOf(bits) {
  return streamStatusName((bits >> State.STREAM_SHIFT) & STREAM_MASK);
}

/** Failed tries of the fetch in flight, or of the last one. @param {number} bits of State */
export function failuresOf(bits) {
  return bits >>> State.FAILURES_SHIFT;
}

/**
 * The public state of a query: what the core says of it, and what is held of it here.
 *
 * @param {Query} query
 * @returns {AnyQueryState}
 */
export function stateOf(query) {
  const { bits } = query;
  const status = statusOf(bits);
  const failures = failuresOf(bits);
  return {
    data: query.data,
    dataUpdateCount: query.dataUpdateCount,
    dataUpdatedAt: query.dataUpdatedAt,
    error: status === 'error' ? query.error : null,
    errorUpdateCount: query.errorUpdateCount,
    errorUpdatedAt: query.errorUpdatedAt,
    fetchFailureCount: failures,
    fetchFailureReason: failures > 0 ? query.failureReason : null,
    fetchStatus: fetchStatusOf(bits),
    isInvalidated: (bits & State.INVALIDATED) !== 0,
    status,
  };
}
