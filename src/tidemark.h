/*
 * tidemark: the core of a query cache for browsers.
 *
 *      event (now) ──> tidemark_step ──> state
 *                                          │
 *      effects    <── tidemark_drain <─────┘
 *
 * The core keeps metadata about answers: the key, the stream's position when
 * the fetch started, the observers, the fetch in flight. It never holds the
 * answer itself, does no I/O, reads no clock and uses no randomness beyond the
 * caller's seed. The caller passes in one event at a time, drains the effects
 * and carries them out: fetch, notify, send.
 *
 * Conventions
 *  - Time is a double in milliseconds, on any clock, as long as it is always
 *    the same one. The clock may jump: a jump forward counts as time passed, a
 *    jump backward as no time.
 *  - Results are >= 0; errors are the negative enum tidemark_error. A refused
 *    event changes nothing, except that timers that were due have run.
 *  - Handles (entry, observer, mutation) are positive; 0 means none. An entry's
 *    handle is valid until its DROP and is not reused before the following
 *    drain. An observer's handle is valid until UNOBSERVE. A mutation's handle
 *    is valid until ACKNOWLEDGED or FAILED; FOLD and tidemark_layers still name
 *    the mutation while it has layers.
 *  - tidemark_step keeps no pointer of an event after it returns.
 *  - A cache must be used by one thread at a time; caches share nothing.
 */
#ifndef TIDEMARK_H
#define TIDEMARK_H

#include <stddef.h>
#include <stdint.h>

typedef struct tidemark_cache tidemark_cache;

enum tidemark_error {
  TIDEMARK_OK = 0,
  TIDEMARK_ERROR_MEMORY = -1,   /* the allocator failed; the event changed nothing */
  TIDEMARK_ERROR_KEY = -2,      /* the bytes are no encoded key, or it is nested too deeply */
  TIDEMARK_ERROR_KEY_SIZE = -3, /* key longer than limits.key_bytes */
  TIDEMARK_ERROR_HANDLE = -4,   /* no such entry, observer or mutation */
  TIDEMARK_ERROR_EVENT = -5,    /* unknown event type, or a number out of range */
  TIDEMARK_ERROR_FULL = -6,     /* limits.entries is reached and all are in use, or
                                   limits.layers_per_entry is reached */
  TIDEMARK_ERROR_JSON = -7,     /* the text is not strict JSON within the limits */
  TIDEMARK_ERROR_RULE = -8,     /* invalid rule; tidemark_detail says which one and why */
  TIDEMARK_ERROR_CHANGE = -9,   /* a change has no resource; tidemark_detail says which one */
  TIDEMARK_ERROR_OPTION = -10,  /* an option of tidemark_create is out of range */
};

/* Caller-supplied memory. `release` gets the size that was passed to `allocate`. */
typedef struct tidemark_allocator {
  void *context;
  void *(*allocate)(void *context, size_t size);
  void (*release)(void *context, void *memory, size_t size);
} tidemark_allocator;

#define TIDEMARK_DEFAULT_MESSAGE_BYTES 65536
#define TIDEMARK_DEFAULT_KEY_BYTES     131072

/* 0 in any field means the default, which the comment names. */
typedef struct tidemark_limits {
  uint32_t message_bytes;        /* longest JSON text accepted; 65,536 */
  uint32_t json_depth;           /* deepest nesting of JSON text; 32, at most 64 */
  uint32_t key_bytes;            /* longest encoded key; 131,072, at most 1,048,576 */
  uint32_t entries;              /* 1,048,576, below 2^29; at the limit, the entry that has been
                                    unused for longest is dropped */
  uint32_t layers_per_entry;     /* 1,024 */
  uint32_t rules;                /* 1,024 */
  uint32_t concurrent_refetches; /* refetches in flight that changes caused; 8. A rule's "refetch"
                                    and fetches that take over 30 s do not count */
  uint32_t changes_per_second;   /* changes of the stream that are handled one by one; 1,000. All
                                    beyond are folded into "anything may have changed" */
  double reset_window;           /* ms, finite: after a reset, active entries refetch spread over
                                    this time; 2,000 */
  double refetch_spacing;        /* ms, finite: the least time from one refetch of an entry that a
                                    change caused to the start of the next; 250 */
} tidemark_limits;

typedef struct tidemark_options {
  uint64_t seed;         /* must be secret in production: it keys the hash of keys */
  const char *client_id; /* <= 96 bytes, zero-terminated, copied: "<client_id>.<serial>" names
                            this cache's mutations on the wire; NULL for none */
  tidemark_limits limits;
} tidemark_options;

/* Creates an empty cache: online, visible, no rules, no stream. The allocator is copied. Returns
 * TIDEMARK_OK, TIDEMARK_ERROR_OPTION or TIDEMARK_ERROR_MEMORY; on an error *out is NULL. */
int tidemark_create(const tidemark_options *options, const tidemark_allocator *allocator,
                    tidemark_cache **out);
/* Frees everything, including effects that were not drained. NULL is allowed. */
void tidemark_destroy(tidemark_cache *cache);

/* ---- Keys --------------------------------------------------------------------------------
 * A key is a sequence of parts, encoded one after another. A part:
 *   01 null | 02 false | 03 true | 04 f64 (8 bytes, little endian) |
 *   05 string: u16 length (little endian), that many bytes of UTF-8 |
 *   06 array: its parts, then 00 | 07 object: pairs of (05 string, part), then 00
 * The members of an object may come in any order; each name must occur once. Nesting is at most
 * limits.json_depth. Strings may hold lone surrogates as three bytes (WTF-8). Numbers must be
 * finite; -0 equals 0. The encoder omits members that are undefined, as JSON does. An empty key
 * is the empty array.
 */
enum tidemark_key_tag {
  TIDEMARK_KEY_END = 0,
  TIDEMARK_KEY_NULL = 1,
  TIDEMARK_KEY_FALSE = 2,
  TIDEMARK_KEY_TRUE = 3,
  TIDEMARK_KEY_NUMBER = 4,
  TIDEMARK_KEY_STRING = 5,
  TIDEMARK_KEY_ARRAY = 6,
  TIDEMARK_KEY_OBJECT = 7,
};

/* ---- Events -------------------------------------------------------------------------------- */
enum tidemark_event_type {
  /* entries and observers */
  TIDEMARK_BUILD = 1,       /* -> entry: the key's entry, created if needed; restarts its gc_time */
  TIDEMARK_OBSERVE,         /* -> observer: adds one to an entry; fetches on mount if its options
                               say so */
  TIDEMARK_SET_OBSERVER,    /* gives an observer new options, or another entry */
  TIDEMARK_UNOBSERVE,       /* removes an observer */
  TIDEMARK_FETCH,           /* -> enum tidemark_fetching: the caller waits for an answer */
  TIDEMARK_FETCH_SUCCEEDED, /* -> enum tidemark_landing */
  TIDEMARK_FETCH_FAILED,    /* retries as the event says, otherwise sets the entry's error */
  TIDEMARK_SET_DATA,        /* the caller set the data: counts as a success at this moment */
  TIDEMARK_SET_TAGS,        /* replaces the tags of an entry */
  TIDEMARK_SET_SCOPES,      /* replaces the scopes that an entry depends on; an empty list means
                               all scopes of the channel */
  /* Events on a list of entries, usually the selection of tidemark_match. A SETTLE reports the end
     of each fetch that INVALIDATE, REFETCH or RESET started. */
  TIDEMARK_INVALIDATE, /* marks, then refetches as refetch_type says */
  TIDEMARK_REFETCH,    /* fetches all but disabled and static entries */
  TIDEMARK_CANCEL,     /* aborts the fetches; restores the state from before, or sets an error */
  TIDEMARK_REMOVE,     /* removes; an observed entry is detached: its key no longer finds it until
                          that is built or, if it is active, a change touches it; then it is as if
                          never fetched */
  TIDEMARK_RESET,      /* restores the state from before the first fetch; active entries fetch */
  /* changes */
  TIDEMARK_RULES,  /* JSON text replaces all rules */
  TIDEMARK_CHANGE, /* JSON text: one change or an array of them -> entries touched */
  /* optimistic mutations */
  TIDEMARK_MUTATION_BEGIN,        /* -> mutation */
  TIDEMARK_MUTATION_LAYER,        /* adds a layer of a mutation on top of an entry */
  TIDEMARK_MUTATION_ACKNOWLEDGED, /* the server succeeded. A layer stays until the first answer
                                     that contains it: one whose fetch started after this event,
                                     or one as of the mutation's echo or later */
  TIDEMARK_MUTATION_FAILED,       /* removes its layers; after its echo, same as ACKNOWLEDGED */
  /* the environment */
  TIDEMARK_FLUSH,   /* end of the caller's turn: whatever is pending starts */
  TIDEMARK_TICK,    /* time passed. Every event advances time and runs timers; only this one
                       collects entries that were unused for their gc_time */
  TIDEMARK_ONLINE,  /* value 1: the network is available; 0: it is not */
  TIDEMARK_VISIBLE, /* value 1: the page is visible; 0: it is hidden */
  TIDEMARK_FORGET,  /* the user signed out: disconnects, forgets the position, cancels fetches,
                       drops layers and entries. Observed entries are cleared and kept; they are
                       not fetched before the caller asks for it or the stream is live again */
  /* the stream */
  TIDEMARK_SCOPES, /* the scopes to subscribe to; may change at any time. After the server has
                      confirmed an added scope, all entries that depend on it are marked */
  TIDEMARK_CONNECT,
  TIDEMARK_DISCONNECT,
  TIDEMARK_TICKET_READY,
  TIDEMARK_TICKET_FAILED,
  TIDEMARK_SOCKET_OPENED,
  TIDEMARK_SOCKET_TEXT, /* one frame. A malformed one is counted and dropped, never an error */
  TIDEMARK_SOCKET_CLOSED,
  TIDEMARK_EVENT_END
};

enum tidemark_network_mode {
  TIDEMARK_NETWORK_ONLINE = 0,       /* fetch only while online */
  TIDEMARK_NETWORK_ALWAYS = 1,       /* fetch whether online or not */
  TIDEMARK_NETWORK_OFFLINE_FIRST = 2 /* try once even offline; pause retries while offline */
};

enum tidemark_refetch_on {
  TIDEMARK_REFETCH_NEVER = 0,
  TIDEMARK_REFETCH_IF_STALE = 1,
  TIDEMARK_REFETCH_ALWAYS = 2 /* unless stale_time is TIDEMARK_STATIC */
};

/* A stale_time: the answer never becomes stale, neither with time nor by a change. */
#define TIDEMARK_STATIC (-1.0)

typedef struct tidemark_observer_options {
  double stale_time;       /* ms >= 0, INFINITY, or TIDEMARK_STATIC */
  double gc_time;          /* ms >= 0 or INFINITY; the largest value requested for an entry wins */
  double refetch_interval; /* ms > 0, or 0 for none */
  uint8_t enabled;
  uint8_t refetch_on_mount;        /* enum tidemark_refetch_on */
  uint8_t refetch_on_window_focus; /* enum tidemark_refetch_on */
  uint8_t refetch_on_reconnect;    /* enum tidemark_refetch_on */
  uint8_t refetch_interval_in_background;
  uint8_t retry_on_mount; /* fetch on mount even if the last fetch failed and there is no data */
  uint8_t network_mode;   /* enum tidemark_network_mode */
} tidemark_observer_options;

enum tidemark_refetch_type {
  TIDEMARK_REFETCH_ACTIVE = 0,
  TIDEMARK_REFETCH_INACTIVE = 1,
  TIDEMARK_REFETCH_ALL = 2,
  TIDEMARK_REFETCH_NONE = 3
};

enum tidemark_fetching {
  TIDEMARK_FETCHING_WANTED = 0, /* a SETTLE of the entry will report how the fetch ended */
  TIDEMARK_FETCHING_FRESH = 1   /* the cached answer is fresh: there is no fetch */
};

enum tidemark_landing {
  TIDEMARK_LANDING_LATE = 0,  /* the fetch is not in flight any more: discard the answer */
  TIDEMARK_LANDING_SHOWN = 1, /* the answer is the new base */
  TIDEMARK_LANDING_OLDER = 2  /* the fetch is over, but the data shown is newer: discard it */
};

/* Close codes in SOCKET_CLOSED. After PROTOCOL_ERROR and FORBIDDEN the stream stops. After
 * NOT_SIGNED_IN it reconnects with a new ticket, as after any other code. */
enum tidemark_close_code {
  TIDEMARK_CLOSE_PROTOCOL_ERROR = 4400,
  TIDEMARK_CLOSE_NOT_SIGNED_IN = 4401,
  TIDEMARK_CLOSE_FORBIDDEN = 4403
};

/* The delay before a reconnect: a random time up to min(base * 2^attempt, cap), or exactly that
 * without jitter. After max_attempts failures in a row (0: no limit) the stream stops. */
typedef struct tidemark_stream_options {
  double backoff_base; /* ms; 0: 500 */
  double backoff_cap;  /* ms; 0: 20,000 */
  uint32_t max_attempts;
  uint8_t no_jitter;
  uint8_t ticket; /* 1: the server requires sign-in; request a ticket before each connection. 0: no
                     sign-in; the server may then send only the two basic message types */
} tidemark_stream_options;

typedef struct tidemark_event {
  enum tidemark_event_type type;
  uint32_t entry;    /* OBSERVE SET_OBSERVER FETCH* SET_DATA SET_TAGS SET_SCOPES MUTATION_LAYER */
  uint32_t observer; /* SET_OBSERVER UNOBSERVE */
  uint32_t mutation; /* MUTATION_LAYER _ACKNOWLEDGED _FAILED */
  uint8_t reread;    /* SET_OBSERVER: 1: what functions among the options say, asked again before
                        an event that is yet to come: nothing is fetched for it */
  uint32_t id;       /* FETCH_SUCCEEDED/_FAILED: the fetch; SOCKET_*, TICKET_*: the socket;
                        MUTATION_BEGIN: the serial, unique in this cache, > 0 */
  union {
    struct { /* BUILD. SET_TAGS: a key whose parts are arrays, one per tag. SET_SCOPES, SCOPES: a
                key whose parts are strings, the names; for SCOPES up to message_bytes long */
      const uint8_t *bytes;
      size_t length;
      double gc_time; /* ms or INFINITY */
    } key;
    tidemark_observer_options observer_options; /* OBSERVE SET_OBSERVER */
    struct {                                    /* UNOBSERVE */
      uint8_t signal_taken; /* matters when the last observer leaves during a fetch. 1: the fetch
                               can be aborted: abort it and restore the state from before. 0: let
                               it finish, without retries. A fetch that a FETCH or a list of
                               entries requested goes on in both cases */
    } unobserve;
    struct {           /* FETCH */
      uint8_t restart; /* 1: abort the fetch in flight and start a new one; 0: join it */
      uint8_t network_mode;
      uint8_t refetch;   /* 1: caused by a change; limits.concurrent_refetches applies */
      double stale_time; /* ms: without restart, an answer that is fresh by it needs no fetch */
    } fetch;
    struct {                /* FETCH_SUCCEEDED */
      const uint8_t *as_of; /* the position "<epoch>:<seq>" that the server took before it read its
                               database, or NULL */
      size_t as_of_length;
    } success;
    struct {              /* FETCH_FAILED */
      double retry_limit; /* number of retries; INFINITY for no limit */
      double retry_delay; /* ms before the next try; NaN: min(1000 * 2^n, 30000) */
      double retry_after; /* ms that the server asked for, or NaN; the longer delay wins */
    } failure;
    struct {                /* SET_DATA */
      double age;           /* ms since the data was fetched, >= 0 */
      uint8_t keep_changes; /* 1: restored or initial data; it does not clear marks of changes */
    } data;
    struct { /* INVALIDATE REFETCH CANCEL REMOVE RESET */
      const uint32_t *entries;
      size_t count;
      uint8_t refetch_type; /* INVALIDATE: enum tidemark_refetch_type */
      uint8_t trail;        /* 1: let the fetch in flight finish instead of aborting it. INVALIDATE:
                               one more fetch follows; REFETCH: one follows only if a change came
                               after the fetch started */
      uint8_t no_revert;    /* CANCEL: set an error instead of restoring the state from before */
    } list;
    struct {             /* RULES CHANGE SOCKET_TEXT */
      const char *bytes; /* UTF-8, not necessarily terminated */
      size_t length;
    } text;
    double value; /* ONLINE, VISIBLE: 0 or 1. SOCKET_CLOSED: the close code. TICKET_FAILED: != 0
                     stops the stream, 0 tries again */
    tidemark_stream_options stream; /* CONNECT */
  };
} tidemark_event;

/* Handles one event at `now` (ms, of a magnitude up to 2^53). Timers that are due by then run
 * first. No timer fires later than 2^47 ms (4,459 years) after the first step. */
int tidemark_step(tidemark_cache *cache, const tidemark_event *event, double now);

/* ---- Effects ------------------------------------------------------------------------------- */
enum tidemark_effect_type {
  TIDEMARK_EFFECT_SETTLE = 1, /* entry: fetch `id` is over (0: cancelled before it started);
                                 flags: enum tidemark_outcome */
  TIDEMARK_EFFECT_CLEAR,      /* entry: discard its answer and error (reset); set initial data */
  TIDEMARK_EFFECT_FOLD,       /* entry: base = update of mutation `id` applied to base */
  TIDEMARK_EFFECT_REPLAY,     /* entry: view = base with tidemark_layers applied in order */
  TIDEMARK_EFFECT_FETCH,      /* entry: start fetch `id`; flags: number of failed tries before */
  TIDEMARK_EFFECT_NOTIFY,     /* entry: its state changed; notify its observers */
  TIDEMARK_EFFECT_DROP,       /* entry: its handle is invalid from now on */
  TIDEMARK_EFFECT_TICKET,     /* get a ticket for socket `id` */
  TIDEMARK_EFFECT_OPEN,       /* open socket `id` */
  TIDEMARK_EFFECT_SEND,       /* on socket `id`; flags: enum tidemark_frame */
  TIDEMARK_EFFECT_CLOSE,      /* close socket `id` with code flags; report no more events of it */
  TIDEMARK_EFFECT_STATUS,     /* flags: enum tidemark_stream_status */
  TIDEMARK_EFFECT_WARN,       /* flags: enum tidemark_warning; details in tidemark_detail */
};

enum tidemark_outcome {
  TIDEMARK_OUTCOME_SUCCESS = 0,
  TIDEMARK_OUTCOME_ERROR = 1,
  TIDEMARK_OUTCOME_CANCELLED = 2,      /* abort its signal; reject its promises as cancelled */
  TIDEMARK_OUTCOME_SUPERSEDED = 3,     /* abort its signal; its promises wait for the next fetch */
  TIDEMARK_OUTCOME_CANCELLED_ERROR = 4 /* as CANCELLED, and that is the entry's error now */
};

enum tidemark_frame {
  TIDEMARK_FRAME_AUTH = 1,      /* with the ticket */
  TIDEMARK_FRAME_SUBSCRIBE = 2, /* resume at tidemark_stream_position, null if its seq is < 0 */
  TIDEMARK_FRAME_PONG = 3
};

enum tidemark_stream_status {
  TIDEMARK_STREAM_STOPPED = 0,     /* not connected, or refused permanently */
  TIDEMARK_STREAM_OFFLINE = 1,     /* no socket; will reconnect */
  TIDEMARK_STREAM_CATCHING_UP = 2, /* connected; requesting missed changes */
  TIDEMARK_STREAM_GAP = 3,         /* messages are missing; requested them */
  TIDEMARK_STREAM_LIVE = 4         /* receives every change */
};

enum tidemark_warning {
  TIDEMARK_WARNING_RESOURCE = 1, /* no rule matches this resource */
  TIDEMARK_WARNING_TYPE = 2,     /* message of an unknown type */
  TIDEMARK_WARNING_SERVER = 3,   /* the server sent an error frame */
  TIDEMARK_WARNING_REFUSED = 4,  /* the stream stopped: protocol error, forbidden, or too many
                                    failed attempts */
  TIDEMARK_WARNING_FIELD = 5,    /* a field of a change does not fit its rule: it cannot be cast, or
                                 the key becomes too long */
  TIDEMARK_WARNING_CAST = 6,     /* a rule matched no entry, but would if a field were a number
                                 instead of text, or the reverse: a cast is missing */
  TIDEMARK_WARNING_EPOCH = 7     /* an answer's position is of an epoch that the stream never had */
};

typedef struct tidemark_effect {
  uint32_t type;
  uint32_t entry;
  uint32_t id;
  uint32_t flags;
} tidemark_effect;

/* Moves up to `capacity` effects into `out` and returns how many. Call it after every step until it
 * returns 0; otherwise the effects of two steps on one entry may merge. Effects of one entry come
 * in the order of enum tidemark_effect_type. FETCH effects appear after OBSERVE, SET_OBSERVER and
 * FETCH, for what these ask for, and after FLUSH, for what changes, lists and timers ask for. */
size_t tidemark_drain(tidemark_cache *cache, tidemark_effect *out, size_t capacity);

/* The time, on the clock of the last step, at which to send the next TICK; INFINITY if no timer is
 * set. It may be earlier than the first timer; that TICK then runs none and sets a new deadline. */
double tidemark_next_deadline(const tidemark_cache *cache);

/* ---- Queries: none of them changes the state that events depend on ------------------------- */

/* Bits of tidemark_state(). */
enum tidemark_entry_state {
  TIDEMARK_STATUS_MASK = 3,
  TIDEMARK_STATUS_PENDING = 0,
  TIDEMARK_STATUS_SUCCESS = 1,
  TIDEMARK_STATUS_ERROR = 2,
  TIDEMARK_FETCH_STATUS_MASK = 12,
  TIDEMARK_FETCH_STATUS_IDLE = 0,
  TIDEMARK_FETCH_STATUS_FETCHING = 4, /* in flight, waiting to retry, or starting at the flush */
  TIDEMARK_FETCH_STATUS_PAUSED = 8,
  TIDEMARK_STATE_HAS_DATA = 16,
  TIDEMARK_STATE_INVALIDATED = 32, /* marked by a change that came after its fetch started */
  TIDEMARK_STATE_OBSERVED = 64,
  TIDEMARK_STATE_ACTIVE = 128, /* has an enabled observer */
  TIDEMARK_STATE_LAYERED = 256,
  TIDEMARK_STATE_DETACHED = 512, /* removed while observed */
  /* 3 bits, enum tidemark_stream_status: LIVE if the channel covers all scopes that the entry
   * depends on and its answer includes every change received; STOPPED if the server refused one of
   * its scopes. */
  TIDEMARK_STATE_STREAM_SHIFT = 10,
  TIDEMARK_STATE_FAILURES_SHIFT = 16 /* failures of the current fetch, at most 65,535 */
};

/* The entry of a key, 0 if there is none, or an error for bytes that are no key. Creates none. */
int tidemark_find(tidemark_cache *cache, const uint8_t *key, size_t length);
/* Bits of enum tidemark_entry_state, or an error. */
int64_t tidemark_state(const tidemark_cache *cache, uint32_t entry);
/* 1 if the entry's answer is stale by that stale_time (ms, INFINITY or TIDEMARK_STATIC) at `now`;
 * an error if there is no such entry. */
int tidemark_is_stale(const tidemark_cache *cache, uint32_t entry, double stale_time, double now);
/* 1 if the answer is stale for that observer at `now`; never for a disabled observer. An error if
 * there is no such observer. */
int tidemark_observer_is_stale(const tidemark_cache *cache, uint32_t observer, double now);

enum tidemark_match_flags {
  TIDEMARK_MATCH_EXACT = 1, /* equal keys only, instead of a partial match */
  TIDEMARK_MATCH_ACTIVE = 2,
  TIDEMARK_MATCH_INACTIVE = 4,
  TIDEMARK_MATCH_STALE = 8,
  TIDEMARK_MATCH_FRESH = 16,
  TIDEMARK_MATCH_FETCHING = 32,
  TIDEMARK_MATCH_IDLE = 64,
  TIDEMARK_MATCH_PAUSED = 128
};

/* Selects the entries whose key the filter key matches: arrays match as prefixes and objects as
 * subsets at every depth, leaves by value and type; the empty key matches all. Flags are ANDed. An
 * entry is stale if it is stale for one of its observers, or if it has none and is marked. Returns
 * the number of entries. *entries points into the cache and is valid until the next match, layers,
 * step or drain. The caller may write to it (to narrow the selection) and pass it to an event. */
int tidemark_match(tidemark_cache *cache, const uint8_t *key, size_t length, uint32_t flags,
                   double now, uint32_t **entries);
/* The layers of an entry, lowest first, as mutation handles. Returns their number, or an error if
 * there is no such entry. *mutations is valid as long as the selection of tidemark_match. */
int tidemark_layers(tidemark_cache *cache, uint32_t entry, uint32_t **mutations);
/* The observer that asked for the entry's fetch: it came, was enabled, or its interval or its
 * options on focus or reconnect say so. 0 if anything else asked, or the entry is unknown. */
uint32_t tidemark_fetch_cause(const tidemark_cache *cache, uint32_t entry);

/* The position of the stream. *epoch is not terminated and is valid until the next step. Returns
 * the last seq, or -1 if no position is known. */
double tidemark_stream_position(const tidemark_cache *cache, const char **epoch, size_t *length);
enum tidemark_stream_status tidemark_stream_state(const tidemark_cache *cache);

typedef struct tidemark_stats {
  double entries, active, expired; /* expired: have data, marked by a change, not yet refetched */
  double hits, misses; /* mounts, and FETCHes without restart, that needed no fetch / a fetch */
  double fetches, retries, fetch_errors, refetches; /* refetches: fetches that changes caused */
  double messages, messages_dropped, messages_bad;  /* dropped: old or duplicate */
  double messages_folded;                           /* those beyond limits.changes_per_second */
  double changes, marks;                            /* marks: entries that changes marked */
  double reconnects, resets, mutations, rollbacks;
  double memory; /* bytes in use */
} tidemark_stats;
void tidemark_get_stats(const tidemark_cache *cache, tidemark_stats *out);

/* Details of the last error, or of the last WARN drained: plain text, zero-terminated, "" if there
 * are none; valid until the next step. */
const char *tidemark_detail(const tidemark_cache *cache);
/* One sentence for an error code, as a static string. */
const char *tidemark_error_text(int error);

#endif
