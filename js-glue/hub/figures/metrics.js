/** @typedef {import('../index.js').HubStats} HubStats */

/**
 * What each figure is called for Prometheus. A counter's name ends in _total.
 *
 * @type {Record<keyof HubStats, [name: string, help: string]>}
 */
const METRICS = {
  connections: ['connections', 'Connections open now.'],
  pending: ['pending_connections', 'Connections open now that have not signed in.'],
  scopes: ['scopes', 'Scopes with a subscriber now.'],
  tickets: ['tickets', 'Tickets neither used nor swept now.'],
  window: ['window_changes', 'Changes kept now for clients that come back.'],
  bufferedBytes: ['buffered_bytes', 'Bytes that wait for slow readers now.'],
  upgrades: ['connections_opened_total', 'Connections opened.'],
  refusedOrigins: ['refused_origins_total', 'Connections refused for their Origin.'],
  refusedBusy: ['refused_busy_total', 'Connections refused for lack of room or of a source.'],
  refusedUsers: ['refused_users_total', 'Connections refused as one too many of their user.'],
  refusedAddresses: [
    'refused_addresses_total',
    'Connections refused as one too many of their address.',
  ],
  discardedTickets: ['discarded_tickets_total', 'Tickets discarded for later ones of their user.'],
  heldTooMuch: ['held_too_much_total', 'Connections closed for sending much before sign-in.'],
  signIns: ['sign_ins_total', 'Tickets redeemed.'],
  refusedSignIns: ['refused_sign_ins_total', 'Connections closed for want of a good ticket.'],
  badFrames: ['bad_frames_total', 'Frames of clients dropped as garbage.'],
  unknownFrames: ['unknown_frames_total', 'Frames of clients with a type that means nothing.'],
  oversizedFrames: ['oversized_frames_total', 'Connections closed for a frame over the limit.'],
  protocolErrors: ['protocol_errors_total', 'Connections closed for speaking something else.'],
  tooManyMessages: ['too_many_messages_total', 'Connections closed for sending too much.'],
  slowReaders: ['slow_readers_total', 'Connections closed for reading too slowly.'],
  deadPeers: ['dead_peers_total', 'Connections cut because nothing was heard.'],
  changes: ['changes_total', 'Changes taken.'],
  changesDropped: ['changes_dropped_total', 'Changes dropped as malformed.'],
  frames: ['messages_sent_total', 'Frames sent.'],
  recovered: ['resumes_total', 'Resumes answered with what was missed.'],
  resets: ['resets_total', 'Times a client was told to mark everything.'],
  forbiddenScopes: ['forbidden_scopes_total', 'Scopes refused or lost.'],
  epochs: ['epochs_total', 'Epochs after the first.'],
};

/**
 * The figures in Prometheus' text format, version 0.0.4.
 *
 * @param {HubStats} stats
 * @param {import('./latency-histogram.js').LatencyHistogram} lag
 * @returns {string}
 */
export function encodeMetrics(stats, lag) {
  const lines = Object.entries(METRICS).flatMap(([key, [name, help]]) => [
    `# HELP tidemark_hub_${name} ${help}`,
    `# TYPE tidemark_hub_${name} ${name.endsWith('_total') ? 'counter' : 'gauge'}`,
    `tidemark_hub_${name} ${stats[/** @type {keyof HubStats} */ (key)]}`,
  ]);
  return `${[...lines, ...encodeLag(lag)].join('\n')}\n`;
}

/** @param {import('./latency-histogram.js').LatencyHistogram} lag */
function encodeLag(lag) {
  const name = 'tidemark_hub_lag_seconds';
  return [
    `# HELP ${name} From hearing of a change to having handed it to its subscribers.`,
    `# TYPE ${name} histogram`,
    ...lag.buckets.map(({ upTo, count }) => `${name}_bucket{le="${upTo}"} ${count}`),
    `${name}_bucket{le="+Inf"} ${lag.count}`,
    `${name}_sum ${lag.sum}`,
    `${name}_count ${lag.count}`,
  ];
}
