import { BlockList, isIP } from 'node:net';

/** Written into `trustProxy` for a proxy that connects through a Unix socket, which has no address. */
const UNIX = 'unix';

/** Who a request comes from, also through proxies of one's own. */
export class ClientAddress {
  #proxies = new BlockList();
  #trustsUnix = false;

  /**
   * @param {readonly string[]} trustProxy
   * @throws {TypeError} naming the entry that is none
   */
  constructor(trustProxy) {
    if (!Array.isArray(trustProxy)) throw wrongProxy(trustProxy);
    for (const entry of trustProxy) this.#trust(entry);
  }

  /**
   * Only what a trusted proxy appended to X-Forwarded-For counts: what stands before it in the list,
   * the client may have made up. A host that has IPv6 mostly has a whole /64, so that is one address.
   *
   * @param {import('node:http').IncomingMessage} request
   * @returns {string}
   */
  of({ socket, headers }) {
    let address = plain(socket.remoteAddress ?? UNIX);
    const hops = String(headers['x-forwarded-for'] ?? '').split(',');
    while (hops.length > 0 && this.#isTrusted(address)) {
      const next = plain(withoutPort(/** @type {string} */ (hops.pop()).trim()));
      if (isIP(next) === 0) break;
      address = next;
    }
    return isIP(address) === 6 ? network(address) : address;
  }

  /** @param {unknown} entry */
  #trust(entry) {
    const [, address, prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(String(entry)) ?? [];
    const version = isIP(address ?? '');
    const bits = version === 6 ? 128 : 32;
    if (entry === UNIX) this.#trustsUnix = true;
    else if (version === 0 || Number(prefix ?? 0) > bits) throw wrongProxy(entry);
    else this.#proxies.addSubnet(address, Number(prefix ?? bits), family(version));
  }

  /** @param {string} address */
  #isTrusted(address) {
    if (address === UNIX) return this.#trustsUnix;
    return this.#proxies.check(address, family(isIP(address)));
  }
}

/** @param {number} version */
function family(version) {
  return version === 6 ? 'ipv6' : 'ipv4';
}

/** @param {unknown} entry */
function wrongProxy(entry) {
  return new TypeError(
    `trustProxy must be a list of IP addresses, ranges such as 10.0.0.0/8, or '${UNIX}'; ` +
      `got ${String(entry)}`,
  );
}

/** @param {string} address IPv4 in IPv6 becomes IPv4 @returns {string} */
function plain(address) {
  return address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
}

/** @param {string} hop some proxies add a port @returns {string} */
function withoutPort(hop) {
  const found = /^\[(.+)\](?::\d+)?$/.exec(hop) ?? /^([\d.]+):\d+$/.exec(hop);
  return found ? found[1] : hop;
}

/** @param {string} address IPv6 @returns {string} its /64 */
function network(address) {
  const [head, tail] = address.split('::').map((part) => part.split(':').filter(Boolean));
  const zeros = tail === undefined ? 0 : 8 - head.length - tail.length;
  const groups = [...head, ...Array(Math.max(0, zeros)).fill('0'), ...(tail ?? [])];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
