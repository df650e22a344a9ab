import { allowedScopes } from '../access/authorize.js';
import {
  ChangeFrames,
  CLOSE,
  encodeError,
  encodeReset,
  encodeSubscribed,
} from '../base/protocol.js';
import { planRecovery } from '../log/recovery.js';

/** What the answer to a subscribe costs, as bytes that are read. */
const ANSWER_BYTES = 32 * 1024;

/** @typedef {import('../log/log.js').LogEntry} LogEntry */
/** @typedef {import('../index.js').HubPosition} HubPosition */

/**
 * What all subscribers of one hub share.
 *
 * @typedef {object} Stream
 * @property {import('../log/log.js').Log} log
 * @property {import('./subscriptions.js').Subscriptions} routes
 * @property {import('../index.js').HubOptions['authorize']} authorize
 * @property {import('../index.js').HubLimits} limits
 * @property {import('../index.js').HubClock} clock
 * @property {import('../index.js').HubCounters} counters
 * @property {import('../access/turns.js').Turns} turns
 *
 * The way to the client. It may be closed by `send`; nothing is sent afterwards.
 * @typedef {object} Link
 * @property {(frame: string | Buffer) => void} send
 * @property {(code: number, reason: string) => void} close
 */

/**
 * One signed-in client's place in the stream: its scopes, how far it was told, and its rights. It
 * knows nothing of sockets.
 */
export class Subscriber {
  /** @type {Set<string>} */
  #scopes = new Set();
  /** The last seq this client was told; the `prev` of the next change it gets. */
  #cursor = 0;
  /** Subscribes that were not answered yet. */
  #waiting = 0;
  /** Subscribes and checks of rights run one after the other. */
  #turn = Promise.resolve();
  #live = true;
  /** @type {unknown} */
  #recheckTimer;

  /** @param {import('../index.js').HubUser} user @param {Stream} stream @param {Link} link */
  constructor(user, stream, link) {
    this.user = user;
    this.stream = stream;
    this.link = link;
    this.#armRecheck();
  }

  /** @returns {string[]} */
  get scopes() {
    return [...this.#scopes];
  }

  /** @returns {number} */
  get cursor() {
    return this.#cursor;
  }

  /**
   * Replaces the scopes, and answers with what was missed since `resume` or with "mark everything".
   *
   * @param {string[]} scopes
   * @param {HubPosition | null} resume
   */
  subscribe(scopes, resume) {
    this.#waiting += 1;
    this.#turn = this.#turn.then(async () => {
      const allowed = await this.#allowed(scopes);
      // A window full of changes is gone through for the answer.
      await new Promise((resolve) => {
        this.stream.turns.take(ANSWER_BYTES, () => resolve(undefined));
      });
      this.#waiting -= 1;
      if (!this.#live) return;
      if (allowed) this.#answer(scopes, allowed, resume);
      else this.link.close(CLOSE.tryAgainLater, 'rights could not be checked');
    });
  }

  /**
   * While a subscribe waits for its answer nothing is sent: the answer covers it, and a client that
   * had meanwhile been told a later seq would take what the answer lists for old.
   *
   * @param {LogEntry} entry
   * @param {ChangeFrames | null} frames null if anything in its scopes may have changed
   */
  deliver(entry, frames) {
    if (this.#waiting > 0) return;
    if (frames === null) {
      // With its position, as the change itself would have had: an answer from before it is old.
      const { epoch } = this.stream.log.position();
      const position = { epoch, seq: entry.seq, prev: this.#cursor };
      this.#cursor = entry.seq;
      const scopes = entry.scopes.filter((scope) => this.#scopes.has(scope));
      this.#reset(scopes, 'scope_changed', position);
      return;
    }
    this.#tell(frames);
  }

  /**
   * The log started over. The client is told its new position with the reset, on the living socket:
   * closing all sockets instead would make every client ask for a ticket at the same time, and show
   * "offline" to people whose connection is well.
   *
   * @param {string} reason
   */
  startOver(reason) {
    if (this.#scopes.size === 0) return;
    const position = this.stream.log.position();
    this.#cursor = position.seq;
    this.#reset(this.scopes, reason, position);
  }

  /** Nothing is sent, asked or delivered afterwards. */
  stop() {
    this.#live = false;
    this.stream.clock.clearTimeout(this.#recheckTimer);
    this.stream.routes.remove(this, this.#scopes);
  }

  /**
   * @param {string[]} asked
   * @param {Set<string>} allowed
   * @param {HubPosition | null} resume
   */
  #answer(asked, allowed, resume) {
    this.stream.routes.remove(this, this.#scopes);
    this.#scopes = allowed;
    this.stream.routes.add(this, allowed);
    this.#refuse(asked.filter((scope) => !allowed.has(scope)));
    if (resume === null || !this.#catchUp(resume)) this.#markAll(resume !== null);
  }

  /** @param {HubPosition} resume @returns {boolean} false if nothing was sent */
  #catchUp(resume) {
    const { log, limits, counters } = this.stream;
    const recovery = planRecovery({ log, resume, scopes: this.#scopes, limits });
    if (recovery === null) return false;
    const { messages, seq, rest } = recovery;
    counters.recovered += 1;
    this.#cursor = seq;
    this.link.send(encodeSubscribed({ epoch: log.epoch, seq }, true, messages));
    for (const entry of rest) this.#tell(new ChangeFrames(log.epoch, entry));
    return true;
  }

  /** @param {boolean} lost whether the client had a position, and that is worth nothing */
  #markAll(lost) {
    const { log, counters } = this.stream;
    if (lost) counters.resets += 1;
    this.#cursor = log.seq;
    this.link.send(encodeSubscribed(log.position(), false, []));
  }

  /** @param {ChangeFrames} frames */
  #tell(frames) {
    const frame = frames.after(this.#cursor);
    this.#cursor = frames.entry.seq;
    this.link.send(frame);
  }

  #armRecheck() {
    const { clock, limits } = this.stream;
    this.#recheckTimer = clock.setTimeout(() => {
      this.#turn = this.#turn.then(() => this.#recheck());
    }, limits.recheckRightsMs);
  }

  async #recheck() {
    const held = this.scopes;
    const allowed = await this.#allowed(held);
    if (!this.#live) return;
    if (!allowed) {
      this.link.close(CLOSE.tryAgainLater, 'rights could not be checked');
      return;
    }
    this.#armRecheck();
    const lost = held.filter((scope) => !allowed.has(scope));
    if (lost.length === 0) return;
    this.stream.routes.remove(this, lost);
    for (const scope of lost) this.#scopes.delete(scope);
    this.#refuse(lost);
    this.#reset(lost, 'right_lost');
  }

  /** @param {string[]} scopes */
  #allowed(scopes) {
    const { authorize, clock, limits } = this.stream;
    const timeoutMs = limits.authorizeMs;
    return allowedScopes({ authorize, user: this.user, scopes, clock, timeoutMs });
  }

  /** @param {string[]} scopes */
  #refuse(scopes) {
    if (scopes.length === 0) return;
    this.stream.counters.forbiddenScopes += scopes.length;
    this.link.send(
      encodeError('forbidden_scope', 'this user may not subscribe to these scopes', scopes),
    );
  }

  /** @param {string[]} scopes @param {string} reason @param {Parameters<typeof encodeReset>[2]} [position] */
  #reset(scopes, reason, position) {
    this.stream.counters.resets += 1;
    this.link.send(encodeReset(scopes, reason, position));
  }
}
