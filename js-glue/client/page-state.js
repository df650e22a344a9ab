import { atMost } from '../runtime/environment.js';
import { focusManager } from '../runtime/focus-manager.js';
import { onlineManager } from '../runtime/online-manager.js';

/** @import { Engine } from '../engine/engine.js' */
/** @import { QueryClient } from './query-client.js' */

/**
 * ms that reads wait for mutations that were paused, when the network is back. It spares fetches, no
 * more: what a mutation that takes longer changes is asked for again when it is done.
 */
const HEAD_START = 5000;

/**
 * Tells the core whether there is a network and whether somebody looks. A mounted client hears of
 * changes as they come; any other looks before each fetch that is asked for, and once a turn.
 */
export class PageState {
  #client;
  #mounts = 0;
  /** @type {(() => void)[]} */
  #unsubscribe = [];
  /** Mutations that were paused go out first: the core is online when they are through, or late. */
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
        if (focused) this.#cameBack();
        else this.#changed();
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
    this.#client.optionFunctions.ask();
    this.#client.driver.apply((engine, now) => this.tell(engine, now));
  }

  /**
   * Also to a page that was known to be seen: one that was frozen did not see itself go, and an app may
   * tell of the focus of the window instead.
   */
  #cameBack() {
    this.#client.optionFunctions.ask();
    this.#client.driver.apply((engine, now) => {
      if (this.#toldVisible) engine.visible(false, now);
      this.#toldVisible = false;
      this.tell(engine, now);
    });
  }

  async #backOnline() {
    const { environment } = this.#client;
    this.#resuming += 1;
    await atMost(environment, HEAD_START, this.#client.resumePausedMutations());
    this.#resuming -= 1;
    this.#changed();
  }
}
