#include "tidemark.h"

const char *tidemark_error_text(int error) {
  switch (error) {
  case TIDEMARK_OK:
    return "no error";
  case TIDEMARK_ERROR_MEMORY:
    return "out of memory; nothing was changed";
  case TIDEMARK_ERROR_KEY:
    return "a query key or tag must be an array that is not nested too deeply";
  case TIDEMARK_ERROR_KEY_SIZE:
    return "a query key, its tags or its scopes must not be longer than the limit";
  case TIDEMARK_ERROR_HANDLE:
    return "no such entry, observer or mutation";
  case TIDEMARK_ERROR_EVENT:
    return "unknown event, or one of its options is out of range";
  case TIDEMARK_ERROR_FULL:
    return "limits.entries or limits.layersPerEntry is reached";
  case TIDEMARK_ERROR_JSON:
    return "the text must be strict JSON within the limits on size, depth and members";
  case TIDEMARK_ERROR_RULE:
    return "invalid rule";
  case TIDEMARK_ERROR_CHANGE:
    return "invalid change";
  case TIDEMARK_ERROR_OPTION:
    return "an option of the cache is out of range";
  default:
    return "unknown error";
  }
}
