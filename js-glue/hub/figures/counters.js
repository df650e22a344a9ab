/** @typedef {import('../index.js').HubCounters} HubCounters */

/** @returns {HubCounters} all at zero; each only ever grows */
export function createCounters() {
  return {
    upgrades: 0,
    refusedOrigins: 0,
    refusedBusy: 0,
    refusedUsers: 0,
    refusedAddresses: 0,
    discardedTickets: 0,
    heldTooMuch: 0,
    signIns: 0,
    refusedSignIns: 0,
    badFrames: 0,
    unknownFrames: 0,
    oversizedFrames: 0,
    protocolErrors: 0,
    tooManyMessages: 0,
    slowReaders: 0,
    deadPeers: 0,
    changes: 0,
    changesDropped: 0,
    frames: 0,
    recovered: 0,
    resets: 0,
    forbiddenScopes: 0,
    epochs: 0,
  };
}
