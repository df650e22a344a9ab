/*
 * What happened in all worlds played so far: that each fault did occur, and how evenly waits are
 * spread, shows over many worlds only.
 */
#ifndef SIMULATION_TALLY_H
#define SIMULATION_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fault {
  /* frames and sockets */
  FAULT_FRAME_LOST,
  FAULT_FRAME_REPEATED,
  FAULT_TAIL_LOST,
  FAULT_FRAME_OF_CLOSED_SOCKET,
  FAULT_NONSENSE,
  FAULT_DEEP_FRAME,
  FAULT_HUGE_FRAME,
  FAULT_TRUNCATED_FRAME,
  FAULT_SOCKETS_CUT,
  FAULT_CUT_WHILE_RESUMING,
  FAULT_RESTARTED_WHILE_RESUMING,
  FAULT_HALF_OPEN,
  FAULT_CONNECTION_REFUSED,
  FAULT_TICKET_FAILED,
  FAULT_SIGN_IN_EXPIRED,
  FAULT_SIGN_IN_FORBIDDEN,
  /* the hub */
  FAULT_SERVER_RESTARTED,
  FAULT_EPOCH_WITHOUT_RESTART,
  FAULT_SOURCE_LOST,
  FAULT_SOURCE_FOUND,
  FAULT_CAME_WHILE_SOURCE_LOST,
  FAULT_GOODBYE,
  FAULT_GOODBYE_HEARD,
  FAULT_RESUMED_IN_OLD_EPOCH,
  FAULT_WINDOW_OVERFLOWED,
  FAULT_CHANGE_FOLDED,
  FAULT_SCOPE_FORBIDDEN,
  FAULT_FLOOD,
  FAULT_FLOOD_OF_THOUSANDS,
  /* answers */
  FAULT_SLOW_ANSWER,
  FAULT_HANGING_REQUEST,
  FAULT_ANSWER_5XX,
  FAULT_ANSWER_401,
  FAULT_ANSWER_429,
  FAULT_NETWORK_ERROR,
  FAULT_LAGGING_REPLICA,
  FAULT_STRANGE_EPOCH,
  FAULT_ANSWER_AFTER_ABORT,
  /* mutations */
  FAULT_MUTATION_REFUSED,
  FAULT_ACKNOWLEDGEMENT_LOST,
  FAULT_ACKNOWLEDGED_TWICE,
  FAULT_ECHO_FIRST,
  FAULT_ECHO_LAST,
  FAULT_SETTLED_OUT_OF_ORDER,
  FAULT_LAYER_ADDED_LATE,
  FAULT_ROLLED_BACK_FROM_BELOW,
  FAULT_ANSWER_UNDER_LAYERS,
  FAULT_LAGGING_ANSWER_UNDER_LAYER,
  FAULT_FOLDED,
  FAULT_CANCELLED_UNDER_LAYER,
  FAULT_REMOVED_UNDER_LAYER,
  FAULT_RESET_UNDER_LAYER,
  FAULT_CLEARED_UNDER_LAYERS,
  FAULT_LAYER_OUTLIVED_GC_TIME,
  /* clients */
  FAULT_CLOCK_FORWARD,
  FAULT_CLOCK_BACK,
  FAULT_SLEPT,
  FAULT_TIMERS_THROTTLED,
  FAULT_HIDDEN,
  FAULT_OFFLINE,
  FAULT_CACHE_FULL,
  FAULT_FRAMES_TAKEN_TOGETHER,
  FAULT_STORM_FOLDED,
  FAULT_STORM_ENDED,
  FAULT_REENTERED,
  FAULT_SCOPES_CHANGED,
  FAULT_SCOPE_ADDED,
  FAULT_ENTRY_SPARED,
  FAULT_OTHER_SCOPES_OF_ENTRY,
  FAULT_SIGNED_OUT,
  FAULT_SIGNED_OUT_WHILE_ASKING,
  FAULT_SIGNED_OUT_UNDER_LAYERS,
  FAULT_ANSWER_OF_OLD_USER,
  FAULTS
};

enum wait { WAIT_RECONNECT, WAIT_AFTER_GOODBYE, WAIT_AFTER_RESET, WAITS };
enum { TENTHS = 10 };

struct tally {
  uint64_t faults[FAULTS];
  uint64_t waits[WAITS][TENTHS]; /* by which tenth of the longest allowed wait they ended in */
};

void tally_wait(struct tally *tally, enum wait wait, double waited, double longest);
void tally_add(struct tally *sum, const struct tally *tally);
void tally_print(const struct tally *tally);
/* False if waits come together instead of spreading over all of what is allowed, as far as there
 * are enough of them to tell; then `detail` says which. */
bool tally_is_even(const struct tally *tally, char *detail, size_t capacity);
/* False if a fault never occurred; then `detail` says which. */
bool tally_is_complete(const struct tally *tally, char *detail, size_t capacity);

#endif
