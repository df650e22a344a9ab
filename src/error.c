#include "tidemark.h"

const char *tidemark_error_text(int error) {
  switch (error) {
  case TIDEMARK_OK:
    return "no error";
  case TIDEMARK_ERROR_MEMORY:
    return "out of memory; nothing was changed";
  case TIDEMARK_ERROR_KEY:
    return "not a query key, or nested too deeply";
  case TIDEMARK_ERROR_KEY_SIZE:
    return "the query key, its tags or the scopes are longer than the limit";
  case TIDEMARK_ERROR_HANDLE:
    return "no such entry, observer or mutation";
  case TIDEMARK_ERROR_EVENT:
    return "unknown event, or an option of it is out of range";
  case TIDEMARK_ERROR_FULL:
    return "the limit on entries, or on layers of an entry, is reached";
  case TIDEMARK_ERROR_JSON:
    return "not strict JSON within the limits on size, depth and members";
  case TIDEMARK_ERROR_RULE:
    return "a rule is not right";
  case TIDEMARK_ERROR_CHANGE:
    return "a change is not right";
  case TIDEMARK_ERROR_OPTION:
    return "an option of the cache is out of range";
  default:
    return "unknown error";
  }
}
