#include "message.h"

#include <math.h>
#include <string.h>

static const struct {
  const char *text;
  enum message_type type;
} TYPES[] = {
    {"cache_invalidate", MESSAGE_CHANGE},
    {"ping", MESSAGE_PING},
    {"subscribed", MESSAGE_SUBSCRIBED},
    {"hello", MESSAGE_HELLO},
    {"reset", MESSAGE_RESET},
    {"error", MESSAGE_ERROR},
    {"goodbye", MESSAGE_GOODBYE},
    {"reconnect", MESSAGE_RECONNECT},
};

static enum message_type type_of(const char *text) {
  for (size_t i = 0; i < sizeof TYPES / sizeof TYPES[0]; i++) {
    if (strcmp(TYPES[i].text, text) == 0) {
      return TYPES[i].type;
    }
  }
  return MESSAGE_UNKNOWN;
}

/* Many a server writes null for what it does not say. */
static const json_value *field(const json_value *root, const char *name) {
  const json_value *value = json_member(root, name);
  return json_is(value, JSON_NULL) ? NULL : value;
}

/* A position: absent (-1), or a whole number that a double holds exactly. */
static bool read_position(const json_value *root, const char *name, double *position) {
  const json_value *value = field(root, name);
  *position = json_number(value, -1);
  return value == NULL || (*position >= 0 && *position <= 0x1p53 && floor(*position) == *position);
}

static bool read_text(const json_value *root, const char *name, const char **text) {
  const json_value *value = field(root, name);
  *text = json_string(value);
  return value == NULL || *text != NULL;
}

static const json_value *read_scopes(const json_value *root) {
  const json_value *scopes = json_member(root, "scopes");
  if (!json_is(scopes, JSON_ARRAY)) {
    return NULL;
  }
  for (const json_value *scope = json_first(scopes); scope != NULL; scope = json_next(scope)) {
    if (json_string(scope) == NULL) {
      return NULL;
    }
  }
  return scopes;
}

static const char *explanation(const json_value *root) {
  const char *message = json_string(json_member(root, "message"));
  const char *reason = json_string(json_member(root, "reason"));
  const char *inner = json_string(json_member(json_member(root, "data"), "reason"));
  return message != NULL ? message : reason != NULL ? reason : inner;
}

static void read_rare_fields(const json_value *root, struct message *message) {
  message->ping = json_number(json_member(root, "ping"), -1);
  message->after = json_number(json_member(root, "after"), -1);
  message->spread = json_number(json_member(root, "spread"), -1);
  message->deaf = json_is(json_member(root, "source"), JSON_FALSE);
  message->recovered = json_is(json_member(root, "recovered"), JSON_TRUE);
  message->messages = field(root, "messages");
  message->scopes = read_scopes(root);
  message->text = explanation(root);
}

int message_read(const json_value *root, struct message *message) {
  *message = (struct message){
      .type_text = json_string(json_member(root, "type")), .ping = -1, .after = -1, .spread = -1};
  if (message->type_text == NULL) {
    return TIDEMARK_ERROR_JSON;
  }
  message->type = type_of(message->type_text);
  if (message->type == MESSAGE_UNKNOWN) {
    return TIDEMARK_OK;
  }
  message->change = json_member(root, "data");
  if (message->type != MESSAGE_CHANGE) { /* which is nearly all that comes, and has none of these */
    read_rare_fields(root, message);
  }
  bool fields = read_text(root, "epoch", &message->epoch) &&
                read_position(root, "seq", &message->seq) &&
                read_position(root, "prev", &message->prev);
  bool change = message->type != MESSAGE_CHANGE || json_is(message->change, JSON_OBJECT);
  bool list = message->messages == NULL || json_is(message->messages, JSON_ARRAY);
  return fields && change && list ? TIDEMARK_OK : TIDEMARK_ERROR_JSON;
}
