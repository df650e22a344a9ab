/*
 * Plays a trace: each line is an event in a world of its own, and what the core answers and asks
 * for is written down. tests/traces/README.md says how the lines are written.
 *
 *      line ──> helper_words ──> helper_verbs ──> tidemark_step, drained ──> helper_played
 */
#ifndef HELPER_PLAYER_H
#define HELPER_PLAYER_H

#include "helper_played.h"
#include "helper_words.h"
#include "helper_world.h"

enum { LINE_BYTES = 512, KEYS = 64, OBSERVERS = 16, MUTATIONS = 64 };

/* What a trace calls by a key; the entry's handle is remembered even when the core has removed it.
 */
struct named {
  char key[WORLD_NAME_BYTES];
  uint32_t entry;
  uint32_t observers[OBSERVERS];
  int observer_count;
};

struct player {
  struct world *w;
  struct place place;
  struct named named[KEYS];
  int named_count;
  uint32_t mutations[MUTATIONS]; /* handles, by serial */
  struct played played;
};

/* Plays the lines of `text` in a world of its own, of which nothing must be left, with one
 * allocation refused unless `refuse` is 0: that must refuse one step whole and change nothing else.
 * Returns whether it came to that. */
bool play(struct player *p, const char *path, const char *text, uint64_t refuse);
/* What a test that failed in the middle left behind. */
void give_back_world(struct player *p);

/* ---- Between the player and its verbs ------------------------------------------------------ */
struct verb {
  const char *name;
  void (*play)(struct player *p, char *rest);
};
const struct verb *verb_named(const struct player *p, const char *name);
/* Another cache in the player's world. */
void create_cache(struct world *w, tidemark_limits limits);

#endif
