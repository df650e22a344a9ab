/*
 * Rules: which keys a change touches. JSON, compiled once:
 *
 *      { "on": "task", "invalidate": [["tasks","detail","$id"], ["tasks","list","$project_id"]] }
 *
 * becomes one target per template. A template is an encoded key in which a placeholder stands as
 * 08, cast, u16 length, field name; expanding it against a change puts the field's value there.
 * `$name` takes the field as it is, `$name:number` and `$name:string` cast it, `$$` is a dollar
 * sign.
 */
#ifndef TIDEMARK_RULES_H
#define TIDEMARK_RULES_H

#include <stdbool.h>

#include "bytes.h"
#include "detail.h"
#include "json.h"

enum rule_kind { RULE_INVALIDATE, RULE_REFETCH, RULE_REMOVE, RULE_RESET };

struct rule_target {
  uint32_t resource; /* offset of a terminated text */
  uint32_t actions;  /* offset of terminated texts, an empty one behind the last */
  uint32_t template_offset, template_length;
  uint8_t kind; /* enum rule_kind */
  uint8_t refetch_type;
  bool exact;
};

struct rules {
  struct memory *memory;
  struct bytes text;    /* what the offsets point into */
  struct bytes targets; /* struct rule_target, one after another */
};

void rules_init(struct rules *rules, struct memory *memory);
void rules_destroy(struct rules *rules);
/* Compiles an array of rules into `rules`, which is empty. On an error *detail says which rule and
 * why, and `rules` must be destroyed all the same. */
int rules_compile(struct rules *rules, const json_value *root, uint32_t limit,
                  struct detail *detail);

size_t rules_count(const struct rules *rules);
const struct rule_target *rules_at(const struct rules *rules, size_t i);
bool rule_is_about(const struct rules *rules, const struct rule_target *target,
                   const char *resource);
/* `action` may be NULL: then only targets for every action apply. */
bool rule_takes_action(const struct rules *rules, const struct rule_target *target,
                       const char *action);

/* How a field that its template does not cast goes into the key. */
enum rule_reading {
  RULE_AS_IT_IS,
  RULE_AS_OTHER_TYPE /* text that is a number as that number, a whole number as text */
};

enum rule_expansion {
  RULE_EXPANDED,
  RULE_FIELD_ABSENT, /* the change lacks a field: the template says nothing about it */
  RULE_FIELD_UNFIT   /* the field cannot be cast, or the key became too long */
};

/* Writes the encoded (not yet canonical) key to `out` and its size to *length. */
enum rule_expansion rule_expand(const struct rules *rules, const struct rule_target *target,
                                const json_value *change, enum rule_reading reading, uint8_t *out,
                                size_t capacity, size_t *length);

#endif
