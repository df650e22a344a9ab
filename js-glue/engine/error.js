/** An error of the core: `code` is one of ErrorCode, the message says what was wrong. */
export class TidemarkError extends Error {
  /** @param {number} code @param {string} message */
  constructor(code, message) {
    super(message);
    this.name = 'TidemarkError';
    this.code = code;
  }
}
