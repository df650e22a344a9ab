import { focusManager } from './focus-manager.js';
import { onlineManager } from './online-manager.js';

/** @import { Engine } from '../engine/engine.js' */
/** @import { QueryClient } from './query-client.js' */

/**
 * Tells the core whether there is a network and whether somebody looks. A mounted client hears of
 * changes as they come; any other looks once a turn.
 */
export class World {
  #client;
  #mounts = 0;
  /** @type {(() => void)[]} */
  #unsubscribe = [];
  /** Mutations that were paused go out first: the core is online when they are through. */
  #resuming = 0;
  /** @type {Engine | undefined} */
  #engine;
  #toldOnline = true;
  #toldVisible = true;

  /** @param {QueryClient} client */
  constructor(client) {
    this.#client = client;
  }

  mount() {
    this.#mounts += 1;
    if (this.#mounts > 1) return;
    this.#unsubscribe = [
      onlineManager.subscribe((online) => (online ? this.#backOnline() : this.#changed())),
      focusManager.subscribe((focused) => {
        if (focused) this.#client.resumePausedMutations();
        // Said again even if it is known: a page that was frozen did not see itself go.
        if (focused) this.#toldVisible = false;
        this.#changed();
      }),
    ];
    this.#changed();
  }

  unmount() {
    if (this.#mounts === 0) return;
    this.#mounts -= 1;
    if (this.#mounts > 0) return;
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#unsubscribe = [];
  }

  /**
   * Says what the core does not know yet.
   *
   * @param {Engine} engine
   * @param {number} now
   */
  tell(engine, now) {
    if (engine !== this.#engine) {
      this.#engine = engine;
      this.#toldOnline = true;
      this.#toldVisible = true;
    }
    const online = onlineManager.isOnline() && this.#resuming === 0;
    const visible = focusManager.isFocused();
    if (online !== this.#toldOnline) engine.online(online, now);
    this.#toldOnline = online;
    if (visible !== this.#toldVisible) engine.visible(visible, now);
    this.#toldVisible = visible;
  }

  #changed() {
    this.#client.driver.apply((engine, now) => this.tell(engine, now));
  }

  async #backOnline() {
    this.#resuming += 1;
    try {
      await this.#client.resumePausedMutations();
    } finally {
      this.#resuming -= 1;
      this.#changed();
    }
  }
}
