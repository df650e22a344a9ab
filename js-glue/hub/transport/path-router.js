/** @typedef {import('node:http').Server} Server */
/** @typedef {import('node:http').IncomingMessage} IncomingMessage */

/**
 * Who answers which path of a server. All hubs of a server share one listener, so that it can tell
 * when nobody else would answer, and so that none is left behind by hubs that were closed.
 *
 * @template {(...args: any[]) => void} Handler
 */
export class PathRouter {
  /** @type {WeakMap<Server, { handlers: Map<string, Handler>, stop: () => void }>} */
  #servers = new WeakMap();
  #listen;

  /**
   * @param {(server: Server, find: (request: IncomingMessage) => Handler | undefined) =>
   *   () => void} listen starts the listener; what it returns stops it
   */
  constructor(listen) {
    this.#listen = listen;
  }

  /**
   * @param {Server} server
   * @param {string} path
   * @param {Handler} handler
   * @returns {() => void} leaves the path to others
   * @throws {Error} if the path is taken
   */
  take(server, path, handler) {
    const { handlers, stop } = this.#servers.get(server) ?? { handlers: new Map(), stop() {} };
    if (handlers.has(path))
      throw new Error(`path ${path} of this server is taken by a hub already`);
    handlers.set(path, handler);
    // Anew each time: others may have begun to listen since.
    stop();
    const started = this.#listen(server, (request) => handlers.get(pathOf(request)));
    this.#servers.set(server, { handlers, stop: started });
    return () => this.#leave(server, path, handler);
  }

  /** @param {Server} server @param {string} path @param {Handler} handler */
  #leave(server, path, handler) {
    const taken = this.#servers.get(server);
    if (taken?.handlers.get(path) !== handler) return;
    taken.handlers.delete(path);
    if (taken.handlers.size > 0) return;
    taken.stop();
    this.#servers.delete(server);
  }
}

/** @param {IncomingMessage} request */
function pathOf(request) {
  return (request.url ?? '').split('?', 1)[0];
}
