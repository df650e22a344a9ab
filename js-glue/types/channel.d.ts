/**
 * `live`: receives every change. `catching-up`: connected, requesting missed changes. `gap`: messages are
 * missing and were requested. `offline`: no socket, will reconnect. `stopped`: not connected, or refused
 * permanently.
 */
export type StreamStatus = 'live' | 'catching-up' | 'gap' | 'offline' | 'stopped';
/**
 * The status of the channel as a whole: `live` if the client receives the changes of every scope that the
 * server did not refuse. A query that depends on a refused scope is `stopped`.
 */
export type ChannelStatus = StreamStatus;

export interface ChannelOptions {
  /** `wss://…`, a path of this page's server, or a function that returns one for each connection. */
  url: string | URL | (() => string | URL);
  /**
   * Requests a ticket before each connection; the server authenticates that request. If the promise
   * rejects, the client retries it like a lost connection. The channel stops if it rejects with a
   * response or an error of status 401 or 403, or with an error whose `forGood` is true. Omit `ticket`
   * only if the server does not require sign-in.
   */
  ticket?: () => string | Promise<string>;
  /**
   * The scopes to subscribe to, such as `'project:9'`. Default none: a server with sign-in then sends no
   * changes, and development builds warn. Pass `[]` if you call `setScopes` later.
   */
  scopes?: readonly string[];
  backoff?: {
    /** ms; a reconnect waits a random time up to `min(base * 2 ** n, cap)`. Default 500. */
    base?: number;
    /** ms. Default 20,000. */
    cap?: number;
    /** Failed attempts in a row after which the channel stops; 0 for no limit. Default 0. */
    maxAttempts?: number;
    /** False: waits exactly that long, not a random part of it. Default true. */
    jitter?: boolean;
  };
  /**
   * `'events'` uses Server-Sent Events, for networks that block WebSockets: the same frames and positions,
   * with the ticket in a header. `url` must then be the hub's path followed by `/events`. A change of
   * scopes opens a new request. Default `'websocket'`.
   */
  transport?: 'websocket' | 'events';
  /** The `fetch` function for `'events'`. Default the platform's. */
  fetch?: typeof globalThis.fetch;
  /** The WebSocket class. Default the platform's; Node 20 has none. */
  WebSocket?: new (
    url: string,
  ) => unknown;
}

/** A client's connection to the stream of changes. */
export interface Channel {
  readonly status: ChannelStatus;
  /**
   * The last reason why the channel is not live, if there is one: an error of `ticket`, or one that the server
   * sent, such as an invalid ticket (4401) or a limit of the hub (1013). Null again once the channel is live or
   * closed.
   */
  readonly error: Error | null;
  /**
   * Calls the listener at the end of each turn in which the status changed; for the last time when the
   * channel is closed. Returns a function that unsubscribes.
   */
  subscribe(listener: (status: ChannelStatus) => void): () => void;
  /**
   * Subscribes to these scopes and unsubscribes from all others. The client cannot know what changed in an
   * added scope before: it marks the queries that depend on the scope and refetches the active ones. Queries
   * that declare `scopes` are affected only by their own.
   */
  setScopes(scopes: readonly string[]): void;
  /**
   * Replaces the `ticket` function from the next connection on. It must be for the same user; for another
   * user call `client.signOut()` first.
   */
  setTicket(ticket: () => string | Promise<string>): void;
  /** Reconnects at once, also after the channel stopped. Throws if the channel is closed. */
  reconnect(): void;
  /** Disconnects and closes the channel. The client may then open a new one. */
  close(): void;
}
