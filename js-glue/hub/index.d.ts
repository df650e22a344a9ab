import type { Server } from 'node:http';

/** Who a ticket was issued to. What is the same user is decided by the value or its `id`. */
export type HubUser = string | number | { readonly id: string | number };

/** How far the hub's stream of changes has come. Positions of different epochs do not compare. */
export interface HubPosition {
  /** Random; a new one whenever changes may have been missed. Letters, digits, `-`, `_`. */
  readonly epoch: string;
  /** A whole number; grows by one with each change and never goes back while the process lives. */
  readonly seq: number;
}

/**
 * "This resource, this id, this action." All fields but `scope`, `scopes` and `notify_id` reach the
 * clients that hear of one of its scopes. Numbers are IEEE doubles on the way; a BigInt,
 * as ORMs give 64-bit ids, is told as text: `10n` as `"10"`, wherever it is.
 */
export interface HubChange {
  readonly resource: string;
  readonly id?: string | number | bigint | null;
  readonly action?: string;
  /** Who hears of it: every subscriber of one of these, and nobody else. */
  readonly scope?: string;
  readonly scopes?: readonly string[];
  /** The row, for rules that patch. Left out where it makes a frame larger than `frameBytes`. */
  readonly row?: unknown;
  /**
   * The id of the mutation that caused it, as the client sent it with its request. One longer than
   * 128 UTF-16 code units is left out.
   */
  readonly mutation?: string;
  /**
   * Several changes with the fields around them in common, each as if it had been told alone. They
   * all have the scopes around them; a `scope` or `scopes` of one of them is left out.
   */
  readonly changes?: readonly { readonly [field: string]: unknown }[];
  readonly [field: string]: unknown;
}

/** "Anything in these scopes may have changed", as after an import: their subscribers look again. */
export interface HubReset {
  readonly reset: true;
  readonly scope?: string;
  readonly scopes?: readonly string[];
}

/** What a source tells its hub. None of the three ever throws. */
export interface HubSink {
  /** A committed change, as JSON text. Rubbish is counted, dropped, and warned about once. */
  change(payload: string): void;
  /** Changes may be missed from now on: until `restored` no client of the hub is `live`. */
  lost(reason: string): void;
  /** Changes are heard again. To be called after listening, never before: a new epoch begins. */
  restored(): void;
}

/**
 * Where changes come from. A source calls `sink.change` in the order of commits and finds its own
 * way back after a loss.
 */
export interface HubSource {
  /** Resolves when no later commit can be missed. Rejects when that is impossible. */
  start(sink: HubSink): Promise<void>;
  /** Called once, also when `start` failed or has not finished. Nothing is told afterwards. */
  close(): Promise<void>;
}

/** What a backplane tells its hub. None of these ever throws. */
export interface HubBackplaneSink {
  /** How far this hub has come. */
  position(): HubPosition;
  /** The log goes on from there, and what was before is not known. */
  begin(position: HubPosition): void;
  /**
   * The next change. `at` is when a hub heard of it, in the wall clock's milliseconds; null for one
   * that this hub was not there to hear of.
   */
  enter(entry: { scopes: string[]; data: string | null; at: number | null }): void;
  /** This hub is now the one to tell what its source says; nobody was for `idleMs`. */
  lead(idleMs: number): void;
  /** This hub is not, or no longer. */
  follow(): void;
  /**
   * Whether this hub hears all that any source says, from now on; it does until it is told otherwise.
   * To be told after what was missed. A backplane out of reach, or without a leader, is not heard.
   */
  hears(now: boolean): void;
  /** Changes are not told until it is found again, which it sees to. */
  lost(reason: string): void;
}

/** One stream of changes for several hubs. `redisBackplane` of `tidemark/hub/redis` gives one. */
export interface HubBackplane {
  /** Resolves when the hub is told all that the log still has. */
  start(sink: HubBackplaneSink, windowCount: number): Promise<void>;
  /** A change to be given its place. Where `fromSource` is true only the leader's count. */
  append(change: { scopes: string[]; data: string | null; fromSource?: boolean }): void;
  /** For a leader that cannot vouch for what was before. */
  newEpoch(): void;
  /** This hub's source is well, so it may lead. Resolves when it is known whether it does. */
  campaign(): Promise<void>;
  resign(): Promise<void>;
  /**
   * For all hubs to find, for `ageMs`; of this owner, the last `count` are good. Resolves with how many
   * older ones that nobody had used it discarded. A ticket that is not found is asked for anew.
   */
  keepTicket(
    hash: string,
    user: string,
    ageMs: number,
    share: { readonly owner: string; readonly count: number },
  ): Promise<number>;
  /** Takes it: nobody finds it afterwards. Rejects where it cannot be known whether it is there. */
  takeTicket(hash: string): Promise<string | null>;
  /** Called once, also when `start` failed or has not finished. */
  close(): Promise<void>;
}

/** Each has a default, see `DEFAULT_LIMITS`. …Ms are milliseconds, …Bytes bytes, others counts. */
export interface HubLimits {
  /** A longer frame from a client closes its socket with 1009; none longer is sent. */
  frameBytes: number;
  /** Sockets, signed in or not. The next one is closed with 1013. */
  connections: number;
  /** Sockets of one user. The next one is closed with 1013 after it signed in. */
  connectionsPerUser: number;
  /**
   * Sockets of one address that have not signed in; all of an IPv6 /64 are one address. The next one is
   * closed with 1013. Default a tenth of `connections`. Behind a proxy see `trustProxy`.
   */
  pendingPerAddress: number;
  /** Bytes that a socket may send while its ticket is being checked. More close it with 1008. */
  heldBytes: number;
  /** Frames from one socket in one minute. The next one closes it with 1008. */
  messagesPerMinute: number;
  /** A subscribe that names more closes the socket with 4400. */
  scopesPerConnection: number;
  /** Changes of one scope in a second. The rest becomes one `reset` of the scope at its end. */
  changesPerSecond: number;
  /**
   * Tickets neither used nor expired; with a backplane, those on their way to it. `issueTicket`
   * throws beyond.
   */
  tickets: number;
  /**
   * Of them, those of one user: beyond, the oldest is no longer good. With a backplane, the last ones
   * that any hub gave out. Default twice `connectionsPerUser`.
   */
  ticketsPerUser: number;
  /** Life of a ticket; at most 60,000. */
  ticketMs: number;
  /** Time to the first frame, which must be `auth`; then 4401. */
  authMs: number;
  /** Time for `authorize` to answer; then 1013. */
  authorizeMs: number;
  /** A socket's scopes are put to `authorize` again this long after the last time. */
  recheckRightsMs: number;
  /** Time between pings. */
  pingMs: number;
  /** A socket from which nothing was heard for `pingMs + slackMs` is cut. */
  slackMs: number;
  /** Time for a client to answer a close; then it is cut. */
  closeMs: number;
  /**
   * With a backplane: how far back a hub that takes the lead tells again what its source said. Must
   * be longer than it takes to notice that a source went silent.
   */
  replayMs: number;
  /** Changes kept for those who come back. */
  windowCount: number;
  /** Older changes are forgotten even if there is room. */
  windowAgeMs: number;
  /** Size of the list in `subscribed`; what was missed beyond follows as ordinary frames. */
  recoveryBytes: number;
  /** Unsent bytes for one socket. One that lets more pile up is closed with 1013. */
  bufferedBytes: number;
}

export const DEFAULT_LIMITS: Readonly<HubLimits>;

/** Time in milliseconds from any origin. Should not jump when the wall clock is set. */
export interface HubClock {
  now(): number;
  setTimeout(callback: () => void, ms: number): unknown;
  /** Takes what `setTimeout` gave, also when it fired already, and undefined. */
  clearTimeout(timer: unknown): void;
}

export interface HubOptions {
  /** Without one, changes come from `publish` alone. The hub starts and closes it. */
  readonly source?: HubSource;
  /**
   * For several hubs with one stream, so that a client resumes at any of them. All of them may be
   * given the same source: one tells what it says. The hub starts and closes it.
   */
  readonly backplane?: HubBackplane;
  /**
   * May this user see this scope? Asked at each subscribe, and again every `recheckRightsMs`. Only
   * `true` is a yes. If it throws, rejects or is late, the socket is closed with 1013 and the
   * client asks again later.
   */
  readonly authorize: (user: HubUser, scope: string) => boolean | Promise<boolean>;
  /**
   * The origins whose pages may connect, exactly as browsers send them, such as
   * `https://app.example` or `http://localhost:3000`. The word `no-origin` lets in clients without
   * an Origin header as well: programs, which can send any Origin they like anyway.
   */
  readonly origins: readonly string[];
  /**
   * The proxies before this server: IP addresses, ranges such as `10.0.0.0/8`, or `unix` for one that
   * connects through a Unix socket. What they append to `X-Forwarded-For` tells the address of a client,
   * for `limits.pendingPerAddress`. Default none: the address is that of the TCP connection, and all
   * clients behind a proxy share one.
   */
  readonly trustProxy?: readonly string[];
  readonly limits?: Partial<HubLimits>;
  /** Who hears of a change that names no scope. Without it such a change is dropped. */
  readonly defaultScope?: string;
  readonly clock?: HubClock;
  /**
   * Told of dropped changes, once per kind, of the first ten origins that were answered 403, and of
   * a lost source; of each limit that refused something, at most once a minute. Default:
   * `process.emitWarning`.
   */
  readonly onWarning?: (message: string) => void;
}

/** A connection, as `disconnect` shows it. */
export interface HubPeer {
  /** null before sign-in. */
  readonly user: HubUser | null;
  readonly scopes: readonly string[];
}

/** Each counts since the hub was created. */
export interface HubCounters {
  /** Sockets opened. */
  upgrades: number;
  /** Upgrades answered 403. */
  refusedOrigins: number;
  /** Refused: too many, not accepting, or the source not listening yet. */
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
  /** Frames from clients that are no JSON object, bad UTF-8, binary, too deep, or ambiguous. */
  badFrames: number;
  /** Well-formed frames of a type that means nothing here. */
  unknownFrames: number;
  /** Sockets closed with 1009. */
  oversizedFrames: number;
  /** Sockets closed with 4400. */
  protocolErrors: number;
  /** Sockets closed with 1008. */
  tooManyMessages: number;
  /** Sockets closed with 1013 because too much was waiting for them. */
  slowReaders: number;
  /** Sockets cut because nothing was heard from them. */
  deadPeers: number;
  /** Changes taken. */
  changes: number;
  /** Changes dropped: malformed, or without a scope. */
  changesDropped: number;
  /** Frames sent. */
  frames: number;
  /** Resumes answered with what was missed. */
  recovered: number;
  /** Times a client was told to mark everything: by a refused resume or by a `reset`. */
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
  /** Tickets neither used nor swept now; with a backplane, which keeps them, those on their way. */
  tickets: number;
  /** Changes in the window now. */
  window: number;
  /** Bytes that wait for slow readers now. */
  bufferedBytes: number;
}

export interface HubCloseOptions {
  /** Milliseconds for which clients stay away. Default 0. */
  readonly after?: number;
  /** Milliseconds over which they then come back, each at a random time. Default 0. */
  readonly spread?: number;
}

export interface Hub {
  /**
   * Resolves when the source hears what is committed; until then upgrades are answered 503. Rejects when the
   * source cannot start: await it, or Node ends the process for an unhandled rejection.
   */
  readonly ready: Promise<void>;
  /** Sockets open now, signed in or not. */
  readonly connections: number;
  /** Set to false to answer upgrades with 503 for a while; open sockets stay. */
  accepting: boolean;
  /**
   * Answers upgrades on `path` (default `/tidemark`). Other paths are left to the server's other
   * `upgrade` listeners, and answered 404 where there is none. May be called for several servers,
   * and several hubs may share one.
   *
   * `<path>/events` serves the same as Server-Sent Events, for those who cannot have a WebSocket:
   * GET with `?scope=…` for each scope, `Authorization: Bearer <ticket>` and `Last-Event-ID`. Call it
   * after the server has its other `request` listeners: those get every other path.
   * @throws {Error} if a hub serves that path of the server already
   */
  attach(server: Server, options?: { path?: string }): void;
  /**
   * A ticket for one sign-in within `limits.ticketMs`, to be given out over an authenticated
   * request of the application's own, which is also the place to limit how often. With a backplane
   * it is good at each of its hubs, and the user has to survive JSON.
   * @throws {TypeError} if the user is no `HubUser`, or with a backplane none after JSON
   * @throws {Error} with `code` `TIDEMARK_TICKETS_FULL`
   */
  issueTicket(user: HubUser): string;
  /**
   * A change from application code. Never throws: a failing invalidation must not fail the request
   * that caused it. Returns false, and warns, if the change was dropped.
   */
  publish(change: HubChange | HubReset): boolean;
  position(): HubPosition;
  /** `<epoch>:<seq>` for the header `Tidemark-As-Of`. Take it before reading from the database. */
  asOf(): string;
  stats(): HubStats;
  /**
   * The same figures in Prometheus' text format, with a histogram of how long changes take through
   * the hub. To be served as `text/plain; version=0.0.4`.
   */
  metrics(): string;
  /** Cuts sockets without a close frame, all or those for which it says true; returns how many. */
  disconnect(predicate?: (peer: HubPeer) => boolean): number;
  /**
   * Closes every socket, then the source. Resolves when nothing of the hub is left but the answer 503
   * on its paths, which another hub may take. With `after` or `spread`, clients are told when to come
   * back and closed with 1012, else closed with 1001.
   * @throws {TypeError} if either is no number from 0 to 150,000
   */
  close(options?: HubCloseOptions): Promise<void>;
}

/**
 * @throws {TypeError} or {RangeError} naming the option that is wrong and what is allowed
 */
export function createHub(options: HubOptions): Hub;

/** What `pgliteSource` needs of a PGlite. */
export interface ListeningDatabase {
  readonly closed: boolean;
  listen(channel: string, callback: (payload: string) => void): Promise<() => Promise<void>>;
}

/**
 * Changes that triggers send with `pg_notify(channel, json)` in an embedded PGlite. The database
 * stays the caller's: close the hub first, then the database.
 * @throws {TypeError} if `channel` is not 1 to 63 letters, digits and `_`
 */
export function pgliteSource(db: ListeningDatabase, options?: { channel?: string }): HubSource;

export interface PostgresSourceOptions {
  /** Direct, or through a pooler in session mode: in transaction mode nothing is heard, so it is refused. */
  readonly connectionString: string;
  /** Default `tidemark`. Case matters, as in `pg_notify`. */
  readonly channel?: string;
  /**
   * How often the connection is probed, by a notification that it has to hear, and how long the
   * answer, and then the echo, may take; in milliseconds: a whole number from 1 to 2,147,483,647.
   * Default 15,000.
   */
  readonly probeMs?: number;
}

/**
 * Changes that triggers send with `pg_notify(channel, json)` in a PostgreSQL server. Needs the
 * package `pg`. The first connection must succeed; a later loss is retried without end, from 100 ms
 * doubling to 5 s, and followed by a new epoch.
 * @throws {TypeError} if `channel` is not 1 to 63 letters, digits and `_`
 * @throws {RangeError} if `probeMs` is none that it may be
 */
export function postgresSource(options: PostgresSourceOptions): HubSource;
