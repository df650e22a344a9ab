/*
 * The keys that the pages of a world ask for, known by small numbers, and the filters that match
 * several of them:
 *
 *      ['tasks','detail','3']                   KEY_DETAIL + 2
 *      ['tasks','list',2]                       KEY_LIST + 1
 *      ['tasks','list',2,{done:true,page:1}]    KEY_PAGE + 1
 *      ['tasks','sprint']                       KEY_SPRINT
 *      ['members',1]                            KEY_MEMBERS
 *      ['projects','list']                      KEY_PROJECTS
 *      ['settings']                             KEY_SETTINGS, which no rule is about
 */
#ifndef SIMULATION_KEYS_H
#define SIMULATION_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TASKS = 4, PROJECTS = 2 };

enum key {
  KEY_DETAIL = 0,
  KEY_LIST = KEY_DETAIL + TASKS,
  KEY_PAGE = KEY_LIST + PROJECTS,
  KEY_SPRINT = KEY_PAGE + PROJECTS,
  KEY_MEMBERS,
  KEY_PROJECTS = KEY_MEMBERS + PROJECTS,
  KEY_SETTINGS,
  KEYS
};

enum filter {
  FILTER_ALL,     /* [] */
  FILTER_TASKS,   /* ['tasks'] */
  FILTER_DETAILS, /* ['tasks','detail'] */
  FILTER_LISTS,   /* ['tasks','list'] */
  FILTER_LIST_1,  /* ['tasks','list',1] */
  FILTER_PAGE_1,  /* ['tasks','list',1,{page:1}] */
  FILTER_MEMBERS, /* ['members'] */
  FILTERS
};

enum { KEY_BYTES = 96 };

struct encoded {
  uint8_t bytes[KEY_BYTES];
  size_t length;
};

/* The tags of the entries that members show in: those of one project or of all; empty for others.
 */
struct encoded key_tags(uint32_t key);
/* `turned`: members of objects in another order, which is the same key. */
struct encoded key_encode(uint32_t key, bool turned);
struct encoded filter_encode(enum filter filter);
bool filter_matches(enum filter filter, uint32_t key);
/* For reading. */
const char *key_text(uint32_t key);
const char *filter_text(enum filter filter);

#endif
