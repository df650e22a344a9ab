#include "scopes.h"

#include <string.h>

#include "tidemark.h"

const char *scope_name(uint32_t index) {
  static const char *const NAMES[SCOPES] = {"project:1", "project:2", "staff"};
  return NAMES[index];
}

struct encoded scopes_encode(uint32_t scopes) {
  struct encoded e = {.length = 0};
  for (uint32_t i = 0; i < SCOPES; i++) {
    if ((scopes & 1U << i) != 0) {
      size_t length = strlen(scope_name(i));
      e.bytes[e.length] = TIDEMARK_KEY_STRING;
      e.bytes[e.length + 1] = (uint8_t)length;
      e.bytes[e.length + 2] = 0;
      memcpy(e.bytes + e.length + 3, scope_name(i), length);
      e.length += 3 + length;
    }
  }
  return e;
}

static uint32_t of_project(uint32_t project) {
  return 1U << (project - 1);
}

uint32_t key_scopes(uint32_t key) {
  static const uint32_t PROJECTS_ALL = (1U << PROJECTS) - 1;
  if (key >= KEY_LIST && key < KEY_SPRINT) {
    return of_project(1 + (key - KEY_LIST) % PROJECTS);
  }
  if (key >= KEY_MEMBERS && key < KEY_PROJECTS) {
    return of_project(1 + key - KEY_MEMBERS);
  }
  return key == KEY_SETTINGS ? 1U << PROJECTS : PROJECTS_ALL;
}

uint32_t change_scope(const struct change *change) {
  return change->project <= PROJECTS ? of_project(change->project) : 0;
}
