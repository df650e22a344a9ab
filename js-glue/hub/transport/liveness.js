/**
 * Asks the peer for a sign of life every `pingMs`, and calls it dead when nothing at all was heard
 * from it for `pingMs + slackMs`. A half-open TCP connection shows in no other way.
 */
export class Liveness {
  #heardAt;
  /** @type {unknown} */
  #pingTimer;
  /** @type {unknown} */
  #deathTimer;

  /**
   * @param {object} options
   * @param {import('../index.js').HubClock} options.clock
   * @param {number} options.pingMs
   * @param {number} options.slackMs
   * @param {() => void} options.ping
   * @param {() => void} options.dead called at most once
   */
  constructor({ clock, pingMs, slackMs, ping, dead }) {
    this.clock = clock;
    this.pingMs = pingMs;
    this.silenceMs = pingMs + slackMs;
    this.ping = ping;
    this.dead = dead;
    this.#heardAt = clock.now();
    this.#armPing();
    this.#armDeath(this.silenceMs);
  }

  heard() {
    this.#heardAt = this.clock.now();
  }

  stop() {
    this.clock.clearTimeout(this.#pingTimer);
    this.clock.clearTimeout(this.#deathTimer);
  }

  #armPing() {
    this.#pingTimer = this.clock.setTimeout(() => {
      this.#armPing();
      this.ping();
    }, this.pingMs);
  }

  /**
   * One timer that looks again, rather than one re-armed for every frame heard.
   *
   * @param {number} ms
   */
  #armDeath(ms) {
    this.#deathTimer = this.clock.setTimeout(() => {
      const left = this.#heardAt + this.silenceMs - this.clock.now();
      if (left > 0) this.#armDeath(left);
      else this.dead();
    }, ms);
  }
}
