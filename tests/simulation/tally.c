#include "tally.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

enum { ENOUGH = 500 };

static const char *const FAULT_TEXTS[FAULTS] = {
    [FAULT_FRAME_LOST] = "frame lost by a relay",
    [FAULT_FRAME_REPEATED] = "frame repeated by a relay",
    [FAULT_TAIL_LOST] = "end of a connection lost",
    [FAULT_FRAME_OF_CLOSED_SOCKET] = "frame of a closed socket",
    [FAULT_NONSENSE] = "frame that means nothing",
    [FAULT_DEEP_FRAME] = "frame nested too deep",
    [FAULT_HUGE_FRAME] = "frame too long",
    [FAULT_TRUNCATED_FRAME] = "frame cut short",
    [FAULT_SOCKETS_CUT] = "all sockets cut",
    [FAULT_CUT_WHILE_RESUMING] = "socket cut while resuming",
    [FAULT_RESTARTED_WHILE_RESUMING] = "server restarted while a client resumed",
    [FAULT_HALF_OPEN] = "half-open socket",
    [FAULT_CONNECTION_REFUSED] = "connection refused",
    [FAULT_TICKET_FAILED] = "no ticket",
    [FAULT_SIGN_IN_EXPIRED] = "ticket expired",
    [FAULT_SIGN_IN_FORBIDDEN] = "sign-in forbidden",
    [FAULT_SERVER_RESTARTED] = "server restarted, in a new epoch",
    [FAULT_EPOCH_WITHOUT_RESTART] = "new epoch on an open socket",
    [FAULT_SOURCE_LOST] = "hub finds out that it is deaf",
    [FAULT_SOURCE_FOUND] = "hub hears again, on open sockets",
    [FAULT_CAME_WHILE_SOURCE_LOST] = "sign-in at a hub that is deaf",
    [FAULT_GOODBYE] = "hub shut down, saying goodbye",
    [FAULT_GOODBYE_HEARD] = "goodbye heard by a client",
    [FAULT_RESUMED_IN_OLD_EPOCH] = "resume from a position of an old epoch",
    [FAULT_WINDOW_OVERFLOWED] = "resume from before the window",
    [FAULT_CHANGE_FOLDED] = "change folded into a reset",
    [FAULT_SCOPE_FORBIDDEN] = "scope refused",
    [FAULT_FLOOD] = "commit told of in many messages",
    [FAULT_FLOOD_OF_THOUSANDS] = "commit told of in over a thousand messages",
    [FAULT_SLOW_ANSWER] = "slow answer",
    [FAULT_HANGING_REQUEST] = "hanging request",
    [FAULT_ANSWER_5XX] = "5xx",
    [FAULT_ANSWER_401] = "401",
    [FAULT_ANSWER_429] = "429 with Retry-After",
    [FAULT_NETWORK_ERROR] = "network error",
    [FAULT_LAGGING_REPLICA] = "answer of a lagging replica",
    [FAULT_STRANGE_EPOCH] = "answer as of an epoch that never was",
    [FAULT_ANSWER_AFTER_ABORT] = "answer to an aborted request",
    [FAULT_MUTATION_REFUSED] = "mutation refused",
    [FAULT_ACKNOWLEDGEMENT_LOST] = "mutation done, its acknowledgement lost",
    [FAULT_ACKNOWLEDGED_TWICE] = "mutation settled twice",
    [FAULT_ECHO_FIRST] = "echo before the acknowledgement",
    [FAULT_ECHO_LAST] = "echo after the acknowledgement",
    [FAULT_SETTLED_OUT_OF_ORDER] = "mutation settled before an older one",
    [FAULT_LAYER_ADDED_LATE] = "layer added while its mutation is under way",
    [FAULT_ROLLED_BACK_FROM_BELOW] = "layer rolled back from below another",
    [FAULT_ANSWER_UNDER_LAYERS] = "answer shown under layers that stay",
    [FAULT_LAGGING_ANSWER_UNDER_LAYER] = "answer that lacks what is done, under its layer",
    [FAULT_FOLDED] = "layer folded into the base",
    [FAULT_CANCELLED_UNDER_LAYER] = "entry cancelled under a layer",
    [FAULT_REMOVED_UNDER_LAYER] = "entry removed under a layer",
    [FAULT_RESET_UNDER_LAYER] = "entry reset under a layer",
    [FAULT_CLEARED_UNDER_LAYERS] = "everything removed under layers",
    [FAULT_LAYER_OUTLIVED_GC_TIME] = "entry kept beyond its gcTime by a layer",
    [FAULT_CLOCK_FORWARD] = "clock jumps forward",
    [FAULT_CLOCK_BACK] = "clock jumps back",
    [FAULT_SLEPT] = "machine slept for a day",
    [FAULT_TIMERS_THROTTLED] = "timer throttled to once a minute",
    [FAULT_HIDDEN] = "page hidden",
    [FAULT_OFFLINE] = "network gone",
    [FAULT_CACHE_FULL] = "cache full",
    [FAULT_FRAMES_TAKEN_TOGETHER] = "frames taken together by a busy page",
    [FAULT_STORM_FOLDED] = "change folded into a mark of everything",
    [FAULT_STORM_ENDED] = "mark of everything at the end of a storm",
    [FAULT_REENTERED] = "verb called while effects are carried out",
    [FAULT_SCOPES_CHANGED] = "channel asked for other scopes while open",
    [FAULT_SCOPE_ADDED] = "scope told of from now on",
    [FAULT_ENTRY_SPARED] = "entry spared by a reset of other scopes",
    [FAULT_OTHER_SCOPES_OF_ENTRY] = "entry that declares other scopes",
    [FAULT_SIGNED_OUT] = "user signed out",
    [FAULT_SIGNED_OUT_WHILE_ASKING] = "user signed out while an answer was under way",
    [FAULT_SIGNED_OUT_UNDER_LAYERS] = "user signed out under layers",
    [FAULT_ANSWER_OF_OLD_USER] = "answer for a user who has signed out",
};

static const char *const WAIT_TEXTS[WAITS] = {
    [WAIT_RECONNECT] = "waits before a reconnect",
    [WAIT_AFTER_GOODBYE] = "waits before coming back after a goodbye",
    [WAIT_AFTER_RESET] = "waits of refetches after a reset",
};

void tally_wait(struct tally *tally, enum wait wait, double waited, double longest) {
  uint32_t tenth = longest > 0 ? (uint32_t)(waited / longest * TENTHS) : 0;
  tally->waits[wait][tenth < TENTHS ? tenth : TENTHS - 1]++;
}

void tally_add(struct tally *sum, const struct tally *tally) {
  for (uint32_t i = 0; i < FAULTS; i++) {
    sum->faults[i] += tally->faults[i];
  }
  for (uint32_t i = 0; i < WAITS; i++) {
    for (uint32_t tenth = 0; tenth < TENTHS; tenth++) {
      sum->waits[i][tenth] += tally->waits[i][tenth];
    }
  }
}

static uint64_t total(const struct tally *tally, uint32_t wait) {
  uint64_t count = 0;
  for (uint32_t tenth = 0; tenth < TENTHS; tenth++) {
    count += tally->waits[wait][tenth];
  }
  return count;
}

void tally_print(const struct tally *tally) {
  for (uint32_t i = 0; i < FAULTS; i++) {
    printf("%10" PRIu64 "  %s\n", tally->faults[i], FAULT_TEXTS[i]);
  }
  for (uint32_t i = 0; i < WAITS; i++) {
    uint64_t count = total(tally, i);
    printf("%10" PRIu64 "  %s; %% in each tenth of the longest:", count, WAIT_TEXTS[i]);
    for (uint32_t tenth = 0; count > 0 && tenth < TENTHS; tenth++) {
      printf(" %.1f", 100.0 * (double)tally->waits[i][tenth] / (double)count);
    }
    printf("\n");
  }
}

/* Six standard deviations for chance, a seventh because what else happens may end a wait early. */
static double tolerance(double expected) {
  return 6 * sqrt(expected) + expected / 7;
}

bool tally_is_even(const struct tally *tally, char *detail, size_t capacity) {
  for (uint32_t i = 0; i < WAITS; i++) {
    uint64_t count = total(tally, i);
    for (uint32_t tenth = 0; count >= ENOUGH && tenth < TENTHS; tenth++) {
      double expected = (double)count / TENTHS;
      double found = (double)tally->waits[i][tenth];
      if (fabs(found - expected) > tolerance(expected)) {
        snprintf(detail, capacity, "%.0f of %" PRIu64 " %s end in tenth %u of the longest", found,
                 count, WAIT_TEXTS[i], (unsigned)tenth + 1);
        return false;
      }
    }
  }
  return true;
}

bool tally_is_complete(const struct tally *tally, char *detail, size_t capacity) {
  for (uint32_t i = 0; i < FAULTS; i++) {
    if (tally->faults[i] == 0) {
      snprintf(detail, capacity, "in no world there was: %s", FAULT_TEXTS[i]);
      return false;
    }
  }
  return true;
}
