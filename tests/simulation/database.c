#include "database.h"

#include "trace.h"

void database_init(struct database *database, struct random *random) {
  database->last = 0;
  struct commit *first = &database->commits[0];
  *first = (struct commit){.change_count = 0};
  for (uint32_t task = 0; task < TASKS; task++) {
    first->rows.task_project[task] = (uint8_t)(1 + below(random, FOREIGN_PROJECT));
  }
}

bool database_is_full(const struct database *database) {
  return database->last + 1 >= COMMITS;
}

static struct commit *begin(struct database *database) {
  database->last++;
  struct commit *commit = &database->commits[database->last];
  commit->rows = database->commits[database->last - 1].rows;
  commit->change_count = 0;
  commit->messages = 0;
  return commit;
}

static uint8_t next_project(struct random *random, uint8_t project) {
  if (chance(random, 700) && project != 0) {
    return project;
  }
  return (uint8_t)below(random, FOREIGN_PROJECT + 1);
}

static void tell(struct commit *commit, struct change change) {
  if (change.project != 0) {
    commit->changes[commit->change_count++] = change;
    commit->messages = commit->change_count;
  }
}

void database_write_task(struct database *database, struct random *random, uint32_t task,
                         uint8_t author, uint32_t serial) {
  struct commit *commit = begin(database);
  uint8_t before = commit->rows.task_project[task];
  uint8_t after = next_project(random, before);
  commit->rows.task_project[task] = after;
  commit->rows.task_version[task] = database->last;
  struct change change = {.resource = RESOURCE_TASK,
                          .id = (uint8_t)(task + 1),
                          .project = before,
                          .author = author,
                          .serial = serial};
  tell(commit, change);
  if (after != before) {
    change.project = after;
    tell(commit, change);
  }
}

void database_write_members(struct database *database, uint32_t project) {
  struct commit *commit = begin(database);
  commit->rows.member_version[project - 1] = database->last;
  tell(commit,
       (struct change){.resource = RESOURCE_MEMBER, .project = (uint8_t)project, .author = NOBODY});
}

void database_write_all(struct database *database, uint32_t messages) {
  struct commit *commit = begin(database);
  for (uint32_t task = 0; task < TASKS; task++) {
    commit->rows.task_version[task] = database->last;
    tell(commit, (struct change){.resource = RESOURCE_TASK,
                                 .id = (uint8_t)(task + 1),
                                 .project = commit->rows.task_project[task],
                                 .author = NOBODY});
  }
  for (uint32_t project = 1; project <= PROJECTS; project++) {
    commit->rows.member_version[project - 1] = database->last;
    tell(commit, (struct change){
                     .resource = RESOURCE_MEMBER, .project = (uint8_t)project, .author = NOBODY});
  }
  commit->messages = messages > commit->change_count ? messages : commit->change_count;
}

/* ---- Queries ------------------------------------------------------------------------------- */

static bool is_visible(uint8_t project) {
  return project >= 1 && project <= PROJECTS;
}

/* Every list holds ids and versions of the tasks in its projects; 0: all visible ones. */
static uint64_t tasks_in(const struct rows *rows, uint32_t project, uint64_t hash) {
  for (uint32_t task = 0; task < TASKS; task++) {
    uint8_t at = rows->task_project[task];
    if (project == 0 ? is_visible(at) : at == project) {
      hash =
          mix(hash ^ ((uint64_t)at << 48 | (uint64_t)(task + 1) << 32 | rows->task_version[task]));
    }
  }
  return hash;
}

static uint64_t answer(const struct rows *rows, uint32_t key) {
  uint64_t hash = mix(key + 1);
  if (key < KEY_LIST) {
    uint32_t task = key - KEY_DETAIL;
    bool visible = is_visible(rows->task_project[task]);
    return visible ? mix(hash ^ rows->task_version[task] ^ (1U << 20)) : hash;
  }
  if (key < KEY_SPRINT) {
    return tasks_in(rows, 1 + (key - KEY_LIST) % PROJECTS, hash);
  }
  if (key == KEY_SPRINT) {
    return tasks_in(rows, 0, hash);
  }
  if (key < KEY_PROJECTS) {
    return mix(hash ^ rows->member_version[key - KEY_MEMBERS]);
  }
  if (key == KEY_PROJECTS) {
    return mix(mix(hash ^ rows->member_version[0]) ^ rows->member_version[1]);
  }
  return hash;
}

uint64_t database_value(const struct database *database, uint32_t key, uint32_t commit,
                        uint32_t user) {
  return mix(answer(&database->commits[commit].rows, key) + user) | 1;
}

bool change_touches(const struct change *change, uint32_t key) {
  if (change->project == FOREIGN_PROJECT) {
    return false;
  }
  if (change->resource == RESOURCE_MEMBER) {
    return key == KEY_PROJECTS || key == KEY_MEMBERS + change->project - 1U;
  }
  if (key < KEY_LIST) {
    return key == KEY_DETAIL + change->id - 1U;
  }
  if (key < KEY_SPRINT) {
    return 1 + (key - KEY_LIST) % PROJECTS == change->project;
  }
  return key == KEY_SPRINT;
}

static bool commit_touches(const struct commit *commit, uint32_t key) {
  for (uint32_t i = 0; i < commit->change_count; i++) {
    if (change_touches(&commit->changes[i], key)) {
      return true;
    }
  }
  return false;
}

uint32_t database_touched(const struct database *database, uint32_t key, uint32_t commit) {
  while (commit > 0 && !commit_touches(&database->commits[commit], key)) {
    commit--;
  }
  return commit;
}
