import { describeError } from 'tidemark';

/** The server said no, in words meant for people. */
export class ApiError extends Error {
  /** @param {number} status @param {string} [message] */
  constructor(status, message) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
  }
}

/**
 * Where the clinic says it in its own words.
 *
 * @type {Partial<import('tidemark').ErrorSentences>}
 */
const SENTENCES = {
  offline: 'You are offline, so nothing was sent. Try again later.',
  network: 'The clinic’s server cannot be reached. Check your connection and try again.',
  timeout: 'The clinic’s server did not answer in time. Please check before you try again.',
  server: ({ serverMessage }) =>
    serverMessage ?? 'The clinic’s server has a problem. Please try again in a moment.',
};

/**
 * @param {unknown} error whatever a request threw
 * @returns {string} a sentence for the person who asked for it
 */
export const sentenceFor = (error) => describeError(error, SENTENCES);
