/**
 * `live`: every change arrives. `catching-up`: asking what was missed. `gap`: something was missed
 * and is asked for. `offline`: no socket, waiting. `stopped`: not asked for, or refused for good.
 */
export type StreamStatus = 'live' | 'catching-up' | 'gap' | 'offline' | 'stopped';
/**
 * Of a channel as a whole: live if the server tells what changes in every scope that it did not
 * refuse. A query that depends on a refused one is `stopped`.
 */
export type ChannelStatus = StreamStatus;

export interface ChannelOptions {
  /** `wss://…`, a path of this page, or a function that gives one for each connection. */
  url: string | URL | (() => string | URL);
  /**
   * Gets a ticket before each connection, with a request that the server authenticates. If it
   * rejects, it is tried again like any lost connection; with the response, or an error, of
   * status 401 or 403, or with an error whose `forGood` is true, the channel stops. Without it the
   * server signs nobody in.
   */
  ticket?: () => string | Promise<string>;
  /**
   * Parts of the stream to hear of, such as `'project:9'`. Default none: a server that
   * signs in then says nothing, which is warned of in development; `[]` if `setScopes` follows.
   */
  scopes?: readonly string[];
  backoff?: {
    /** ms; a reconnect waits a random time up to `min(base * 2 ** n, cap)`. Default 500. */
    base?: number;
    /** ms. Default 20,000. */
    cap?: number;
    /** Connections tried in a row before the channel stops; 0 for no end. Default 0. */
    maxAttempts?: number;
    /** False: waits exactly that long. Default true. */
    jitter?: boolean;
  };
  /**
   * `'events'` reads Server-Sent Events, for networks that let no WebSocket through: the same frames and
   * positions, with the ticket in a header. `url` is then the hub's path with `/events` behind it. A
   * change of scopes opens another request. Default `'websocket'`.
   */
  transport?: 'websocket' | 'events';
  /** What to make requests of `'events'` with. Default the platform's. */
  fetch?: typeof globalThis.fetch;
  /** The class to make sockets of. Default the platform's; Node 20 has none. */
  WebSocket?: new (
    url: string,
  ) => unknown;
}

/** A client's connection to the stream of changes. */
export interface Channel {
  readonly status: ChannelStatus;
  /**
   * Why it is not live, if something said so: the ticket's error, or the server's, which may be that the
   * ticket is not good (4401), or the limit of the hub that was reached (1013). The last one said, until the channel is live again or closed.
   */
  readonly error: Error | null;
  /**
   * Listeners are called at the end of a turn in which the status changed, last when the channel is
   * closed. Returns how to stop.
   */
  subscribe(listener: (status: ChannelStatus) => void): () => void;
  /**
   * Hears of these parts of the stream from now on, and of no others. Nobody knows what an added one
   * told before: what depends on it is marked, and refetched where somebody looks. Queries that
   * declare `scopes` are spared what does not concern them.
   */
  setScopes(scopes: readonly string[]): void;
  /**
   * Gets its tickets in another way, from the next connection on: for the same user. For another one
   * `client.signOut()` first.
   */
  setTicket(ticket: () => string | Promise<string>): void;
  /** Connects anew, at once; also after it stopped. Throws once it is closed. */
  reconnect(): void;
  /** Disconnects for good. The client may then connect again. */
  close(): void;
}
