/*
 * The hub's log: the changes it heard of, numbered, in epochs.
 *
 *      commits      1   2   3 | 4   5   6   7          | the hub was deaf: a new epoch
 *      epoch 0      1   2   3 |
 *      epoch 1                        4   5              seq goes on, or starts again at 1
 *                             └ start = 4: what came before is not in this epoch
 *
 * An epoch's log holds every change of every commit after its start. Only the last `window` of them
 * can be resumed from.
 */
#ifndef SIMULATION_HUB_H
#define SIMULATION_HUB_H

#include <stdbool.h>
#include <stdint.h>

#include "database.h"

enum { EPOCHS = 12, LOG_ENTRIES = 8192 };

struct log_entry {
  struct change change;
  uint32_t commit, seq;
  bool folded; /* too large or too many: subscribers were told "reset" instead */
};

struct epoch {
  uint32_t start; /* commit */
  uint32_t base;  /* seq of before its first entry */
  uint32_t first; /* entry */
};

/* A place in the stream. seq -1: none. */
struct position {
  uint32_t epoch;
  double seq;
};

/* That answers may tell of, though the hub never had it; without changes. */
enum { STRANGE_EPOCH = EPOCHS + 1 };

struct hub {
  uint32_t window;
  bool deaf;  /* its LISTEN connection is gone: it hears of nothing */
  bool knows; /* that it is deaf, and says so */
  bool plain; /* no positions, no sign-in: it sends what it hears to whom it reaches */
  bool counts_anew;
  double back_at;  /* until then it is shut down: nobody can connect */
  double heard_at; /* when it hears of the latest commit: in order of commits */
  uint32_t entry_count, epoch_count;
  struct log_entry entries[LOG_ENTRIES];
  struct epoch epochs[EPOCHS];
};

void hub_init(struct hub *hub);
uint32_t hub_seq(const struct hub *hub);
struct position hub_position(const struct hub *hub);
/* NULL if there is no room, or if the commit is older than the epoch. */
struct log_entry *hub_append(struct hub *hub, const struct change *change, uint32_t commit);
/* From here on it hears again, of what is committed after `start`. */
void hub_begin_epoch(struct hub *hub, uint32_t start);

/* The entry of that place; NULL for a place before the first of its epoch. */
const struct log_entry *hub_entry(const struct hub *hub, struct position position);
/* What an answer surely holds that was read from the rows of `commit`, as far as the hub knows. */
struct position hub_as_of(const struct hub *hub, uint32_t commit);
/* Whether all after that place can be told one by one. */
bool hub_can_resume(const struct hub *hub, struct position position);
/* A commit that everything up to that place belongs to or comes before. */
uint32_t hub_commit_at(const struct hub *hub, struct position position);

#endif
