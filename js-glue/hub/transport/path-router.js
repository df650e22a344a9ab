/** @typedef {import('node:http').Server} Server */
/** @typedef {import('node:http').IncomingMessage} IncomingMessage */

/**
 * Who answers which path of a server. All hubs of a server share one listener, so that it can tell
 * when nobody else would answer.
 *
 * A path that was left is answered `gone` until another hub takes it: Node accepts requests until
 * the server is closed as well, and later on connections from before. One that is not answered
 * keeps its client waiting, and the server from closing.
 *
 * @template {(...args: never[]) => void} Handler
 */
export class PathRouter {
  /** @type {WeakMap<Server, { handlers: Map<string, Handler>, stop: () => void }>} */
  #servers = new WeakMap();
  #listen;
  #gone;

  /**
   * @param {Handler} gone
   * @param {(server: Server, find: (request: IncomingMessage) => Handler | undefined) =>
   *   () => void} listen starts the listener; what it returns stops it
   */
  constructor(gone, listen) {
    this.#gone = gone;
    this.#listen = listen;
  }

  /**
   * @param {Server} server
   * @param {string} path
   * @param {Handler} handler
   * @returns {() => void} leaves the path
   * @throws {Error} if the path is taken
   */
  take(server, path, handler) {
    const { handlers, stop } = this.#servers.get(server) ?? { handlers: new Map(), stop() {} };
    if ((handlers.get(path) ?? this.#gone) !== this.#gone)
      throw new Error(`path must not be one that a hub of this server already uses; got ${path}`);
    handlers.set(path, handler);
    // Anew each time: others may have begun to listen since.
    stop();
    const started = this.#listen(server, (request) => handlers.get(pathOf(request)));
    this.#servers.set(server, { handlers, stop: started });
    return () => {
      if (handlers.get(path) === handler) handlers.set(path, this.#gone);
    };
  }
}

/** @param {IncomingMessage} request */
function pathOf(request) {
  return (request.url ?? '').split('?', 1)[0];
}
