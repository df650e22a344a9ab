#include "rules.h"

#include <string.h>

#include "key_writer.h"

enum { PLACEHOLDER = 8, PLACEHOLDER_HEADER = 4 };
enum cast { CAST_NONE, CAST_NUMBER, CAST_STRING };

void rules_init(struct rules *rules, struct memory *memory) {
  rules->memory = memory;
  bytes_init(&rules->text, memory);
  bytes_init(&rules->targets, memory);
}

void rules_destroy(struct rules *rules) {
  bytes_destroy(&rules->text);
  bytes_destroy(&rules->targets);
}

size_t rules_count(const struct rules *rules) {
  return rules->targets.length / sizeof(struct rule_target);
}

const struct rule_target *rules_at(const struct rules *rules, size_t i) {
  return (const struct rule_target *)(const void *)rules->targets.data + i;
}

static const char *text_at(const struct rules *rules, uint32_t offset) {
  return (const char *)rules->text.data + offset;
}

bool rule_is_about(const struct rules *rules, const struct rule_target *target,
                   const char *resource) {
  return strcmp(text_at(rules, target->resource), resource) == 0;
}

bool rule_takes_action(const struct rules *rules, const struct rule_target *target,
                       const char *action) {
  const char *at = text_at(rules, target->actions);
  if (*at == '\0') {
    return true;
  }
  for (; *at != '\0'; at += strlen(at) + 1) {
    if (action != NULL && strcmp(at, action) == 0) {
      return true;
    }
  }
  return false;
}

/* ---- Templates ----------------------------------------------------------------------------- */

/* "$name", "$name:number", "$name:string" and "$$…"; false for an ordinary string. */
static bool write_placeholder(struct key_writer *w, const char *text) {
  if (text[0] != '$' || text[1] == '\0') {
    return false;
  }
  const char *name = text + 1;
  if (*name == '$') {
    key_write_string(w, name);
    return true;
  }
  const char *colon = strchr(name, ':');
  size_t length = colon == NULL ? strlen(name) : (size_t)(colon - name);
  enum cast cast = CAST_NONE;
  if (colon != NULL && strcmp(colon, ":number") == 0) {
    cast = CAST_NUMBER;
  } else if (colon != NULL && strcmp(colon, ":string") == 0) {
    cast = CAST_STRING;
  } else if (colon != NULL) {
    length = strlen(name); /* a field name may hold a colon */
  }
  key_write_byte(w, PLACEHOLDER);
  key_write_byte(w, (uint8_t)cast);
  key_write_sized(w, name, length);
  return true;
}

/* ---- Compiling ----------------------------------------------------------------------------- */

static const struct {
  const char *name;
  enum rule_kind kind;
} KINDS[] = {{"invalidate", RULE_INVALIDATE},
             {"refetch", RULE_REFETCH},
             {"remove", RULE_REMOVE},
             {"reset", RULE_RESET}};
enum { KIND_COUNT = sizeof KINDS / sizeof KINDS[0] };

static const char *const REFETCH_TYPES[] = {"active", "inactive", "all", "none"};

struct compiler {
  struct rules *rules;
  struct detail *detail;
  uint32_t rule;        /* number of the rule in hand, from 1 */
  const char *target;   /* name of the target in hand, or NULL */
  uint32_t template_no; /* index of its template, from 0 */
};

/* "<place>: <what> must be <allowed>; got <got>". `got` is NULL where it is not text. */
static int refuse(struct compiler *c, const char *what, const char *allowed, const char *got) {
  detail_clear(c->detail);
  detail_add(c->detail, "rule ");
  detail_add_number(c->detail, c->rule);
  if (c->target != NULL) {
    detail_add(c->detail, ": ");
    detail_add(c->detail, c->target);
    detail_add(c->detail, "[");
    detail_add_number(c->detail, c->template_no);
    detail_add(c->detail, "]");
  }
  detail_add(c->detail, ": ");
  detail_add(c->detail, what);
  detail_add(c->detail, " must be ");
  detail_add(c->detail, allowed);
  if (got != NULL) {
    detail_add(c->detail, "; got ");
    detail_add_quoted(c->detail, got);
  }
  return TIDEMARK_ERROR_RULE;
}

static void add_text(struct compiler *c, const char *text) {
  bytes_add(&c->rules->text, text, strlen(text) + 1);
}

static int add_action(struct compiler *c, const json_value *action) {
  const char *text = json_string(action);
  if (text == NULL || *text == '\0') {
    return refuse(c, "each action", "a string that is not empty", NULL);
  }
  add_text(c, text);
  return TIDEMARK_OK;
}

static int compile_actions(struct compiler *c, const json_value *action) {
  int result = TIDEMARK_OK;
  if (json_is(action, JSON_ARRAY)) {
    for (const json_value *item = json_first(action); item != NULL && result == TIDEMARK_OK;
         item = json_next(item)) {
      result = add_action(c, item);
    }
  } else if (action != NULL) {
    result = add_action(c, action);
  }
  bytes_add_byte(&c->rules->text, 0);
  return result;
}

/* "task", or { "resource": "task", "action": "DELETE" or ["INSERT", "DELETE"] } */
static int compile_on(struct compiler *c, const json_value *on, struct rule_target *target) {
  const json_value *resource = json_is(on, JSON_OBJECT) ? json_member(on, "resource") : on;
  const char *text = json_string(resource);
  if (text == NULL || *text == '\0') {
    return refuse(c, "on", "\"resource\" or { \"resource\": \"…\", \"action\": \"…\" }", NULL);
  }
  for (const json_value *member = json_is(on, JSON_OBJECT) ? json_first(on) : NULL; member != NULL;
       member = json_next(member)) {
    if (strcmp(json_name(member), "resource") != 0 && strcmp(json_name(member), "action") != 0) {
      return refuse(c, "each member of on", "resource or action", json_name(member));
    }
  }
  target->resource = (uint32_t)c->rules->text.length;
  add_text(c, text);
  target->actions = (uint32_t)c->rules->text.length;
  return compile_actions(c, json_member(on, "action"));
}

static int compile_key(struct compiler *c, const json_value *key, struct rule_target *target) {
  if (!json_is(key, JSON_ARRAY)) {
    return refuse(c, "the key", "an array […], or { \"key\": […], \"exact\": true }", NULL);
  }
  uint8_t encoded[1024];
  struct key_writer w = {
      .out = encoded, .capacity = sizeof encoded, .write_text = write_placeholder};
  for (const json_value *part = json_first(key); part != NULL; part = json_next(part)) {
    key_write_value(&w, part);
  }
  if (w.overflow) {
    return refuse(c, "the key", "at most 1024 bytes long", NULL);
  }
  target->template_offset = (uint32_t)c->rules->text.length;
  target->template_length = (uint32_t)w.length;
  bytes_add(&c->rules->text, encoded, w.length);
  return TIDEMARK_OK;
}

static int compile_refetch_type(struct compiler *c, const json_value *value,
                                struct rule_target *target) {
  const char *text = json_string(value);
  for (uint8_t i = 0; i < 4; i++) {
    if (text != NULL && strcmp(text, REFETCH_TYPES[i]) == 0) {
      target->refetch_type = i;
      return TIDEMARK_OK;
    }
  }
  return refuse(c, "refetchType", "active, inactive, all or none", text);
}

/* { key, exact, refetchType } */
static int compile_options(struct compiler *c, const json_value *options,
                           struct rule_target *target) {
  for (const json_value *member = json_first(options); member != NULL; member = json_next(member)) {
    const char *name = json_name(member);
    int result = TIDEMARK_OK;
    if (strcmp(name, "refetchType") == 0) {
      result = compile_refetch_type(c, member, target);
    } else if (strcmp(name, "exact") == 0) {
      target->exact = json_is(member, JSON_TRUE);
      if (!target->exact && !json_is(member, JSON_FALSE)) {
        result = refuse(c, "exact", "true or false", NULL);
      }
    } else if (strcmp(name, "key") != 0) {
      result = refuse(c, "each member", "key, exact or refetchType", name);
    }
    if (result < 0) {
      return result;
    }
  }
  return TIDEMARK_OK;
}

static int compile_template(struct compiler *c, const json_value *template,
                            struct rule_target target) {
  const json_value *key = template;
  if (json_is(template, JSON_OBJECT)) {
    int result = compile_options(c, template, &target);
    if (result < 0) {
      return result;
    }
    key = json_member(template, "key");
  }
  if (key == NULL) {
    return refuse(c, "the target", "{ \"key\": […], … }", NULL);
  }
  int result = compile_key(c, key, &target);
  bytes_add(&c->rules->targets, &target, sizeof target);
  return result;
}

static int compile_target(struct compiler *c, const json_value *member, struct rule_target target) {
  size_t kind = 0;
  while (kind < KIND_COUNT && strcmp(KINDS[kind].name, json_name(member)) != 0) {
    kind++;
  }
  if (kind == KIND_COUNT) {
    return refuse(c, "each member", "on, invalidate, refetch, remove or reset", json_name(member));
  }
  if (!json_is(member, JSON_ARRAY)) {
    return refuse(c, json_name(member), "an array of keys, [[…], …]", NULL);
  }
  target.kind = (uint8_t)KINDS[kind].kind;
  c->target = KINDS[kind].name;
  c->template_no = 0;
  int result = TIDEMARK_OK;
  for (const json_value *template = json_first(member); template != NULL && result == TIDEMARK_OK;
       template = json_next(template)) {
    result = compile_template(c, template, target);
    c->template_no++;
  }
  c->target = NULL;
  return result;
}

static int compile_rule(struct compiler *c, const json_value *rule) {
  if (!json_is(rule, JSON_OBJECT)) {
    return refuse(c, "a rule", "an object, { \"on\": \"resource\", \"invalidate\": [[…], …] }",
                  NULL);
  }
  struct rule_target target = {0};
  int result = compile_on(c, json_member(rule, "on"), &target);
  for (const json_value *member = json_first(rule); member != NULL && result == TIDEMARK_OK;
       member = json_next(member)) {
    if (strcmp(json_name(member), "on") != 0) {
      result = compile_target(c, member, target);
    }
  }
  return result;
}

int rules_compile(struct rules *rules, const json_value *root, uint32_t limit,
                  struct detail *detail) {
  struct compiler c = {.rules = rules, .detail = detail};
  if (!json_is(root, JSON_ARRAY)) {
    detail_clear(detail);
    detail_add(detail, "rules must be an array, [{ \"on\": …, \"invalidate\": […] }, …]");
    return TIDEMARK_ERROR_RULE;
  }
  for (const json_value *rule = json_first(root); rule != NULL; rule = json_next(rule)) {
    c.rule++;
    int result = c.rule > limit ? refuse(&c, "the number of rules", "at most limits.rules", NULL)
                                : compile_rule(&c, rule);
    if (result < 0) {
      return result;
    }
  }
  return rules->text.failed || rules->targets.failed ? TIDEMARK_ERROR_MEMORY : TIDEMARK_OK;
}

/* ---- Expanding ----------------------------------------------------------------------------- */

/* A whole number in decimal digits; false for others, whose text differs from language to language.
 */
static bool write_whole_number(struct key_writer *w, double number) {
  if (!(number >= -0x1p53 && number <= 0x1p53) || (double)(int64_t)number != number) {
    return false;
  }
  char digits[24] = {0};
  size_t at = sizeof digits - 1;
  uint64_t rest = (uint64_t)(number < 0 ? -number : number);
  do {
    at--;
    digits[at] = (char)('0' + rest % 10);
    rest /= 10;
  } while (rest > 0);
  if (number < 0) {
    at--;
    digits[at] = '-';
  }
  key_write_string(w, digits + at);
  return true;
}

static bool write_field(struct key_writer *w, const json_value *field, enum cast cast) {
  double number = 0;
  if (cast == CAST_NUMBER && json_is(field, JSON_STRING)) {
    if (!json_parse_number(json_string(field), &number)) {
      return false;
    }
    key_write_number(w, number);
    return true;
  }
  if (cast == CAST_STRING && json_is(field, JSON_NUMBER)) {
    return write_whole_number(w, json_number(field, 0));
  }
  if ((cast == CAST_NUMBER && !json_is(field, JSON_NUMBER)) ||
      (cast == CAST_STRING && !json_is(field, JSON_STRING))) {
    return false;
  }
  key_write_value(w, field);
  return true;
}

/* Both '42' and 42 are good keys, and they are not the same one. */
static bool write_as_other_type(struct key_writer *w, const json_value *field) {
  return write_field(w, field, json_is(field, JSON_STRING) ? CAST_NUMBER : CAST_STRING) ||
         write_field(w, field, CAST_NONE);
}

static size_t sized_length(const uint8_t *at) {
  return (size_t)(at[0] | at[1] << 8);
}

/* Bytes of one token of a template that is no placeholder. */
static size_t token_size(const uint8_t *at) {
  switch (*at) {
  case TIDEMARK_KEY_NUMBER:
    return 1 + sizeof(double);
  case TIDEMARK_KEY_STRING:
    return 3 + sized_length(at + 1);
  default:
    return 1;
  }
}

enum rule_expansion rule_expand(const struct rules *rules, const struct rule_target *target,
                                const json_value *change, enum rule_reading reading, uint8_t *out,
                                size_t capacity, size_t *length) {
  struct key_writer w = {.out = out, .capacity = capacity};
  const uint8_t *at = rules->text.data + target->template_offset;
  const uint8_t *end = at + target->template_length;
  while (at < end) {
    if (*at != PLACEHOLDER) {
      key_write_bytes(&w, at, token_size(at));
      at += token_size(at);
      continue;
    }
    size_t name_length = sized_length(at + 2);
    const char *name = (const char *)at + PLACEHOLDER_HEADER;
    const json_value *field = json_member_sized(change, name, name_length);
    if (field == NULL) {
      return RULE_FIELD_ABSENT;
    }
    bool other = reading == RULE_AS_OTHER_TYPE && at[1] == CAST_NONE;
    if (other ? !write_as_other_type(&w, field) : !write_field(&w, field, (enum cast)at[1])) {
      return RULE_FIELD_UNFIT;
    }
    at += PLACEHOLDER_HEADER + name_length;
  }
  *length = w.length;
  return w.overflow ? RULE_FIELD_UNFIT : RULE_EXPANDED;
}
