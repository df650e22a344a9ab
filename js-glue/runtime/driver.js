import { DeadlineTimer } from './deadline-timer.js';
import { report } from './environment.js';
import { isA, member } from './member.js';
import { notifyManager } from './notify-manager.js';

/** @import { Engine } from '../engine/engine.js' */
/** @import { Environment } from './environment.js' */

/**
 * @template T
 * @typedef {(engine: Engine, now: number) => T} Step
 */

/** @typedef {(type: number, entry: number, id: number, flags: number) => void} Perform */

/**
 * Runs the core: step, carry out the effects, set the one timer, then call the app's functions that
 * the effects are about; and once a turn let the refetches start and the listeners hear.
 *
 * No function of the app runs between two effects of a batch: what it did would be overtaken by the
 * rest of the batch, which was decided before.
 *
 * Nothing else calls the engine, so nothing else has to know that a trap poisons its instance: the
 * driver then gets a new engine, has it told what the old one knew, and repeats the step.
 */
export class Driver {
  #environment;
  #createEngine;
  #perform;
  #rebuild;
  #beforeFlush;
  /** @type {Engine} */
  #engine;
  #alarm;
  #draining = false;
  /** Calls of the app's functions that wait for the last effect. @type {(() => void)[]} */
  #calls = [];
  #calling = false;
  #flushScheduled = false;
  /** @type {Set<{ deliver(): void }>} */
  #deliveries = new Set();
  /** @type {(() => void)[]} */
  #waiters = [];

  /**
   * @param {object} parts
   * @param {Environment} parts.environment
   * @param {() => Engine} parts.createEngine
   * @param {Perform} parts.perform carries out one effect; leaves the app's functions to `call`
   * @param {(engine: Engine, now: number) => void} parts.rebuild tells a new engine everything
   * @param {() => void} parts.beforeTimers is called before a step for what time brings
   * @param {(engine: Engine, now: number) => void} parts.beforeFlush says what the world is like
   */
  constructor({ environment, createEngine, perform, rebuild, beforeTimers, beforeFlush }) {
    this.#environment = environment;
    this.#createEngine = createEngine;
    this.#perform = perform;
    this.#rebuild = rebuild;
    this.#beforeFlush = beforeFlush;
    this.#engine = createEngine();
    const tick = () => {
      beforeTimers();
      this.apply((engine, now) => engine.tick(now));
    };
    this.#alarm = new DeadlineTimer(environment, environment.now, tick);
  }

  now() {
    return this.#environment.now();
  }

  /**
   * Takes one step and carries out its effects before it returns; inside another step's effects it
   * only steps, and the outer one goes on with the effects of both. The app's functions are called
   * then, too; inside one of these calls, those that come of it follow when it has returned.
   *
   * A step runs again on a new engine if the first one trapped, so it reads handles when it runs.
   *
   * @template T
   * @param {Step<T>} step
   * @returns {T}
   */
  apply(step) {
    this.#scheduleFlush();
    const result = this.#run(step);
    this.#drain();
    return result;
  }

  /**
   * `apply` for a step that names what only the present engine knows, such as a fetch or a socket:
   * if that engine traps, the step is void and the result undefined.
   *
   * @template T
   * @param {Step<T>} step
   * @returns {T | undefined}
   */
  applyOnce(step) {
    const engine = this.#engine;
    return this.apply((current, now) => (current === engine ? step(current, now) : undefined));
  }

  /**
   * Asks the core something that changes nothing.
   *
   * @template T
   * @param {Step<T>} question
   * @returns {T}
   */
  ask(question) {
    return this.#run(question);
  }

  /**
   * Calls a function of the app's when the next drain is over: for performers, the one in hand. One
   * that throws is reported and keeps nothing else from happening.
   *
   * @param {() => void} run
   */
  call(run) {
    this.#calls.push(run);
  }

  /**
   * Has `target.deliver()` called once at the end of this turn.
   *
   * @param {{ deliver(): void }} target
   */
  notify(target) {
    this.#deliveries.add(target);
    this.#scheduleFlush();
  }

  /**
   * Fulfilled when the wanted fetches of this turn have started, or have been paused.
   *
   * @returns {Promise<void>}
   */
  flushed() {
    this.#scheduleFlush();
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
    });
  }

  #scheduleFlush() {
    if (this.#flushScheduled) return;
    this.#flushScheduled = true;
    this.#environment.queueMicrotask(() => {
      this.#flushScheduled = false;
      try {
        this.#run((engine, now) => {
          this.#beforeFlush(engine, now);
          engine.flush(now);
        });
      } catch (error) {
        report(error); // out of memory: what is wanted stays so until the next flush
      }
      this.#drain();
      for (const resolve of this.#waiters.splice(0)) resolve();
      this.#deliver();
    });
  }

  #deliver() {
    if (this.#deliveries.size === 0) return;
    const targets = [...this.#deliveries];
    this.#deliveries.clear();
    notifyManager.deliver(targets.map((target) => () => target.deliver()));
  }

  /**
   * @template T
   * @param {Step<T>} action
   * @returns {T}
   */
  #run(action) {
    try {
      return action(this.#engine, this.now());
    } catch (error) {
      if (!isTrap(error)) throw error;
      this.#recover(error);
    }
    try {
      return action(this.#engine, this.now());
    } catch (error) {
      // The action itself is the poison. Its caller hears of it; the client goes on without it.
      if (isTrap(error)) this.#recover(error);
      throw error;
    }
  }

  /** @param {Error} cause */
  #recover(cause) {
    report(new Error('tidemark: the WebAssembly core crashed and was restarted', { cause }));
    this.#engine = this.#createEngine();
    this.#rebuild(this.#engine, this.now());
    this.#scheduleFlush();
  }

  #drain() {
    if (this.#draining) return;
    this.#draining = true;
    try {
      let engine;
      do {
        engine = this.#engine;
        this.#run((current) => current.drain(this.#performer(current)));
      } while (engine !== this.#engine);
    } finally {
      this.#draining = false;
    }
    this.#alarm.set(this.#run((engine) => engine.nextDeadline()));
    this.#callAll();
  }

  #callAll() {
    if (this.#calling) return;
    this.#calling = true;
    // Those that a call adds are reached, too.
    for (const run of this.#calls) {
      try {
        run();
      } catch (error) {
        report(error);
      }
    }
    this.#calls = [];
    this.#calling = false;
  }

  /**
   * Effects of an engine that has been replaced name nothing any more, and it must not be asked for
   * others: its memory may be anything.
   *
   * @param {Engine} engine
   * @returns {(...effect: Parameters<Perform>) => void | false}
   */
  #performer(engine) {
    return (...effect) => {
      try {
        this.#perform(...effect);
      } catch (error) {
        report(error);
      }
      if (engine !== this.#engine) return false;
    };
  }
}

/**
 * By name, so that it holds across realms and bundles.
 *
 * @param {unknown} error
 * @returns {error is Error}
 */
function isTrap(error) {
  return isA(error, Error) && member(error, 'name') === 'RuntimeError';
}
