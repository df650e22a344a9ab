/*
 * Scopes: the parts of the stream that the channel is to tell of, and those an entry depends on.
 *
 *      channel:  staff LIVE   project:9 ADDED   project:7 ABSENT (refused)
 *      set 3:    project:9              -> ADDED: what it told before it was asked for is not known
 *      set 4:    staff, project:7       -> ABSENT: nobody tells of all of it
 *      set 0:    depends on whatever the channel tells
 *
 * A list of scopes is encoded like a key whose parts are strings, in any order. Entries that depend
 * on the same list share a set.
 */
#ifndef TIDEMARK_SCOPES_H
#define TIDEMARK_SCOPES_H

#include <stdbool.h>

#include "hash.h"
#include "pool.h"
#include "table.h"

/* In the order of how much is known. */
enum scope_state {
  SCOPE_ABSENT, /* not asked for, or refused */
  SCOPE_ADDED,  /* asked for; what it told before is not known */
  SCOPE_LIVE
};

struct scope_list {
  uint8_t *bytes;
  size_t length;
};

struct scope_set {
  uint32_t users; /* entries */
  uint32_t hash;
  struct scope_list names;
  uint8_t state;  /* enum scope_state: the least of its names */
  bool concerned; /* by the last scopes_concern_* */
};

struct scopes {
  struct memory *memory;
  struct hash_seed seed;
  struct pool sets;
  struct table by_hash;
  struct scope_list channel;
  uint8_t *states; /* enum scope_state of each name of the channel */
  uint32_t count;  /* of them */
};

void scopes_init(struct scopes *scopes, struct memory *memory, struct hash_seed seed);
void scopes_destroy(struct scopes *scopes);
/* Gives memory back if no entry depends on scopes. */
void scopes_trim(struct scopes *scopes);

/* TIDEMARK_OK if the bytes are a list of scopes. */
int scopes_check(const uint8_t *list, size_t length);

/* ---- The channel's ------------------------------------------------------------------------- */
/* Whether they are exactly that list. */
bool scopes_are(const struct scopes *scopes, const uint8_t *list, size_t length);
/* From here on these; those that were not among them are ADDED. 0 or TIDEMARK_ERROR_MEMORY. */
int scopes_set_channel(struct scopes *scopes, const uint8_t *list, size_t length);
/* They are asked for again: one that was refused may be granted now. */
void scopes_asked(struct scopes *scopes);
/* The server does not tell of that one. */
void scopes_refuse(struct scopes *scopes, const char *name);
/* The server tells of all that it did not refuse. */
void scopes_answered(struct scopes *scopes);
/* Some are asked for and not answered yet. */
bool scopes_are_adding(const struct scopes *scopes);

/* ---- Entries' ------------------------------------------------------------------------------ */
/* The set of that list, one user more; 0 is that of the empty list, or, with *result, an error. */
uint32_t scopes_take(struct scopes *scopes, const uint8_t *list, size_t length, int *result);
/* One user less. 0 is allowed. */
void scopes_release(struct scopes *scopes, uint32_t set);
enum scope_state scopes_state(const struct scopes *scopes, uint32_t set);

/* ---- Whom something concerns --------------------------------------------------------------- */
/* Begins anew; what follows adds to it. Set 0 is concerned by everything. */
void scopes_concern_nobody(struct scopes *scopes);
void scopes_concern(struct scopes *scopes, const char *name);
void scopes_concern_added(struct scopes *scopes);
bool scopes_is_concerned(const struct scopes *scopes, uint32_t set);

#endif
