#include "json.h"

#include <stdlib.h>
#include <string.h>

#include "cJSON.h"
#include "json_check.h"

/* ---- The arena ----------------------------------------------------------------------------- */

enum { CHUNK_BYTES = 4096, ALIGNMENT = 8 };

struct json_chunk {
  struct json_chunk *older;
  size_t size, used; /* bytes of the chunk, this header included */
};

/* cJSON's hooks carry no context, so the arena in use must be where they can find it. This is the
 * core's one variable outside a cache: it is set around each parse and belongs to the thread. */
static _Thread_local struct json_arena *arena_in_use;

void json_arena_init(struct json_arena *arena, struct memory *memory) {
  *arena = (struct json_arena){.memory = memory};
}

void json_arena_destroy(struct json_arena *arena) {
  while (arena->chunks != NULL) {
    struct json_chunk *older = arena->chunks->older;
    memory_release(arena->memory, arena->chunks, arena->chunks->size, 1);
    arena->chunks = older;
  }
}

/* Keeps one chunk of the common size, so that ordinary messages cost no allocation at all. */
static void arena_reset(struct json_arena *arena) {
  while (arena->chunks != NULL &&
         (arena->chunks->older != NULL || arena->chunks->size > CHUNK_BYTES)) {
    struct json_chunk *older = arena->chunks->older;
    memory_release(arena->memory, arena->chunks, arena->chunks->size, 1);
    arena->chunks = older;
  }
  if (arena->chunks != NULL) {
    arena->chunks->used = sizeof(struct json_chunk);
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
  *chunk = (struct json_chunk){
      .older = arena->chunks, .size = chunk_size, .used = sizeof(struct json_chunk)};
  arena->chunks = chunk;
  return true;
}

static void *arena_allocate(size_t size) {
  struct json_arena *arena = arena_in_use;
  size_t rounded = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
  struct json_chunk *chunk = arena->chunks;
  if ((chunk == NULL || chunk->size - chunk->used < rounded) && !arena_grow(arena, rounded)) {
    return NULL;
  }
  chunk = arena->chunks;
  void *block = (unsigned char *)chunk + chunk->used;
  chunk->used += rounded;
  return block;
}

static void arena_release(void *block) {
  (void)block; /* all at once, at the next reset */
}

/* ---- Parsing ------------------------------------------------------------------------------- */

static bool has_name_twice(const json_value *object) {
  size_t members = 0;
  for (const cJSON *member = object->child; member != NULL; member = member->next) {
    members++;
    if (members > JSON_MAX_MEMBERS) {
      return true;
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
  arena_reset(arena);
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

const json_value *json_member(const json_value *object, const char *name) {
  return json_member_sized(object, name, strlen(name));
}

const json_value *json_member_sized(const json_value *object, const char *name, size_t length) {
  if (!json_is(object, JSON_OBJECT)) {
    return NULL;
  }
  for (const cJSON *member = object->child; member != NULL; member = member->next) {
    if (strncmp(member->string, name, length) == 0 && member->string[length] == '\0') {
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
