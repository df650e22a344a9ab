/** The server said no, in words meant for people. */
export class ApiError extends Error {
  /** @param {number} status @param {string} message */
  constructor(status, message) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
  }
}

/** The page is switched to offline, so nothing was sent. */
export class OfflineError extends Error {
  constructor() {
    super('offline');
    this.name = 'OfflineError';
  }
}

/**
 * @param {unknown} error whatever a request threw
 * @returns {string} a sentence for the person who asked for it
 */
export function sentenceFor(error) {
  if (error instanceof ApiError) return error.message;
  if (error instanceof OfflineError)
    return 'You are offline, so nothing was sent. Try again later.';
  if (error instanceof Error && error.name === 'TimeoutError') {
    return 'The clinic’s server did not answer in time. Please check before you try again.';
  }
  if (error instanceof TypeError) {
    return 'The clinic’s server cannot be reached. Check your connection and try again.';
  }
  return 'Something unexpected went wrong. Please try again.';
}
