import { once } from 'node:events';
import net from 'node:net';

const NOTIFICATION = 'A'.charCodeAt(0);

/**
 * Stands between clients and servers on 127.0.0.1, and breaks connections the way networks do.
 *
 * @param {import('node:test').TestContext} t ends it
 * @param {() => number} target the port that the next connection goes to
 */
export async function startProxy(t, target) {
  /** @type {Set<{ near: net.Socket, far: net.Socket }>} */
  const pairs = new Set();
  let mute = false;
  /** @type {(value: void) => void} */
  let accept = () => {};
  const accepted = /** @type {Promise<void>} */ (
    new Promise((resolve) => {
      accept = resolve;
    })
  );
  const server = net.createServer((near) => {
    const far = net.connect(target(), '127.0.0.1');
    const pair = { near, far };
    pairs.add(pair);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ]) {
      socket.on('error', () => {});
      socket.on('close', () => {
        other.destroy();
        pairs.delete(pair);
      });
    }
    if (!mute) near.pipe(far).pipe(near);
    accept();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    for (const { near } of pairs) near.destroy();
  };
  t.after(() => {
    server.close();
    cut();
  });
  const { port } = /** @type {net.AddressInfo} */ (server.address());
  return {
    port,
    /** Resolves at the first connection. */
    accepted,
    /** Ends all connections of now. */
    cut,
    /** Ends one of them. @param {(below: number) => number} random */
    cutOne(random) {
      if (pairs.size > 0) [...pairs][random(pairs.size)].near.destroy();
    },
    /** Lets nothing through the connections of now, which stay open: a firewall forgot them. */
    silence() {
      for (const { near, far } of pairs) {
        near.unpipe(far);
        far.unpipe(near);
      }
    },
    /** Lets nothing more through from clients; what servers say still arrives. */
    holdRequests() {
      for (const { near, far } of pairs) near.unpipe(far);
    },
    /** Takes NotificationResponses out of what servers say, whatever else they say. */
    deafen() {
      for (const { near, far } of pairs) {
        far.unpipe(near);
        far.on('data', (bytes) => void near.write(withoutNotifications(bytes)));
        far.resume();
      }
    },
    /** Lets through again what was held back. */
    speak() {
      for (const { near, far } of pairs) {
        far.unpipe(near);
        near.pipe(far).pipe(near);
      }
    },
    /** New connections are taken, and nothing is let through them. */
    silenceNew() {
      mute = true;
    },
  };
}

/** @param {Buffer} bytes whole messages of PostgreSQL's protocol @returns {Buffer} */
function withoutNotifications(bytes) {
  const kept = [];
  for (let at = 0, end = 0; at < bytes.length; at = end) {
    end = at + 1 + bytes.readInt32BE(at + 1);
    if (bytes[at] !== NOTIFICATION) kept.push(bytes.subarray(at, end));
  }
  return Buffer.concat(kept);
}
