/**
 * A request that the clinic will not carry out, with a sentence that a person understands.
 * Thrown inside a transaction it also undoes what that transaction did.
 */
export class Refusal extends Error {
  /**
   * @param {400 | 401 | 403 | 404 | 409} statusCode
   * @param {string} message a whole sentence, shown to people as it is
   */
  constructor(statusCode, message) {
    super(message);
    this.name = 'Refusal';
    this.statusCode = statusCode;
  }
}
