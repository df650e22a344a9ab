/**
 * The numbers of src/tidemark.h, by the names JavaScript gives them. A test holds every one of them
 * against the header.
 */

/** @template {Record<string, number>} T @param {T} codes @returns {Readonly<T>} */
const codes = (codes) => Object.freeze(codes);

export const ErrorCode = codes({
  MEMORY: -1,
  KEY: -2,
  KEY_SIZE: -3,
  HANDLE: -4,
  EVENT: -5,
  FULL: -6,
  JSON: -7,
  RULE: -8,
  CHANGE: -9,
  OPTION: -10,
});

/** enum tidemark_event_type */
export const Event = codes({
  BUILD: 1,
  OBSERVE: 2,
  SET_OBSERVER: 3,
  UNOBSERVE: 4,
  FETCH: 5,
  FETCH_SUCCEEDED: 6,
  FETCH_FAILED: 7,
  SET_DATA: 8,
  SET_TAGS: 9,
  SET_SCOPES: 10,
  INVALIDATE: 11,
  REFETCH: 12,
  CANCEL: 13,
  REMOVE: 14,
  RESET: 15,
  RULES: 16,
  CHANGE: 17,
  MUTATION_BEGIN: 18,
  MUTATION_LAYER: 19,
  MUTATION_ACKNOWLEDGED: 20,
  MUTATION_FAILED: 21,
  FLUSH: 22,
  TICK: 23,
  ONLINE: 24,
  VISIBLE: 25,
  FORGET: 26,
  SCOPES: 27,
  CONNECT: 28,
  DISCONNECT: 29,
  TICKET_READY: 30,
  TICKET_FAILED: 31,
  SOCKET_OPENED: 32,
  SOCKET_TEXT: 33,
  SOCKET_CLOSED: 34,
});

/** enum tidemark_effect_type */
export const Effect = codes({
  SETTLE: 1,
  CLEAR: 2,
  FOLD: 3,
  REPLAY: 4,
  FETCH: 5,
  NOTIFY: 6,
  DROP: 7,
  TICKET: 8,
  OPEN: 9,
  SEND: 10,
  CLOSE: 11,
  STATUS: 12,
  WARN: 13,
});

/** enum tidemark_outcome: flags of SETTLE */
export const Outcome = codes({
  SUCCESS: 0,
  ERROR: 1,
  CANCELLED: 2,
  SUPERSEDED: 3,
  CANCELLED_ERROR: 4,
});

/** enum tidemark_fetching: what fetch returns */
export const Fetching = codes({ WANTED: 0, FRESH: 1 });

/** enum tidemark_landing: what fetchSucceeded returns */
export const Landing = codes({ LATE: 0, SHOWN: 1, OLDER: 2 });

/** enum tidemark_frame: flags of SEND */
export const Frame = codes({ AUTH: 1, SUBSCRIBE: 2, PONG: 3 });

/** enum tidemark_stream_status: flags of STATUS */
export const StreamStatus = codes({ STOPPED: 0, OFFLINE: 1, CATCHING_UP: 2, GAP: 3, LIVE: 4 });

/** enum tidemark_close_code */
export const Close = codes({ PROTOCOL_ERROR: 4400, NOT_SIGNED_IN: 4401, FORBIDDEN: 4403 });

/** enum tidemark_warning: flags of WARN */
export const Warning = codes({
  RESOURCE: 1,
  TYPE: 2,
  SERVER: 3,
  REFUSED: 4,
  FIELD: 5,
  CAST: 6,
  EPOCH: 7,
});

/** enum tidemark_network_mode */
export const NetworkMode = codes({ ONLINE: 0, ALWAYS: 1, OFFLINE_FIRST: 2 });

/** enum tidemark_refetch_on */
export const RefetchOn = codes({ NEVER: 0, IF_STALE: 1, ALWAYS: 2 });

/** enum tidemark_refetch_type */
export const RefetchType = codes({ ACTIVE: 0, INACTIVE: 1, ALL: 2, NONE: 3 });

/** TIDEMARK_DEFAULT_MESSAGE_BYTES */
export const DEFAULT_MESSAGE_BYTES = 65536;

/** TIDEMARK_DEFAULT_KEY_BYTES */
export const DEFAULT_KEY_BYTES = 131072;

/** A staleTime that neither the clock nor a change ends. */
export const STATIC = -1;

/** enum tidemark_entry_state: what `state` returns is made of these */
export const State = codes({
  STATUS_MASK: 3,
  STATUS_PENDING: 0,
  STATUS_SUCCESS: 1,
  STATUS_ERROR: 2,
  FETCH_STATUS_MASK: 12,
  FETCH_STATUS_IDLE: 0,
  FETCH_STATUS_FETCHING: 4,
  FETCH_STATUS_PAUSED: 8,
  HAS_DATA: 16,
  INVALIDATED: 32,
  OBSERVED: 64,
  ACTIVE: 128,
  LAYERED: 256,
  DETACHED: 512,
  STREAM_SHIFT: 10,
  FAILURES_SHIFT: 16,
});

/** enum tidemark_match_flags */
export const Match = codes({
  EXACT: 1,
  ACTIVE: 2,
  INACTIVE: 4,
  STALE: 8,
  FRESH: 16,
  FETCHING: 32,
  IDLE: 64,
  PAUSED: 128,
});

/** The members of tidemark_stats, in order. */
export const STATS = Object.freeze(
  /** @type {const} */ ([
    'entries',
    'active',
    'expired',
    'hits',
    'misses',
    'fetches',
    'retries',
    'fetchErrors',
    'refetches',
    'messages',
    'messagesDropped',
    'messagesBad',
    'messagesFolded',
    'changes',
    'marks',
    'reconnects',
    'resets',
    'mutations',
    'rollbacks',
    'memory',
  ]),
);

/** enum tidemark_key_tag */
export const KeyTag = codes({
  END: 0,
  NULL: 1,
  FALSE: 2,
  TRUE: 3,
  NUMBER: 4,
  STRING: 5,
  ARRAY: 6,
  OBJECT: 7,
});
