/*
 * tidemark: the core of a query cache for browsers.
 *
 *      event (now) ──> tidemark_step ──> state
 *                                          │
 *      effects    <── tidemark_drain <─────┘
 *
 * The core holds what is known ABOUT answers: under which key, how far the
 * stream of changes had come when they were asked for, who observes them, what
 * is in flight. It never holds an answer itself, does no I/O, reads no clock
 * and draws no randomness beyond the caller's seed. The caller feeds one event
 * at a time, drains the effects and carries them out: fetch, notify, send.
 *
 * Manners
 *  - Time is a double in milliseconds on any one clock of the caller's. The
 *    clock may jump: forward jumps count as time passed, backward ones as none.
 *  - Results are >= 0, errors are the negative enum tidemark_error. An event
 *    that is refused has changed nothing, but timers that were due have run.
 *  - Handles (entry, observer, mutation) are positive; 0 means none. An entry's
 *    handle is good until its DROP, and not given out again before the drain
 *    after that; an observer's is good until UNOBSERVE; a mutation's until
 *    ACKNOWLEDGED or FAILED, but FOLD and tidemark_layers name it while it has
 *    layers.
 *  - No pointer that an event carries is kept after tidemark_step returns.
 *  - A cache is used by one thread at a time; caches share nothing.
 */
#ifndef TIDEMARK_CACHE_H
#define TIDEMARK_CACHE_H

#include <stddef.h>
#include <stdint.h>

typedef struct tidemark_cache tidemark_cache;

enum tidemark_error {
  TIDEMARK_OK = 0,
  TIDEMARK_ERROR_MEMORY = -1,   /* the allocator refused; the event left no trace */
  TIDEMARK_ERROR_KEY = -2,      /* bytes are not a key encoding, or too deep */
  TIDEMARK_ERROR_KEY_SIZE = -3, /* key longer than limits.key_bytes */
  TIDEMARK_ERROR_HANDLE = -4,   /* no such entry, observer or mutation */
  TIDEMARK_ERROR_EVENT = -5,    /* unknown event type, or a number out of range */
  TIDEMARK_ERROR_FULL = -6,     /* limits.entries, all of them in use, or limits.layers_per_entry */
  TIDEMARK_ERROR_JSON = -7,     /* text is not strict JSON within the limits */
  TIDEMARK_ERROR_RULE = -8,     /* a rule is wrong; tidemark_detail says which and why */
  TIDEMARK_ERROR_CHANGE = -9,   /* a change lacks its resource; tidemark_detail says more */
  TIDEMARK_ERROR_OPTION = -10,  /* an option of tidemark_create is out of range */
};

/* Caller-supplied memory. `release` gets the size that was allocated. */
typedef struct tidemark_allocator {
  void *context;
  void *(*allocate)(void *context, size_t size);
  void (*release)(void *context, void *memory, size_t size);
} tidemark_allocator;

#define TIDEMARK_DEFAULT_MESSAGE_BYTES 65536
#define TIDEMARK_DEFAULT_KEY_BYTES     131072

/* 0 in any field means its default. */
typedef struct tidemark_limits {
  uint32_t message_bytes; /* longest JSON text taken; 65,536 */
  uint32_t json_depth;    /* deepest nesting of JSON text; 32, at most 64 */
  uint32_t key_bytes;     /* longest encoded key; 131,072, at most 1,048,576 */
  uint32_t entries;       /* 1,048,576, below 2^29; beyond, the longest unused one is forgotten */
  uint32_t layers_per_entry;     /* 1,024 */
  uint32_t rules;                /* 1,024 */
  uint32_t concurrent_refetches; /* fetches in flight that changes caused, but for those of a
                                    rule's "refetch" and those that take over 30 s; 8 */
  uint32_t changes_per_second;   /* of the stream's that are looked at one by one; 1,000. Of more,
                                    only that anything may have changed */
  double reset_window;    /* ms, finite, over which active entries refetch after a reset; 2,000 */
  double refetch_spacing; /* ms from one refetch of an entry that a change caused to the start
                             of the next; 250 */
} tidemark_limits;

typedef struct tidemark_options {
  uint64_t seed;         /* secret in production: it keys the hash of keys */
  const char *client_id; /* <= 96 bytes, zero-terminated, copied: "<client_id>.<serial>" names
                            this cache's mutations on the wire; NULL for none */
  tidemark_limits limits;
} tidemark_options;

/* Creates an empty cache: online, visible, no rules, no stream. The allocator is copied.
 * TIDEMARK_OK, TIDEMARK_ERROR_OPTION or TIDEMARK_ERROR_MEMORY; on an error *out is NULL. */
int tidemark_create(const tidemark_options *options, const tidemark_allocator *allocator,
                    tidemark_cache **out);
/* Frees everything; effects not yet drained are lost. NULL is allowed. */
void tidemark_destroy(tidemark_cache *cache);

/* ---- Keys --------------------------------------------------------------------------------
 * A key is a sequence of parts, encoded one after another. A part:
 *   01 null | 02 false | 03 true | 04 f64 (8 bytes, little endian) |
 *   05 string: u16 length (little endian), that many bytes of UTF-8 |
 *   06 array: its parts, then 00 | 07 object: pairs of (05 string, part), then 00
 * The members of an object come in any order; a name occurs once. Nesting is at most
 * limits.json_depth. Strings may hold lone surrogates as three bytes (WTF-8).
 * NaN and infinities are not numbers of a key; -0 is 0. Members that are undefined are left
 * out by the encoder, as JSON does. An empty key is the empty array.
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
  TIDEMARK_BUILD = 1,       /* -> entry: the key's entry, made if there is none; counts as
                               needing it: its gc_time begins anew */
  TIDEMARK_OBSERVE,         /* -> observer on an entry; fetches as its options ask on mount */
  TIDEMARK_SET_OBSERVER,    /* new options, or another entry */
  TIDEMARK_UNOBSERVE,       /* the observer is gone */
  TIDEMARK_FETCH,           /* -> enum tidemark_fetching: an answer somebody waits for */
  TIDEMARK_FETCH_SUCCEEDED, /* -> enum tidemark_landing */
  TIDEMARK_FETCH_FAILED,    /* retried as the event says, or an error */
  TIDEMARK_SET_DATA,        /* the caller put an answer in: a success at this moment */
  TIDEMARK_SET_TAGS,        /* the tags an entry carries from now on */
  TIDEMARK_SET_SCOPES, /* the scopes an entry depends on from now on; none: the whole channel */
  /* a list of entries, usually what tidemark_match selected; a SETTLE says how each fetch that one
     of these wanted has ended */
  TIDEMARK_INVALIDATE, /* mark, then refetch as refetch_type says */
  TIDEMARK_REFETCH,    /* fetch all but disabled and static ones */
  TIDEMARK_CANCEL,     /* abort what is in flight; each entry is as before its fetch, or an error */
  TIDEMARK_REMOVE,     /* forget; an observed entry lives on, found by nobody, while it is needed */
  TIDEMARK_RESET,      /* as if never fetched; active ones fetch */
  /* changes */
  TIDEMARK_RULES,  /* JSON text replaces all rules */
  TIDEMARK_CHANGE, /* JSON text: one change or an array of them -> entries touched */
  /* optimistic mutations */
  TIDEMARK_MUTATION_BEGIN,        /* -> mutation */
  TIDEMARK_MUTATION_LAYER,        /* one more layer of a mutation, on top of an entry */
  TIDEMARK_MUTATION_ACKNOWLEDGED, /* the server did it: each layer goes with the first answer that
                                     holds it, asked for from here on or as of its echo or later */
  TIDEMARK_MUTATION_FAILED,       /* its layers go; after its echo as if acknowledged */
  /* the world */
  TIDEMARK_FLUSH,   /* end of the caller's turn: wanted fetches start */
  TIDEMARK_TICK,    /* time passed; every event advances time and runs timers, but only this one
                       collects what nobody has needed for its gc_time */
  TIDEMARK_ONLINE,  /* value 1: the network is there; 0: it is not */
  TIDEMARK_VISIBLE, /* value 1: somebody sees the page; 0: nobody does */
  TIDEMARK_FORGET,  /* all that is known of the user: disconnects, forgets the position, calls off
                       fetches, drops layers and entries. Observed ones are cleared and stay, and
                       nothing is fetched before somebody asks */
  /* the stream */
  TIDEMARK_SCOPES, /* those the channel is to tell of, at any time; what is added starts with a mark
                      on whatever depends on it once the server has answered */
  TIDEMARK_CONNECT,
  TIDEMARK_DISCONNECT,
  TIDEMARK_TICKET_READY,
  TIDEMARK_TICKET_FAILED,
  TIDEMARK_SOCKET_OPENED,
  TIDEMARK_SOCKET_TEXT, /* one frame; never refused for what it says, only counted and dropped */
  TIDEMARK_SOCKET_CLOSED,
  TIDEMARK_EVENT_END
};

enum tidemark_network_mode {
  TIDEMARK_NETWORK_ONLINE = 0,       /* fetch only while online */
  TIDEMARK_NETWORK_ALWAYS = 1,       /* the network's state does not matter */
  TIDEMARK_NETWORK_OFFLINE_FIRST = 2 /* try once, pause retries while offline */
};

enum tidemark_refetch_on {
  TIDEMARK_REFETCH_NEVER = 0,
  TIDEMARK_REFETCH_IF_STALE = 1,
  TIDEMARK_REFETCH_ALWAYS = 2 /* unless stale_time is TIDEMARK_STATIC */
};

/* A stale_time: never stale, neither by the clock nor by a change. */
#define TIDEMARK_STATIC (-1.0)

typedef struct tidemark_observer_options {
  double stale_time;       /* ms >= 0, INFINITY, or TIDEMARK_STATIC */
  double gc_time;          /* ms >= 0 or INFINITY; an entry keeps the largest asked for */
  double refetch_interval; /* ms > 0, or 0 for none */
  uint8_t enabled;
  uint8_t refetch_on_mount;        /* enum tidemark_refetch_on */
  uint8_t refetch_on_window_focus; /* enum tidemark_refetch_on */
  uint8_t refetch_on_reconnect;    /* enum tidemark_refetch_on */
  uint8_t refetch_interval_in_background;
  uint8_t retry_on_mount; /* fetch on mount although the last fetch failed without data */
  uint8_t network_mode;   /* enum tidemark_network_mode */
} tidemark_observer_options;

enum tidemark_refetch_type {
  TIDEMARK_REFETCH_ACTIVE = 0,
  TIDEMARK_REFETCH_INACTIVE = 1,
  TIDEMARK_REFETCH_ALL = 2,
  TIDEMARK_REFETCH_NONE = 3
};

enum tidemark_fetching {
  TIDEMARK_FETCHING_WANTED = 0, /* a SETTLE of the entry will say how it ended */
  TIDEMARK_FETCHING_FRESH = 1   /* what there is is fresh: nothing is fetched */
};

enum tidemark_landing {
  TIDEMARK_LANDING_LATE = 0,  /* not the fetch in flight: forget the answer */
  TIDEMARK_LANDING_SHOWN = 1, /* the answer is the new base */
  TIDEMARK_LANDING_OLDER = 2  /* the fetch is over, but what is shown is newer: forget the answer */
};

/* Why a server closes a connection, in SOCKET_CLOSED: after the first and the last the stream
 * stops, after the second it asks for a new ticket; after any other code it reconnects. */
enum tidemark_close_code {
  TIDEMARK_CLOSE_PROTOCOL_ERROR = 4400,
  TIDEMARK_CLOSE_NOT_SIGNED_IN = 4401,
  TIDEMARK_CLOSE_FORBIDDEN = 4403
};

/* How a reconnect waits: a random time up to min(base * 2^attempt, cap), or exactly that without
 * jitter. After max_attempts in a row (0: no end) the stream stops. */
typedef struct tidemark_stream_options {
  double backoff_base; /* ms; 0: 500 */
  double backoff_cap;  /* ms; 0: 20,000 */
  uint32_t max_attempts;
  uint8_t no_jitter;
  uint8_t ticket; /* the server signs clients in: ask for a ticket before each connection.
                     Without, the server may speak only the two plain messages */
} tidemark_stream_options;

typedef struct tidemark_event {
  enum tidemark_event_type type;
  uint32_t entry;    /* OBSERVE SET_OBSERVER FETCH* SET_DATA SET_TAGS SET_SCOPES MUTATION_LAYER */
  uint32_t observer; /* SET_OBSERVER UNOBSERVE */
  uint32_t mutation; /* MUTATION_LAYER _ACKNOWLEDGED _FAILED */
  uint32_t id;       /* FETCH_SUCCEEDED/_FAILED: the fetch; SOCKET_*, TICKET_*: the socket;
                        MUTATION_BEGIN: the serial, unique in this cache, > 0 */
  union {
    struct { /* BUILD; SET_TAGS: a key whose parts are arrays, the keys of the tags; SET_SCOPES
                SCOPES: one whose parts are strings, the names; SCOPES: up to message_bytes long */
      const uint8_t *bytes;
      size_t length;
      double gc_time; /* ms or INFINITY */
    } key;
    tidemark_observer_options observer_options; /* OBSERVE SET_OBSERVER */
    struct {                                    /* UNOBSERVE */
      uint8_t signal_taken; /* what is in flight can be aborted: abort and restore if this was the
                               last observer; otherwise it finishes, without retries. What a FETCH
                               or a list asked for goes on all the same */
    } unobserve;
    struct {           /* FETCH */
      uint8_t restart; /* abort what is in flight; otherwise it is joined */
      uint8_t network_mode;
      uint8_t refetch;   /* caused by a change or a rule of the caller's: counts for the cap */
      double stale_time; /* ms: an answer that is fresh for it is enough, without restart */
    } fetch;
    struct {                /* FETCH_SUCCEEDED */
      const uint8_t *as_of; /* "<epoch>:<seq>" that the server sampled before it read, or NULL */
      size_t as_of_length;
    } success;
    struct {              /* FETCH_FAILED */
      double retry_limit; /* further tries; INFINITY for no end */
      double retry_delay; /* ms before the next one; NaN: min(1000 * 2^n, 30000) */
      double retry_after; /* ms the server asked for, or NaN; the longer of both counts */
    } failure;
    struct {                /* SET_DATA */
      double age;           /* ms since the answer was true, >= 0 */
      uint8_t keep_changes; /* restored or initial data: later than no change */
    } data;
    struct { /* INVALIDATE REFETCH CANCEL REMOVE RESET */
      const uint32_t *entries;
      size_t count;
      uint8_t refetch_type; /* INVALIDATE: enum tidemark_refetch_type */
      uint8_t trail;        /* let what is in flight land instead of aborting it. INVALIDATE: one
                               more fetch follows; REFETCH: only if a change has overtaken it */
      uint8_t no_revert;    /* CANCEL: it is an error, instead of as if it had not been asked */
    } list;
    struct {             /* RULES CHANGE SOCKET_TEXT */
      const char *bytes; /* UTF-8, need not be terminated */
      size_t length;
    } text;
    double value; /* ONLINE VISIBLE; SOCKET_CLOSED: close code; TICKET_FAILED: != 0 is for good */
    tidemark_stream_options stream; /* CONNECT */
  };
} tidemark_event;

/* Takes one event in at `now` (ms, of a magnitude up to 2^53). Timers that were due by then run
 * first. Time ends 2^47 ms after the first step, 4,459 years: no timer goes off later. */
int tidemark_step(tidemark_cache *cache, const tidemark_event *event, double now);

/* ---- Effects ------------------------------------------------------------------------------- */
enum tidemark_effect_type {
  TIDEMARK_EFFECT_SETTLE = 1, /* entry: fetch `id` is over, 0 for one that was called off before
                                 it began; flags: enum tidemark_outcome */
  TIDEMARK_EFFECT_CLEAR,      /* entry: its answer and error are void (reset); initial data again */
  TIDEMARK_EFFECT_FOLD,       /* entry: base = update of mutation `id` applied to base */
  TIDEMARK_EFFECT_REPLAY,     /* entry: view = base with tidemark_layers applied in order */
  TIDEMARK_EFFECT_FETCH,      /* entry: ask the server now, as fetch `id`; flags: tries before */
  TIDEMARK_EFFECT_NOTIFY,     /* entry: something an observer may show has changed */
  TIDEMARK_EFFECT_DROP,       /* entry: its handle is void from here on */
  TIDEMARK_EFFECT_TICKET,     /* get a ticket for socket `id` */
  TIDEMARK_EFFECT_OPEN,       /* open socket `id` */
  TIDEMARK_EFFECT_SEND,       /* on socket `id`; flags: enum tidemark_frame */
  TIDEMARK_EFFECT_CLOSE,      /* close socket `id` with code flags; expect no more of it */
  TIDEMARK_EFFECT_STATUS,     /* flags: enum tidemark_stream_status */
  TIDEMARK_EFFECT_WARN,       /* flags: enum tidemark_warning; tidemark_detail says more */
};

enum tidemark_outcome {
  TIDEMARK_OUTCOME_SUCCESS = 0,
  TIDEMARK_OUTCOME_ERROR = 1,
  TIDEMARK_OUTCOME_CANCELLED = 2, /* abort its signal; whoever waits learns that it was cancelled */
  TIDEMARK_OUTCOME_SUPERSEDED = 3, /* abort its signal; whoever waits gets the fetch that follows */
  TIDEMARK_OUTCOME_CANCELLED_ERROR = 4 /* as CANCELLED, which is the entry's error now */
};

enum tidemark_frame {
  TIDEMARK_FRAME_AUTH = 1,      /* with the ticket */
  TIDEMARK_FRAME_SUBSCRIBE = 2, /* resume at tidemark_stream_position, null if its seq is < 0 */
  TIDEMARK_FRAME_PONG = 3
};

enum tidemark_stream_status {
  TIDEMARK_STREAM_STOPPED = 0, /* not asked for, or refused for good */
  TIDEMARK_STREAM_OFFLINE = 1, /* no socket; waiting */
  TIDEMARK_STREAM_CATCHING_UP = 2,
  TIDEMARK_STREAM_GAP = 3, /* something was missed; asked for it */
  TIDEMARK_STREAM_LIVE = 4
};

enum tidemark_warning {
  TIDEMARK_WARNING_RESOURCE = 1, /* no rule is about this resource */
  TIDEMARK_WARNING_TYPE = 2,     /* message of an unknown type */
  TIDEMARK_WARNING_SERVER = 3,   /* an error frame */
  TIDEMARK_WARNING_REFUSED = 4,  /* the stream stopped: bad protocol, not allowed, too many tries */
  TIDEMARK_WARNING_FIELD = 5, /* a field of a change does not fit its rule: cast, or key length */
  TIDEMARK_WARNING_CAST = 6,  /* a rule named no entry, but would with a field as the other of
                                 number and text: a cast is missing */
  TIDEMARK_WARNING_EPOCH = 7  /* an answer says a position of an epoch that the stream never had */
};

typedef struct tidemark_effect {
  uint32_t type;
  uint32_t entry;
  uint32_t id;
  uint32_t flags;
} tidemark_effect;

/* Moves up to `capacity` effects into `out` and returns how many; call until it returns 0, after
 * every step: what two steps do to one entry may otherwise merge. Effects of one entry come in the
 * order of enum tidemark_effect_type. FETCH effects appear only after FLUSH. */
size_t tidemark_drain(tidemark_cache *cache, tidemark_effect *out, size_t capacity);

/* Time, on the clock of the last step, by which TICK should come; INFINITY if nothing waits.
 * It may be earlier than the first timer: then that TICK merely moves timers closer. */
double tidemark_next_deadline(const tidemark_cache *cache);

/* ---- Questions: none of them changes anything an event can see ----------------------------- */

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
  TIDEMARK_STATE_INVALIDATED = 32, /* touched by a change later than it was asked for */
  TIDEMARK_STATE_OBSERVED = 64,
  TIDEMARK_STATE_ACTIVE = 128, /* has an enabled observer */
  TIDEMARK_STATE_LAYERED = 256,
  TIDEMARK_STATE_DETACHED = 512, /* removed while observed */
  /* 3 bits, enum tidemark_stream_status: LIVE if the channel tells of all it depends on and it
   * lacks nothing told; STOPPED if one of its scopes is not to be had. */
  TIDEMARK_STATE_STREAM_SHIFT = 10,
  TIDEMARK_STATE_FAILURES_SHIFT = 16 /* failures of the current fetch, at most 65,535 */
};

/* The entry of a key or 0; negative for bytes that are no key. Creates nothing. */
int tidemark_find(tidemark_cache *cache, const uint8_t *key, size_t length);
/* Bits of enum tidemark_entry_state, or an error. */
int64_t tidemark_state(const tidemark_cache *cache, uint32_t entry);
/* 1 if the entry's answer is stale for that stale_time (ms, INFINITY or TIDEMARK_STATIC) at now;
 * negative for no such entry. */
int tidemark_is_stale(const tidemark_cache *cache, uint32_t entry, double stale_time, double now);
/* 1 if stale for that observer at `now`. A disabled observer's answer is never stale. Negative for
 * no such observer. */
int tidemark_observer_is_stale(const tidemark_cache *cache, uint32_t observer, double now);

enum tidemark_match_flags {
  TIDEMARK_MATCH_EXACT = 1, /* identity instead of partial match */
  TIDEMARK_MATCH_ACTIVE = 2,
  TIDEMARK_MATCH_INACTIVE = 4,
  TIDEMARK_MATCH_STALE = 8,
  TIDEMARK_MATCH_FRESH = 16,
  TIDEMARK_MATCH_FETCHING = 32,
  TIDEMARK_MATCH_IDLE = 64,
  TIDEMARK_MATCH_PAUSED = 128
};

/* Selects the entries whose key the filter key matches: arrays as prefixes and objects as subsets
 * at every depth, leaves by value and type; the empty key matches all. Flags are ANDed; stale means
 * stale for one of the entry's observers, or by marks if it has none. Returns how many; *entries
 * points into the cache and lives until the next match, layers, step or drain. The caller may write
 * to it (to narrow the selection) and hand it back in an event. */
int tidemark_match(tidemark_cache *cache, const uint8_t *key, size_t length, uint32_t flags,
                   double now, uint32_t **entries);
/* The layers of an entry, lowest first, as mutation handles; returns how many, negative for no such
 * entry; lifetime as tidemark_match. */
int tidemark_layers(tidemark_cache *cache, uint32_t entry, uint32_t **mutations);

/* Where the stream stands. *epoch is not terminated and lives until the next step; the result is
 * the last seq, or -1 if no position is known. */
double tidemark_stream_position(const tidemark_cache *cache, const char **epoch, size_t *length);
enum tidemark_stream_status tidemark_stream_state(const tidemark_cache *cache);

typedef struct tidemark_stats {
  double entries, active, expired; /* expired: with data, marked by a change, not refetched yet */
  double hits, misses; /* mounts and FETCHes without restart that needed no fetch, or did */
  double fetches, retries, fetch_errors, refetches; /* refetches: fetches that changes caused */
  double messages, messages_dropped, messages_bad;  /* dropped: old or duplicate */
  double messages_folded;                           /* of those beyond changes_per_second */
  double changes, marks;                            /* marks: entries touched by changes */
  double reconnects, resets, mutations, rollbacks;
  double memory; /* bytes in use */
} tidemark_stats;
void tidemark_get_stats(const tidemark_cache *cache, tidemark_stats *out);

/* What the last error, or the last WARN drained, was about: plain text, zero-terminated, "" if
 * there is nothing to add; lives until the next step. */
const char *tidemark_detail(const tidemark_cache *cache);
/* One sentence for an error code. Static. */
const char *tidemark_error_text(int error);

#endif
