import { WebSocketServer } from 'ws';
import { ClientAddress } from './access/client-address.js';
import { ConnectionQuota } from './access/connection-quota.js';
import { Refusals } from './access/refusals.js';
import { RefusedOrigins } from './access/refused-origins.js';
import { SharedTickets } from './access/shared-tickets.js';
import { Tickets, userKey } from './access/tickets.js';
import { Turns } from './access/turns.js';
import { systemClock } from './base/clock.js';
import { resolveLimits } from './base/limits.js';
import { encodeGoodbye, isScope } from './base/protocol.js';
import { encodeChange } from './delivery/change.js';
import { Ingest } from './delivery/ingest.js';
import { Subscriptions } from './delivery/subscriptions.js';
import { createCounters } from './figures/counters.js';
import { encodeMetrics } from './figures/metrics.js';
import { Log } from './log/log.js';
import { SharedSource } from './shared-source.js';
import { Connections } from './transport/connections.js';
import { Farewells } from './transport/farewells.js';
import {
  answerPreflight,
  eventsAllowed,
  listenForRequests,
  readRequest,
  setHeaders,
} from './transport/sse-requests.js';
import { SseSocket } from './transport/sse-socket.js';
import {
  checkOrigins,
  listenForUpgrades,
  originAllowed,
  refuseUpgrade,
} from './transport/upgrade.js';
import { WriteBatch } from './transport/write-batch.js';

/** @typedef {import('./index.js').HubOptions} HubOptions */
/** @typedef {import('./index.js').HubUser} HubUser */
/** @typedef {import('./index.js').Hub} HubApi */

/** Clients wait no longer than this in all, whatever they are told. */
const GOODBYE_MS_MAX = 150_000;

/** @param {HubOptions} options @returns {Hub} */
export function createHub(options) {
  return new Hub(options);
}

/**
 * Wires source → log → subscribers, and HTTP upgrade → connection. Documented in index.d.ts.
 *
 * @implements {HubApi}
 */
class Hub {
  accepting = true;
  #source;
  #backplane;
  #origins;
  #refusedOrigins;
  #limits;
  #feed;
  #onWarning;
  #shared;
  #sockets;
  #connections;
  #addresses;
  #farewells;
  #listening = false;
  /** @type {Set<() => void>} */
  #detachers = new Set();
  /** @type {Promise<void> | null} */
  #closing = null;

  /** @param {HubOptions} options */
  constructor({ source, backplane, authorize, origins, trustProxy = [], limits, ...options }) {
    const { defaultScope, clock = systemClock, onWarning } = options;
    if (typeof authorize !== 'function')
      throw new TypeError(`authorize must be a function; got ${String(authorize)}`);
    if (defaultScope !== undefined && !isScope(defaultScope)) {
      throw new TypeError(
        `defaultScope must be a string of 1 to 128 characters; got ${String(defaultScope)}`,
      );
    }
    this.#source = source ?? null;
    this.#backplane = backplane ?? null;
    this.#onWarning = onWarning ?? ((message) => process.emitWarning(message, 'TidemarkWarning'));
    this.#origins = checkOrigins(origins);
    this.#refusedOrigins = new RefusedOrigins(this.#origins, this.#onWarning);
    this.#limits = resolveLimits(limits);
    this.#shared = shareParts({
      authorize,
      limits: this.#limits,
      clock,
      backplane: this.#backplane,
      onWarning: this.#onWarning,
    });
    this.#addresses = new ClientAddress(trustProxy);
    this.#farewells = new Farewells({ clock, closeMs: this.#limits.closeMs });
    this.#connections = new Connections(this.#shared);
    this.#feed = new Ingest({
      ...this.#shared,
      defaultScope: defaultScope ?? null,
      onWarning: this.#onWarning,
      backplane: this.#backplane,
    });
    this.#sockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: this.#limits.frameBytes,
      // A frame in bad UTF-8 is dropped and counted like other garbage; `ws` would close the socket.
      skipUTF8Validation: true,
    });
    this.ready = this.#start();
  }

  get connections() {
    return this.#connections.size;
  }

  /** @param {import('node:http').Server} server @param {{ path?: string }} [options] */
  attach(server, { path = '/tidemark' } = {}) {
    if (!path.startsWith('/')) throw new TypeError(`path must start with a slash; got ${path}`);
    this.#detachers.add(
      listenForUpgrades(server, path, (request, socket, head) => {
        this.#upgrade(request, socket, head);
      }),
    );
    this.#detachers.add(
      listenForRequests(server, `${path.replace(/\/$/, '')}/events`, (request, response) => {
        this.#serveEvents(request, response);
      }),
    );
  }

  /** @param {HubUser} user */
  issueTicket(user) {
    userKey(user);
    return this.#shared.tickets.issue(user);
  }

  /** @param {import('./index.js').HubChange | import('./index.js').HubReset} change */
  publish(change) {
    let text;
    try {
      text = encodeChange(change);
    } catch {
      return this.#feed.drop('it must be JSON');
    }
    return this.#closing === null && this.#feed.take(text ?? '');
  }

  position() {
    return this.#shared.log.position();
  }

  asOf() {
    const { epoch, seq } = this.#shared.log;
    return `${epoch}:${seq}`;
  }

  stats() {
    const { counters, tickets, log, routes, addresses } = this.#shared;
    return {
      ...counters,
      connections: this.connections,
      pending: addresses.size,
      scopes: routes.size,
      tickets: tickets.size,
      window: log.length,
      bufferedBytes: this.#connections.bufferedBytes,
    };
  }

  metrics() {
    return encodeMetrics(this.stats(), this.#feed.lag);
  }

  /** @param {(peer: import('./index.js').HubPeer) => boolean} [predicate] */
  disconnect(predicate = () => true) {
    return this.#connections.disconnect(predicate);
  }

  /** @param {import('./index.js').HubCloseOptions} [options] */
  close({ after = 0, spread = 0 } = {}) {
    for (const [name, ms] of Object.entries({ after, spread })) {
      if (!(ms >= 0 && ms <= GOODBYE_MS_MAX)) {
        throw new TypeError(`${name} must be 0 to ${GOODBYE_MS_MAX} milliseconds; got ${ms}`);
      }
    }
    this.#closing ??= this.#shutDown(after + spread > 0 ? encodeGoodbye({ after, spread }) : null);
    return this.#closing;
  }

  /** @param {string | null} goodbye */
  async #shutDown(goodbye) {
    this.accepting = false;
    for (const detach of this.#detachers) detach();
    // Whoever closes a hub that is still starting no longer cares how that start ends.
    this.ready.catch(() => {});
    this.#feed.end();
    // The next one to lead need not wait for what is still open here.
    void this.#backplane?.resign();
    this.#farewells.end();
    await this.#connections.closeAll(goodbye);
    await this.#source?.close();
    await this.#backplane?.close();
  }

  /** No client is let in before changes are heard: it would be told positions that miss some. */
  async #start() {
    const shared = this.#backplane && this.#share(this.#backplane);
    await this.#backplane?.start(this.#backplaneSink(shared), this.#limits.windowCount);
    await this.#source?.start({
      change: (text) => {
        if (this.#closing) return;
        if (shared) shared.change(text);
        else this.#feed.take(text);
      },
      lost: (reason) => {
        if (shared) shared.lost();
        else this.#hear(false);
        this.#onWarning(`tidemark hub: lost the source: ${reason}`);
      },
      restored: () => {
        if (this.#closing) return;
        if (shared) {
          void shared.listening();
        } else {
          this.#startOver(this.#shared.log.nextEpoch(), 'source_restored');
          this.#hear(true);
        }
      },
    });
    if (this.#source) await shared?.listening();
    this.#listening = true;
  }

  /** @param {import('./index.js').HubBackplane} backplane */
  #share(backplane) {
    return new SharedSource({
      now: () => this.#shared.clock.now(),
      replayMs: this.#limits.replayMs,
      backplane,
      tell: (text, { again }) => void this.#feed.take(text, { again, fromSource: true }),
    });
  }

  /**
   * @param {SharedSource | null} source
   * @returns {import('./index.js').HubBackplaneSink}
   */
  #backplaneSink(source) {
    const { clock } = this.#shared;
    return {
      position: () => this.position(),
      begin: (position) => this.#startOver(position, 'log_began'),
      enter: ({ at, ...change }) =>
        this.#feed.enter(change, at === null ? null : clock.now() - (Date.now() - at)),
      lead: (idleMs) => source?.lead(idleMs),
      follow: () => source?.follow(),
      hears: (now) => this.#hear(now),
      lost: (reason) => this.#onWarning(`tidemark hub: lost the backplane: ${reason}`),
    };
  }

  /**
   * Nothing is called live that nobody knows: whoever is here is told at once, whoever comes with
   * `hello`. What was missed has to be told before the hub is said to hear again.
   *
   * @param {boolean} now
   */
  #hear(now) {
    const { hearing } = this.#shared;
    if (hearing.now === now) return;
    hearing.now = now;
    this.#connections.ping();
  }

  /**
   * Changes before `position` may be known to nobody. So no position from before is good any more,
   * and every client looks for itself.
   *
   * @param {import('./index.js').HubPosition} position
   * @param {string} reason
   */
  #startOver(position, reason) {
    if (this.#listening) this.#shared.counters.epochs += 1;
    this.#shared.log.begin(position);
    this.#connections.startOver(reason);
  }

  /**
   * @param {import('node:http').IncomingMessage} request
   * @param {import('node:stream').Duplex} socket
   * @param {Buffer} head
   */
  #upgrade(request, socket, head) {
    const { counters } = this.#shared;
    if (!originAllowed(this.#origins, request)) {
      counters.refusedOrigins += 1;
      this.#refusedOrigins.tell(request);
      refuseUpgrade(socket, 403);
    } else if (!this.#isOpen()) {
      counters.refusedBusy += 1;
      refuseUpgrade(socket, 503);
    } else {
      const address = this.#addresses.of(request);
      const over = this.#overLimit(address, request);
      if (over !== null && !this.#farewells.hasRoom) return refuseUpgrade(socket, 503);
      this.#sockets.handleUpgrade(request, socket, head, (opened) => {
        if (over === null) this.#connections.adopt(opened, socket, address);
        else this.#farewells.close(opened, over);
      });
    }
  }

  /**
   * @param {import('node:http').IncomingMessage} request
   * @param {import('node:http').ServerResponse} response
   */
  #serveEvents(request, response) {
    const { counters } = this.#shared;
    if (!eventsAllowed(this.#origins, request)) {
      counters.refusedOrigins += 1;
      this.#refusedOrigins.tell(request);
      response.writeHead(403).end();
      return;
    }
    setHeaders(request, response);
    if (request.method === 'OPTIONS') {
      answerPreflight(response);
    } else if (request.method !== 'GET') {
      response.writeHead(405, { Allow: 'GET' }).end();
    } else if (!this.#isOpen()) {
      counters.refusedBusy += 1;
      response.writeHead(503).end();
    } else {
      const address = this.#addresses.of(request);
      const over = this.#overLimit(address, request);
      if (over !== null) {
        response.writeHead(503, { 'Tidemark-Reason': over }).end();
        return;
      }
      const stream = SseSocket.open(request, response);
      if (stream === null) return;
      this.#connections.adopt(stream, response, address);
      stream.begin(readRequest(request));
    }
  }

  #isOpen() {
    return this.accepting && this.#listening;
  }

  /**
   * @param {string} address
   * @param {import('node:http').IncomingMessage} request
   * @returns {string | null} what the client is told
   */
  #overLimit(address, { headers }) {
    const { counters, addresses, refusals } = this.#shared;
    if (this.#connections.size >= this.#limits.connections) {
      counters.refusedBusy += 1;
      return refusals.tell('connections', 'a connection');
    }
    if (!addresses.isFull(address)) return null;
    counters.refusedAddresses += 1;
    const forwarded = headers['x-forwarded-for'] ? ', which forwards; a proxy? see trustProxy' : '';
    return refusals.tell('pendingPerAddress', `a connection of ${address}${forwarded}`);
  }
}

/**
 * @param {object} options
 * @param {HubOptions['authorize']} options.authorize
 * @param {import('./index.js').HubLimits} options.limits
 * @param {import('./index.js').HubClock} options.clock
 * @param {import('./index.js').HubBackplane | null} options.backplane
 * @param {(message: string) => void} options.onWarning
 * @returns {import('./transport/connection.js').Shared}
 */
function shareParts({ authorize, limits, clock, backplane, onWarning }) {
  const now = () => clock.now();
  const counters = createCounters();
  const refusals = new Refusals({ now, limits, onWarning });
  const ticketOptions = {
    count: limits.tickets,
    perUser: limits.ticketsPerUser,
    ageMs: limits.ticketMs,
    discarded: (/** @type {string} */ user, /** @type {number} */ count) => {
      counters.discardedTickets += count;
      refusals.tell('ticketsPerUser', `an older ticket of user ${user}`);
    },
  };
  return {
    authorize,
    limits,
    clock,
    counters,
    refusals,
    addresses: new ConnectionQuota(limits.pendingPerAddress),
    log: new Log({ now, count: limits.windowCount, ageMs: limits.windowAgeMs }),
    routes: new Subscriptions(),
    corks: new WriteBatch(),
    seats: new ConnectionQuota(limits.connectionsPerUser),
    hearing: { now: true },
    turns: new Turns(),
    tickets: backplane
      ? new SharedTickets({ ...ticketOptions, backplane })
      : new Tickets({ ...ticketOptions, now }),
  };
}
