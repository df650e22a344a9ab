import { Subscribable } from './subscribable.js';

/**
 * One fact about the world outside that is true or false, as the platform reports it or as the app
 * says. Listens to the platform only while it has listeners itself, or once it was given a source.
 *
 * @extends {Subscribable<[value: boolean]>}
 */
export class PlatformSignal extends Subscribable {
  /** @type {(() => void) | undefined | void} */
  #stopListening;
  #setup;

  /** @param {(report: (value?: boolean) => void) => (() => void) | undefined | void} setup */
  constructor(setup) {
    super();
    this.#setup = setup;
  }

  /**
   * Replaces the platform's events by another source.
   *
   * @param {(report: (value?: boolean) => void) => (() => void) | undefined | void} setup starts to
   *   listen, calls `report` on each change, returns how to stop
   */
  setEventListener(setup) {
    this.#setup = setup;
    this.#stop();
    this.#start();
  }

  /** @protected @override */
  onSubscribe() {
    if (!this.#stopListening) this.#start();
  }

  /** @protected @override */
  onUnsubscribe() {
    if (!this.hasListeners()) this.#stop();
  }

  /** @protected @param {boolean | undefined} _value as the source reported it */
  reported(_value) {}

  #start() {
    this.#stopListening = this.#setup((value) => this.reported(value));
  }

  #stop() {
    this.#stopListening?.();
    this.#stopListening = undefined;
  }
}
