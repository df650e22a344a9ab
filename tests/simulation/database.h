/*
 * The server's tables through all of their history: rows after each commit, and what the commit
 * changed. A lagging replica is an older commit.
 *
 * Tasks live in project 1, 2, or 3, of which nobody in a world may hear; 0: deleted.
 */
#ifndef SIMULATION_DATABASE_H
#define SIMULATION_DATABASE_H

#include <stdbool.h>
#include <stdint.h>

#include "keys.h"
#include "random.h"

enum { FOREIGN_PROJECT = PROJECTS + 1, COMMITS = 128, CHANGES = TASKS + PROJECTS };
enum resource { RESOURCE_TASK, RESOURCE_MEMBER };

/* One message to be: the triggers tell of a task that moved in its old and in its new project. */
struct change {
  enum resource resource;
  uint8_t id;
  uint8_t project;
  uint8_t author;  /* client whose mutation it is, NOBODY for none */
  uint32_t serial; /* of that mutation */
};

struct rows {
  uint32_t task_version[TASKS]; /* the commit that last wrote it */
  uint8_t task_project[TASKS];
  uint32_t member_version[PROJECTS];
};

struct commit {
  struct rows rows;
  struct change changes[CHANGES];
  uint32_t change_count;
  uint32_t messages; /* so many tell of them, each of the next one */
};

struct database {
  uint32_t last; /* commit; 0 is how the world began */
  struct commit commits[COMMITS];
};

void database_init(struct database *database, struct random *random);
bool database_is_full(const struct database *database);
/* Commits a write of a task: an update, a move, a deletion or its return. */
void database_write_task(struct database *database, struct random *random, uint32_t task,
                         uint8_t author, uint32_t serial);
void database_write_members(struct database *database, uint32_t project);
/* All rows, as often as it takes to need so many messages. */
void database_write_all(struct database *database, uint32_t messages);

/* What a query for the key answers that user as of a commit. Never 0. */
uint64_t database_value(const struct database *database, uint32_t key, uint32_t commit,
                        uint32_t user);
/* Whether the rules say that the change touches the key; one of a foreign project touches none. */
bool change_touches(const struct change *change, uint32_t key);
/* The last commit up to `commit` that touched the key; 0: none. */
uint32_t database_touched(const struct database *database, uint32_t key, uint32_t commit);

#endif
