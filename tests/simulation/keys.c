#include "keys.h"

#include <string.h>

#include "tidemark.h"

static void add_byte(struct encoded *e, uint8_t byte) {
  e->bytes[e->length++] = byte;
}

static void add_string(struct encoded *e, const char *text) {
  size_t length = strlen(text);
  add_byte(e, TIDEMARK_KEY_STRING);
  add_byte(e, (uint8_t)length);
  add_byte(e, 0);
  memcpy(e->bytes + e->length, text, length);
  e->length += length;
}

static void add_number(struct encoded *e, double number) {
  uint64_t bits = 0;
  memcpy(&bits, &number, sizeof bits);
  add_byte(e, TIDEMARK_KEY_NUMBER);
  for (int shift = 0; shift < 64; shift += 8) {
    add_byte(e, (uint8_t)(bits >> shift));
  }
}

static void add_done(struct encoded *e) {
  add_string(e, "done");
  add_byte(e, TIDEMARK_KEY_TRUE);
}

static void add_page(struct encoded *e) {
  add_string(e, "page");
  add_number(e, 1);
}

static void add_list(struct encoded *e, uint32_t project) {
  add_string(e, "tasks");
  add_string(e, "list");
  add_number(e, project);
}

static void add_paged_list(struct encoded *e, uint32_t project, bool turned) {
  add_list(e, project);
  add_byte(e, TIDEMARK_KEY_OBJECT);
  if (turned) {
    add_page(e);
    add_done(e);
  } else {
    add_done(e);
    add_page(e);
  }
  add_byte(e, TIDEMARK_KEY_END);
}

struct encoded key_encode(uint32_t key, bool turned) {
  struct encoded e = {.length = 0};
  if (key < KEY_LIST) {
    add_string(&e, "tasks");
    add_string(&e, "detail");
    add_string(&e, (const char[]){(char)('1' + (key - KEY_DETAIL)), 0});
  } else if (key < KEY_PAGE) {
    add_list(&e, 1 + key - KEY_LIST);
  } else if (key < KEY_SPRINT) {
    add_paged_list(&e, 1 + key - KEY_PAGE, turned);
  } else if (key == KEY_SPRINT) {
    add_string(&e, "tasks");
    add_string(&e, "sprint");
  } else if (key < KEY_PROJECTS) {
    add_string(&e, "members");
    add_number(&e, 1 + key - KEY_MEMBERS);
  } else if (key == KEY_PROJECTS) {
    add_string(&e, "projects");
    add_string(&e, "list");
  } else {
    add_string(&e, "settings");
  }
  return e;
}

static void add_tag(struct encoded *e, uint32_t project) {
  add_byte(e, TIDEMARK_KEY_ARRAY);
  add_string(e, "member");
  add_number(e, project);
  add_byte(e, TIDEMARK_KEY_END);
}

struct encoded key_tags(uint32_t key) {
  struct encoded e = {.length = 0};
  for (uint32_t project = 1; project <= PROJECTS; project++) {
    if (key == KEY_PROJECTS || key == KEY_MEMBERS + project - 1) {
      add_tag(&e, project);
    }
  }
  return e;
}

struct encoded filter_encode(enum filter filter) {
  struct encoded e = {.length = 0};
  if (filter == FILTER_MEMBERS) {
    add_string(&e, "members");
  } else if (filter != FILTER_ALL) {
    add_string(&e, "tasks");
  }
  if (filter == FILTER_DETAILS) {
    add_string(&e, "detail");
  }
  if (filter == FILTER_LISTS || filter == FILTER_LIST_1 || filter == FILTER_PAGE_1) {
    add_string(&e, "list");
  }
  if (filter == FILTER_LIST_1 || filter == FILTER_PAGE_1) {
    add_number(&e, 1);
  }
  if (filter == FILTER_PAGE_1) {
    add_byte(&e, TIDEMARK_KEY_OBJECT);
    add_page(&e);
    add_byte(&e, TIDEMARK_KEY_END);
  }
  return e;
}

bool filter_matches(enum filter filter, uint32_t key) {
  switch (filter) {
  case FILTER_ALL:
    return true;
  case FILTER_TASKS:
    return key <= KEY_SPRINT;
  case FILTER_DETAILS:
    return key < KEY_LIST;
  case FILTER_LISTS:
    return key >= KEY_LIST && key < KEY_SPRINT;
  case FILTER_LIST_1:
    return key == KEY_LIST || key == KEY_PAGE;
  case FILTER_PAGE_1:
    return key == KEY_PAGE;
  case FILTER_MEMBERS:
    return key >= KEY_MEMBERS && key < KEY_PROJECTS;
  case FILTERS:
    break;
  }
  return false;
}

const char *key_text(uint32_t key) {
  static const char *const TEXTS[KEYS] = {
      "tasks/detail/1", "tasks/detail/2", "tasks/detail/3", "tasks/detail/4", "tasks/list/1",
      "tasks/list/2",   "tasks/page/1",   "tasks/page/2",   "tasks/sprint",   "members/1",
      "members/2",      "projects/list",  "settings"};
  return key < KEYS ? TEXTS[key] : "?";
}

const char *filter_text(enum filter filter) {
  static const char *const TEXTS[FILTERS] = {
      "[]",           "[tasks]",        "[tasks,detail]",
      "[tasks,list]", "[tasks,list,1]", "[tasks,list,1,{page:1}]",
      "[members]"};
  return TEXTS[filter];
}
