import type { Server } from 'node:http';

/** The user that a ticket was issued to. Two users are the same if their values, or their `id`s, are equal. */
export type HubUser = string | number | { readonly id: string | number };

/** A position in the hub's stream of changes. Positions of different epochs cannot be compared. */
export interface HubPosition {
  /** Random; a new epoch starts whenever changes may have been missed. Letters, digits, `-`, `_`. */
  readonly epoch: string;
  /** A whole number that grows by one with each change and never decreases while the process lives. */
  readonly seq: number;
}

/**
 * A change: resource, id and action. All fields except `scope`, `scopes` and `notify_id` are sent to the
 * clients that subscribe to one of its scopes. Numbers are sent as IEEE doubles. A BigInt, as ORMs return for
 * 64-bit ids, is sent as a string at any depth: `10n` as `"10"`.
 */
export interface HubChange {
  readonly resource: string;
  readonly id?: string | number | bigint | null;
  readonly action?: string;
  /** Only subscribers of one of these scopes receive the change. */
  readonly scope?: string;
  readonly scopes?: readonly string[];
  /** The row, for rules that patch. Omitted if the frame would exceed `frameBytes`. */
  readonly row?: unknown;
  /**
   * The id of the mutation that caused the change, as the client sent it with its request. Omitted if it is longer
   * than 128 UTF-16 code units.
   */
  readonly mutation?: string;
  /**
   * Several changes that share the outer fields; each is handled as if it had been sent alone. All of them have the
   * outer scopes; a `scope` or `scopes` of a single one is ignored.
   */
  readonly changes?: readonly { readonly [field: string]: unknown }[];
  readonly [field: string]: unknown;
}

/** Anything in these scopes may have changed, for example after an import: their subscribers refetch. */
export interface HubReset {
  readonly reset: true;
  readonly scope?: string;
  readonly scopes?: readonly string[];
}

/** How a source reports to its hub. None of the three methods ever throws. */
export interface HubSink {
  /** A committed change, as JSON text. Malformed input is dropped, counted and reported once. */
  change(payload: string): void;
  /** Changes may be missed from now on. No client of the hub is `live` until `restored` is called. */
  lost(reason: string): void;
  /** The source receives changes again. Call it after listening has started, never before: a new epoch begins. */
  restored(): void;
}

/**
 * A source of changes. It calls `sink.change` in the order of commits and reconnects by itself after a
 * loss.
 */
export interface HubSource {
  /** Resolves once no later commit can be missed. Rejects if that is impossible. */
  start(sink: HubSink): Promise<void>;
  /** Called once, even if `start` failed or is still running. The source reports nothing afterwards. */
  close(): Promise<void>;
}

/** How a backplane reports to its hub. None of these methods ever throws. */
export interface HubBackplaneSink {
  /** The position of this hub. */
  position(): HubPosition;
  /** The log continues from this position; earlier changes are unknown. */
  begin(position: HubPosition): void;
  /**
   * The next change. `at` is when a hub received it, in milliseconds of the wall clock; null if this hub was not
   * running then.
   */
  enter(entry: { scopes: string[]; data: string | null; at: number | null }): void;
  /** This hub is now the leader, which publishes what its source reports. There was no leader for `idleMs`. */
  lead(idleMs: number): void;
  /** This hub is not the leader, or no longer. */
  follow(): void;
  /**
   * Whether this hub receives every change of the leader's source from now on; initially true. Call it after the
   * missed changes. False while the backplane cannot be reached or has no leader.
   */
  hears(now: boolean): void;
  /** The connection is lost: no changes arrive until the backplane has reconnected, which it does by itself. */
  lost(reason: string): void;
}

/** One stream of changes for several hubs. `redisBackplane` of `tidemark/hub/redis` creates one. */
export interface HubBackplane {
  /** Resolves once the hub has received everything that the log still has. */
  start(sink: HubBackplaneSink, windowCount: number): Promise<void>;
  /** Appends a change to the log. If `fromSource` is true, only the leader's changes count. */
  append(change: { scopes: string[]; data: string | null; fromSource?: boolean }): void;
  /** Starts a new epoch; for a leader that does not know which changes came before. */
  newEpoch(): void;
  /** This hub's source works, so the hub may lead. Resolves once it is known whether it does. */
  campaign(): Promise<void>;
  resign(): Promise<void>;
  /**
   * Stores a ticket for all hubs, for `ageMs`; only the last `count` tickets of its owner stay valid. Resolves with
   * the number of older, unused ones that it discarded. A client whose ticket is not found requests a new one.
   */
  keepTicket(
    hash: string,
    user: string,
    ageMs: number,
    share: { readonly owner: string; readonly count: number },
  ): Promise<number>;
  /** Takes a ticket, which no hub finds afterwards. Rejects if it is unknown whether the ticket exists. */
  takeTicket(hash: string): Promise<string | null>;
  /** Called once, even if `start` failed or is still running. */
  close(): Promise<void>;
}

/** Defaults: see `DEFAULT_LIMITS`. …Ms are milliseconds, …Bytes are bytes, all others are counts. */
export interface HubLimits {
  /** A longer frame from a client closes its socket with 1009. The hub sends no longer frames either. */
  frameBytes: number;
  /** Sockets, signed in or not. The next one is closed with 1013. */
  connections: number;
  /** Sockets of one user. The next one is closed with 1013 after it signed in. */
  connectionsPerUser: number;
  /**
   * Sockets of one address that have not signed in; an IPv6 /64 counts as one address. The next one is closed
   * with 1013. Default a tenth of `connections`. Behind a proxy, set `trustProxy`.
   */
  pendingPerAddress: number;
  /** Bytes that a socket may send while its ticket is being checked. More bytes close it with 1008. */
  heldBytes: number;
  /** Frames from one socket in one minute. The next one closes it with 1008. */
  messagesPerMinute: number;
  /** Scopes of one socket. A subscribe with more closes the socket with 4400. */
  scopesPerConnection: number;
  /** Changes of one scope in a second. Further ones become one `reset` of the scope at the end of the second. */
  changesPerSecond: number;
  /**
   * Tickets that are neither used nor expired; with a backplane, tickets that are on their way to it. At the limit
   * `issueTicket` throws.
   */
  tickets: number;
  /**
   * Valid tickets of one user: at the limit, a new ticket invalidates the oldest. With a backplane, over all hubs.
   * Default twice `connectionsPerUser`.
   */
  ticketsPerUser: number;
  /** Lifetime of a ticket; at most 60,000. */
  ticketMs: number;
  /** Time until the first frame, which must be `auth`; after that the socket is closed with 4401. */
  authMs: number;
  /** Time for `authorize` to answer; after that the socket is closed with 1013. */
  authorizeMs: number;
  /** Interval at which `authorize` checks the scopes of a socket again. */
  recheckRightsMs: number;
  /** Time between pings. */
  pingMs: number;
  /** A socket that sends nothing for `pingMs + slackMs` is cut. */
  slackMs: number;
  /** Time for a client to answer a close frame; after that the socket is cut. */
  closeMs: number;
  /**
   * With a backplane: a hub that becomes the leader publishes again what its source reported within this time.
   * Must be longer than it takes to detect that a source went silent.
   */
  replayMs: number;
  /** Changes kept for clients that resume. */
  windowCount: number;
  /** Older changes are dropped even if there is room. */
  windowAgeMs: number;
  /** Size of the list of missed changes in `subscribed`; further ones follow as ordinary frames. */
  recoveryBytes: number;
  /** Unsent bytes for one socket. A socket with more is closed with 1013. */
  bufferedBytes: number;
}

export const DEFAULT_LIMITS: Readonly<HubLimits>;

/** Time in milliseconds since any fixed point. It should not jump when the wall clock is set. */
export interface HubClock {
  now(): number;
  setTimeout(callback: () => void, ms: number): unknown;
  /** Accepts what `setTimeout` returned, even after the timer fired, and undefined. */
  clearTimeout(timer: unknown): void;
}

export interface HubOptions {
  /** Without a source, changes come only from `publish`. The hub starts and closes the source. */
  readonly source?: HubSource;
  /**
   * Gives several hubs one stream, so that a client can resume at any of them. All hubs may have the same source:
   * only the leader publishes what it reports. The hub starts and closes the backplane.
   */
  readonly backplane?: HubBackplane;
  /**
   * Decides whether this user may subscribe to this scope. Called at each subscribe, and again every
   * `recheckRightsMs`. Only `true` allows it. If it throws, rejects or is late, the socket is closed with 1013 and
   * the client reconnects later.
   */
  readonly authorize: (user: HubUser, scope: string) => boolean | Promise<boolean>;
  /**
   * The origins whose pages may connect, exactly as browsers send them, such as `https://app.example` or
   * `http://localhost:3000`. `no-origin` also allows clients without an Origin header. Those are programs, which
   * could send any Origin anyway.
   */
  readonly origins: readonly string[];
  /**
   * The proxies in front of this server: IP addresses, ranges such as `10.0.0.0/8`, or `unix` for a proxy that
   * connects through a Unix socket. The hub takes the address of a client, for `limits.pendingPerAddress`, from what
   * they append to `X-Forwarded-For`. Default none: the address is that of the TCP connection, so all clients behind
   * a proxy share one.
   */
  readonly trustProxy?: readonly string[];
  readonly limits?: Partial<HubLimits>;
  /** The scope of a change that names none. Without a default scope such a change is dropped. */
  readonly defaultScope?: string;
  readonly clock?: HubClock;
  /**
   * Called for dropped changes, once per kind; for the first ten origins that were answered 403; for a lost source;
   * and for each limit that refused something, at most once a minute. Default: `process.emitWarning`.
   */
  readonly onWarning?: (message: string) => void;
}

/** A connection, as `disconnect` passes it to its predicate. */
export interface HubPeer {
  /** null before sign-in. */
  readonly user: HubUser | null;
  readonly scopes: readonly string[];
}

/** Counters since the hub was created. */
export interface HubCounters {
  /** Sockets opened. */
  upgrades: number;
  /** Upgrades answered 403. */
  refusedOrigins: number;
  /** Upgrades refused because of too many connections, `accepting`, or a source that is not listening yet. */
  refusedBusy: number;
  /** Refused because of `connectionsPerUser`. */
  refusedUsers: number;
  /** Refused because of `pendingPerAddress`. */
  refusedAddresses: number;
  /** Tickets discarded because of `ticketsPerUser`. */
  discardedTickets: number;
  /** Sockets closed because of `heldBytes`. */
  heldTooMuch: number;
  signIns: number;
  /** Sockets closed with 4401. */
  refusedSignIns: number;
  /** Frames from clients that are not a JSON object, not UTF-8, binary, too deep, or ambiguous. */
  badFrames: number;
  /** Well-formed frames of an unknown type. */
  unknownFrames: number;
  /** Sockets closed with 1009. */
  oversizedFrames: number;
  /** Sockets closed with 4400. */
  protocolErrors: number;
  /** Sockets closed with 1008. */
  tooManyMessages: number;
  /** Sockets closed with 1013 because of `bufferedBytes`. */
  slowReaders: number;
  /** Sockets cut because they sent nothing for too long. */
  deadPeers: number;
  /** Changes accepted. */
  changes: number;
  /** Changes dropped: malformed, or without a scope. */
  changesDropped: number;
  /** Frames sent. */
  frames: number;
  /** Resumes answered with the missed changes. */
  recovered: number;
  /** Clients told to mark everything as stale, by a refused resume or by a `reset`. */
  resets: number;
  /** Scopes refused at a subscribe or lost later. */
  forbiddenScopes: number;
  /** New epochs after the first. */
  epochs: number;
}

export interface HubStats extends HubCounters {
  /** Sockets open now. */
  connections: number;
  /** Of them, those that have not signed in. */
  pending: number;
  /** Scopes with at least one subscriber now. */
  scopes: number;
  /** Tickets stored now; with a backplane, which stores them, those on their way to it. */
  tickets: number;
  /** Changes in the window now. */
  window: number;
  /** Bytes buffered for slow readers now. */
  bufferedBytes: number;
}

export interface HubCloseOptions {
  /** Milliseconds that clients wait before they reconnect. Default 0. */
  readonly after?: number;
  /** Milliseconds over which they then reconnect, each at a random time. Default 0. */
  readonly spread?: number;
}

export interface Hub {
  /**
   * Resolves once the source receives what is committed; until then the hub answers upgrades with 503. Rejects if
   * the source cannot start. Await it, or Node ends the process because of the unhandled rejection.
   */
  readonly ready: Promise<void>;
  /** Sockets open now, signed in or not. */
  readonly connections: number;
  /** Set it to false to answer upgrades with 503 for a while; open sockets stay open. */
  accepting: boolean;
  /**
   * Handles upgrades on `path` (default `/tidemark`). The server's other `upgrade` listeners handle other paths; if
   * there are none, the hub answers 404. One hub may be attached to several servers, and several hubs to one server.
   *
   * `<path>/events` serves the same stream as Server-Sent Events, for networks that block WebSockets: GET with
   * `?scope=…` for each scope, `Authorization: Bearer <ticket>` and `Last-Event-ID`. Call `attach` after the server
   * has its other `request` listeners; they get every other path.
   * @throws {Error} if a hub already serves that path of the server
   */
  attach(server: Server, options?: { path?: string }): void;
  /**
   * Returns a ticket for one sign-in within `limits.ticketMs`. The application hands it out in response to an
   * authenticated request of its own, and limits the rate there. With a backplane the ticket is valid at each of its
   * hubs, and the user must be JSON.
   * @throws {TypeError} if the user is not a `HubUser`, or, with a backplane, not JSON
   * @throws {Error} with `code` `TIDEMARK_TICKETS_FULL`
   */
  issueTicket(user: HubUser): string;
  /**
   * Publishes a change from application code. Never throws, because a failing invalidation must not fail the request
   * that caused it. Returns false, and warns, if the change was dropped.
   */
  publish(change: HubChange | HubReset): boolean;
  position(): HubPosition;
  /** `<epoch>:<seq>` for the header `Tidemark-As-Of`. Call it before you read from the database. */
  asOf(): string;
  stats(): HubStats;
  /**
   * The same figures in Prometheus' text format, with a histogram of the time that changes take through the hub.
   * Serve it as `text/plain; version=0.0.4`.
   */
  metrics(): string;
  /** Cuts all sockets, or those that match, without a close frame. Returns their number. */
  disconnect(predicate?: (peer: HubPeer) => boolean): number;
  /**
   * Closes every socket, then the source. After it resolves, the hub only answers 503 on its paths, until another hub
   * uses them. With `after` or `spread`, the hub tells clients when to reconnect and closes them with 1012; otherwise
   * with 1001.
   * @throws {TypeError} if either is not a number from 0 to 150,000
   */
  close(options?: HubCloseOptions): Promise<void>;
}

/**
 * @throws {TypeError} or {RangeError} that names the invalid option and what is allowed
 */
export function createHub(options: HubOptions): Hub;

/** The part of PGlite that `pgliteSource` uses. */
export interface ListeningDatabase {
  readonly closed: boolean;
  listen(channel: string, callback: (payload: string) => void): Promise<() => Promise<void>>;
}

/**
 * Receives the changes that triggers send with `pg_notify(channel, json)` in an embedded PGlite. The caller owns the
 * database: close the hub first, then the database.
 * @throws {TypeError} if `channel` is not 1 to 63 letters, digits and `_`
 */
export function pgliteSource(db: ListeningDatabase, options?: { channel?: string }): HubSource;

export interface PostgresSourceOptions {
  /** Direct, or through a pooler in session mode. Transaction mode delivers no notifications, so it is refused. */
  readonly connectionString: string;
  /** Default `tidemark`. Case matters, as in `pg_notify`. */
  readonly channel?: string;
  /**
   * In milliseconds: the interval at which the source probes the connection with a notification to itself, and the
   * time that the answer, and then the notification, may take. A whole number from 1 to 2,147,483,647. Default
   * 15,000.
   */
  readonly probeMs?: number;
}

/**
 * Receives the changes that triggers send with `pg_notify(channel, json)` in a PostgreSQL server. Needs the package
 * `pg`. The first connection must succeed. After a later loss the source reconnects without limit, after 100 ms
 * doubling to 5 s, and a new epoch begins.
 * @throws {TypeError} if `channel` is not 1 to 63 letters, digits and `_`
 * @throws {RangeError} if `probeMs` is out of range
 */
export function postgresSource(options: PostgresSourceOptions): HubSource;
