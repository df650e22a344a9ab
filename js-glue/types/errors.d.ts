/**
 * What went wrong. By HTTP status: `unauthorized` 401, `forbidden` 403, `notFound` 404 and 410,
 * `conflict` 409 and 412, `invalid` 400 and 422, `tooMany` 429, `timeout` 408 and 504, `server` any
 * other 5xx, `refused` any other 4xx. Without a status: `network` if the server cannot be reached,
 * `offline` if the browser is offline, `timeout`, `cancelled`, otherwise `unknown`.
 */
export type ErrorKind =
  | 'offline'
  | 'network'
  | 'timeout'
  | 'cancelled'
  | 'unauthorized'
  | 'forbidden'
  | 'notFound'
  | 'conflict'
  | 'invalid'
  | 'tooMany'
  | 'refused'
  | 'server'
  | 'unknown';

/** The details of an error. */
export interface ErrorDetails {
  kind: ErrorKind;
  error: unknown;
  /** HTTP. */
  status?: number;
  /** The server's own message, if it is a sentence. */
  serverMessage?: string;
  /** ms that the server asks the client to wait. */
  retryAfter?: number;
}

export type ErrorSentences = Record<ErrorKind, string | ((details: ErrorDetails) => string)>;

/**
 * A sentence about the error for the user. If the server refused the request and gave a reason, it is the server's
 * own message, from the body of the response (`error.body`, `error.data`, `error.response.data`) or from the message
 * of an error with a `status`. Otherwise it is an English sentence, or yours. A function overrides both:
 *
 * ```ts
 * const describe = (error: unknown) => describeError(error, {
 *   offline: 'Sie sind offline.',
 *   conflict: 'Jemand war schneller.', // if the server does not say more
 *   tooMany: ({ retryAfter = 1000 }) => `Bitte warten Sie ${retryAfter / 1000} s.`,
 * });
 * ```
 *
 * It recognises errors of `fetch`, Axios, ky, ofetch and Node, also as the `cause` of another error.
 */
export declare function describeError(error: unknown, sentences?: Partial<ErrorSentences>): string;

/** The kind of an error, for use in code. */
export declare function errorKind(error: unknown): ErrorKind;
