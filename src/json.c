#include "json.h"

#include <stdlib.h>
#include <string.h>

#include "cJSON.h"
#include "json_check.h"

/* ---- The arena ----------------------------------------------------------------------------- */

enum { CHUNK_BYTES = 4096, ALIGNMENT = 8 };

struct json_chunk {
  struct json_chunk *older;
  size_t size; /* bytes, this header included */
};

/* cJSON's hooks carry no context, so the arena in use must be where they can find it. This is the
 * core's one variable outside a cache: it is set around each parse and belongs to the thread. */
static _Thread_local struct json_arena *arena_in_use;

void json_arena_init(struct json_arena *arena, struct memory *memory) {
  *arena = (struct json_arena){.memory = memory};
}

static void drop_newest_chunk(struct json_arena *arena) {
  struct json_chunk *older = arena->chunks->older;
  memory_release(arena->memory, arena->chunks, arena->chunks->size, 1);
  arena->chunks = older;
}

void json_arena_destroy(struct json_arena *arena) {
  while (arena->chunks != NULL) {
    drop_newest_chunk(arena);
  }
  arena->left = 0;
}

/* From here on the newest chunk is handed out. */
static void open_newest_chunk(struct json_arena *arena) {
  arena->at = (unsigned char *)(arena->chunks + 1);
  arena->left = arena->chunks->size - sizeof(struct json_chunk);
}

void json_arena_reset(struct json_arena *arena) {
  while (arena->chunks != NULL &&
         (arena->chunks->older != NULL || arena->chunks->size > CHUNK_BYTES)) {
    drop_newest_chunk(arena);
  }
  arena->left = 0;
  if (arena->chunks != NULL) {
    open_newest_chunk(arena);
  }
  arena->failed = false;
}

static bool arena_grow(struct json_arena *arena, size_t size) {
  size_t least = sizeof(struct json_chunk) + size;
  size_t chunk_size = arena->chunks == NULL ? (size_t)CHUNK_BYTES : arena->chunks->size * 2;
  chunk_size = least > chunk_size ? least : chunk_size;
  struct json_chunk *chunk = memory_allocate(arena->memory, chunk_size, 1);
  if (chunk == NULL) {
    arena->failed = true;
    return false;
  }
  *chunk = (struct json_chunk){.older = arena->chunks, .size = chunk_size};
  arena->chunks = chunk;
  open_newest_chunk(arena);
  return true;
}

static void *arena_allocate(size_t size) {
  struct json_arena *arena = arena_in_use;
  size_t rounded = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
  if (arena->left < rounded && !arena_grow(arena, rounded)) {
    return NULL;
  }
  void *block = arena->at;
  arena->at += rounded;
  arena->left -= rounded;
  return block;
}

static void arena_release(void *block) {
  (void)block; /* all at once, at the next reset */
}

/* ---- Parsing ------------------------------------------------------------------------------- */

static bool has_name_twice(const json_value *object) {
  size_t members = 0;
  uint64_t initials = 0; /* a bit for each of those seen, or for some of them: most differ */
  for (const cJSON *member = object->child; member != NULL; member = member->next) {
    members++;
    if (members > JSON_MAX_MEMBERS) {
      return true;
    }
    uint64_t initial = UINT64_C(1) << ((unsigned char)member->string[0] & 63);
    if ((initials & initial) == 0) {
      initials |= initial;
      continue;
    }
    for (const cJSON *before = object->child; before != member; before = before->next) {
      if (strcmp(before->string, member->string) == 0) {
        return true;
      }
    }
  }
  return false;
}

/* Every object at and below a value. Recursion is bounded by the depth that was checked. */
static bool names_are_unique(const json_value *value) {
  if (cJSON_IsObject(value) && has_name_twice(value)) {
    return false;
  }
  for (const cJSON *child = value->child; child != NULL; child = child->next) {
    if (child->child != NULL && !names_are_unique(child)) {
      return false;
    }
  }
  return true;
}

int json_parse(struct json_arena *arena, const char *text, size_t length, uint32_t max_depth,
               const json_value **root) {
  json_arena_reset(arena);
  if (!json_check(text, length, max_depth)) {
    return TIDEMARK_ERROR_JSON;
  }
  cJSON_Hooks hooks = {.malloc_fn = arena_allocate, .free_fn = arena_release};
  cJSON_InitHooks(&hooks);
  arena_in_use = arena;
  *root = cJSON_ParseWithLength(text, length);
  arena_in_use = NULL;
  if (*root == NULL) {
    return arena->failed ? TIDEMARK_ERROR_MEMORY : TIDEMARK_ERROR_JSON;
  }
  return names_are_unique(*root) ? TIDEMARK_OK : TIDEMARK_ERROR_JSON;
}

/* ---- Reading ------------------------------------------------------------------------------- */

enum json_type json_type(const json_value *value) {
  switch (value->type & 0xff) {
  case cJSON_False:
    return JSON_FALSE;
  case cJSON_True:
    return JSON_TRUE;
  case cJSON_Number:
    return JSON_NUMBER;
  case cJSON_String:
    return JSON_STRING;
  case cJSON_Array:
    return JSON_ARRAY;
  case cJSON_Object:
    return JSON_OBJECT;
  default:
    return JSON_NULL;
  }
}

bool json_is(const json_value *value, enum json_type type) {
  return value != NULL && json_type(value) == type;
}

const json_value *json_first(const json_value *value) {
  return value == NULL ? NULL : value->child;
}

const json_value *json_next(const json_value *value) {
  return value->next;
}

/* Most names differ in their first character: that is worth no call of the C library. */
static bool is_named(const json_value *member, const char *name, size_t length) {
  for (size_t i = 0; i < length; i++) {
    if (member->string[i] != name[i]) {
      return false; /* perhaps the end of the member's */
    }
  }
  return member->string[length] == '\0';
}

const json_value *json_member_sized(const json_value *object, const char *name, size_t length) {
  if (!json_is(object, JSON_OBJECT)) {
    return NULL;
  }
  for (const cJSON *member = object->child; member != NULL; member = member->next) {
    if (is_named(member, name, length)) {
      return member;
    }
  }
  return NULL;
}

const char *json_name(const json_value *member) {
  return member->string;
}

const char *json_string(const json_value *value) {
  return json_is(value, JSON_STRING) ? value->valuestring : NULL;
}

double json_number(const json_value *value, double otherwise) {
  return json_is(value, JSON_NUMBER) ? value->valuedouble : otherwise;
}

bool json_parse_number(const char *text, double *number) {
  const char *end = text + strlen(text);
  if (json_check_number(text, end) != end) {
    return false;
  }
  *number = strtod(text, NULL);
  return true;
}
