/*
 * Mistakes planted on purpose, each plausible, so that the simulator can show that it would see
 * them: PLANTED(NAME) stands where the mistake would be made. It is 0 in every build but the
 * simulator's second one (-DTIDEMARK_PLANTED), where one of them at a time is made.
 */
#ifndef TIDEMARK_PLANTED_H
#define TIDEMARK_PLANTED_H

#ifdef TIDEMARK_PLANTED

#define PLANTED_BUGS(BUG)                                                                          \
  /* fetches and freshness */                                                                      \
  BUG(TRAILING_REFETCH_LOST, "a change while a fetch is in flight asks for no other one")          \
  BUG(CHANGE_DURING_FIRST_FETCH_LOST, "a change of an entry without an answer marks nothing")      \
  BUG(OLDER_ANSWER_SHOWN, "an answer replaces one that is newer")                                  \
  BUG(SUPERSEDED_ANSWER_TAKEN, "an answer is taken for that of the fetch in flight")               \
  BUG(LAGGING_ANSWER_LEFT, "an answer that lacks a change is not asked for again")                 \
  BUG(FAILED_REFETCH_FRESH, "a refetch that failed counts as one that succeeded")                  \
  BUG(RECOVERY_FORGOTTEN, "what a change marked is left when its retries are used up")             \
  BUG(MARK_FORGOTTEN_ON_MOUNT, "a stale entry that somebody comes back to is taken for fresh")     \
  BUG(PAUSED_FETCH_LEFT, "a fetch that waits for the network is called off when nobody looks")     \
  BUG(CHANGE_BEFORE_ANSWER_FORGOTTEN, "a change is forgotten when the first fetch fails")          \
  BUG(CANCEL_ENDS_CHANGE, "a change whose refetch is cancelled is not asked for again")            \
  BUG(PUT_OFF_TOO_SHORTLY, "a refetch called off comes back at once over what was written since")  \
  BUG(STATIC_LEAVES_STALE, "what changed under a static observer stays so when that is gone")      \
  BUG(REMOVED_STAYS_DEAF, "who looks at a removed key hears of no change of it")                   \
  BUG(AWAITED_ABANDONED, "who leaves calls off a fetch that others wait for")                      \
  BUG(INACTIVE_REFETCHED, "a change refetches what nobody looks at")                               \
  BUG(ASKED_FETCH_WAITS, "what an observer or a caller asks for starts when the turn ends")        \
  BUG(REFETCH_STARTS_AT_ONCE, "a refetch for a change does not wait for the end of its turn")      \
  /* the schedule */                                                                               \
  BUG(CAP_IGNORED, "any number of refetches starts at once")                                       \
  BUG(HIDDEN_PAGE_REFETCHES, "a change refetches although nobody sees the page")                   \
  BUG(RETRY_ONE_TOO_MANY, "a fetch is tried once more than allowed")                               \
  BUG(RETRY_AFTER_IGNORED, "a try does not wait as long as the server asked for")                  \
  BUG(SPREAD_UNBOUNDED, "a spread wait may be four times as long as the wait")                     \
  BUG(RESET_WINDOW_UNBOUNDED, "after a reset a refetch may come after the window")                 \
  BUG(RESET_NOT_SPREAD, "after a reset everything is refetched at once")                           \
  /* entries' lives */                                                                             \
  BUG(OBSERVED_COLLECTED, "an entry is collected under an observer")                               \
  BUG(LAYERED_COLLECTED, "an entry is collected under a layer")                                    \
  BUG(FLYING_COLLECTED, "an entry is collected while its fetch is in flight")                      \
  BUG(NEWEST_FORGOTTEN, "a full cache forgets what was used last")                                 \
  BUG(STALE_TIMER_KEPT, "an observer that is gone still hears that its answer is stale")           \
  BUG(CLOCK_JUMP_LOSES_TIMERS, "after the clock was set back timers wait for the old time")        \
  BUG(LEAK_AT_DESTROY, "a destroyed cache keeps its tags")                                         \
  /* layers of mutations */                                                                        \
  BUG(LOWEST_LAYER_ROLLED_BACK, "a failure takes the lowest layer, whosever it is")                \
  BUG(ROLLED_BACK_AFTER_ECHO, "a mutation that was done, but whose answer was lost, is undone")    \
  BUG(DONE_TAKES_LAYER, "the acknowledgement takes the layer before an answer holds it")           \
  BUG(LAGGING_ANSWER_TAKES_LAYER, "a lagging answer takes the layer of what it lacks")             \
  BUG(HELD_LAYER_KEPT, "a layer stays on an answer that holds it")                                 \
  BUG(DONE_MARKS_NOTHING, "nothing is asked for again when a mutation is done")                    \
  BUG(ECHO_REFETCHES_AGAIN, "the echo of an acknowledged mutation is a change like any")           \
  BUG(PENDING_LAYER_FOLDED, "a layer whose mutation may still fail becomes part of the base")      \
  BUG(FOLDED_IN_FLIGHT, "a layer is folded into a base that an older answer replaces")             \
  BUG(LAYER_LEFT_WHEN_NOBODY_LOOKS, "what is done is not folded when the last observer leaves")    \
  /* the stream */                                                                                 \
  BUG(OLD_FRAME_APPLIED, "a frame that comes twice is applied twice")                              \
  BUG(GAP_IGNORED, "a frame is applied although one before it is missing")                         \
  BUG(RESET_HIDES_GAP, "a reset of some scopes hides that a frame of others is missing")           \
  BUG(PING_GAP_IGNORED, "a ping ahead of the position shows nothing")                              \
  BUG(POSITION_BEFORE_LIST, "the position moves before what was missed has been applied")          \
  BUG(RESUMED_WITHOUT_LIST, "a subscription that was not recovered counts as recovered")           \
  BUG(EPOCH_IGNORED, "positions of a new epoch are compared with those of the old one")            \
  BUG(EPOCH_OF_ANSWER_IGNORED, "an answer's position counts in whatever epoch")                    \
  BUG(STRANGE_EPOCH_ASKED_AGAIN, "an answer of an epoch that never was is asked for for ever")     \
  BUG(BACKOFF_ABOVE_CAP, "the wait before a reconnect may be longer than its cap")                 \
  BUG(RECONNECT_NOT_SPREAD, "all clients reconnect after the same wait")                           \
  BUG(SILENCE_IGNORED, "a socket that nothing comes from is kept")                                 \
  BUG(GOODBYE_COMES_EARLY, "who was told when to come back comes when it would have anyway")       \
  BUG(GOODBYE_KEPT, "what one goodbye asked for holds for all later returns")                      \
  BUG(STORM_NOT_FOLDED, "every change is looked at, however many there are")                       \
  BUG(STORM_END_FORGOTTEN, "what was folded is not marked at the end of its second")               \
  BUG(REFETCHES_NOT_SPACED, "each change refetches at once, however soon after the last")          \
  BUG(SOURCE_IGNORED, "a server that does not hear of changes counts as live")                     \
  BUG(SOURCE_STAYS_LOST, "a ping does not say that the server hears again")                        \
  BUG(HELLO_HIDES_SOURCE, "who connects to a server that hears nothing counts as live")            \
  /* scopes */                                                                                     \
  BUG(SCOPE_MARKS_ALL, "what concerns some scopes marks everything")                               \
  BUG(ADDED_SCOPE_LIVE, "what an added scope told before is taken for known")                      \
  BUG(REFUSED_SCOPE_LIVE, "a scope that was refused counts as told of")                            \
  BUG(STATUS_NOT_TOLD, "nobody hears that a scope is not live any more")                           \
  /* users */                                                                                      \
  BUG(FORGET_KEEPS_LAYER, "who has signed out leaves layers on what is observed")                  \
  BUG(FORGET_KEEPS_POSITION, "the next user goes on from where the last one stood")                \
  BUG(FORGET_SPARES_FLYING, "an answer under way lands for the next user")

#define PLANTED_NAME(name, sentence) PLANTED_##name,
enum planted_bug { PLANTED_NOTHING, PLANTED_BUGS(PLANTED_NAME) PLANTED_END };
#undef PLANTED_NAME

/* The one that is made. Whoever links this build has the variable. */
extern enum planted_bug tidemark_planted;
#define PLANTED(name) (tidemark_planted == PLANTED_##name)

#else
#define PLANTED(name) 0
#endif

#endif
