/**
 * What went wrong. By HTTP status: `unauthorized` 401, `forbidden` 403, `notFound` 404 and 410,
 * `conflict` 409 and 412, `invalid` 400 and 422, `tooMany` 429, `timeout` 408 and 504, `server` any
 * other 5xx, `refused` any other 4xx. Without one: `network` for a server that cannot be reached,
 * `offline` if the page knows why, `timeout`, `cancelled`; else `unknown`.
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

/** What is known of an error. */
export interface ErrorDetails {
  kind: ErrorKind;
  error: unknown;
  /** HTTP. */
  status?: number;
  /** What the server itself said, if that is a sentence. */
  serverMessage?: string;
  /** ms that the server asked to wait. */
  retryAfter?: number;
}

export type ErrorSentences = Record<ErrorKind, string | ((details: ErrorDetails) => string)>;

/**
 * A sentence for the person who asked: the server's own words where it refused and said why, in the
 * body of its answer (`error.body`, `error.data`, `error.response.data`) or as the message of an error
 * with a `status`; else an English one for what went wrong, or yours. A function decides by itself:
 *
 * ```ts
 * const describe = (error: unknown) => describeError(error, {
 *   offline: 'Sie sind offline.',
 *   conflict: 'Jemand war schneller.', // if the server does not say more
 *   tooMany: ({ retryAfter = 1000 }) => `Bitte warten Sie ${retryAfter / 1000} s.`,
 * });
 * ```
 *
 * Errors of `fetch`, Axios, ky, ofetch and Node are known, also as the `cause` of others.
 */
export declare function describeError(error: unknown, sentences?: Partial<ErrorSentences>): string;

/** What went wrong, for programs. */
export declare function errorKind(error: unknown): ErrorKind;
