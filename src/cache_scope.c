#include "cache_scope.h"

#include "cache_entry.h"
#include "cache_mark.h"

void cache_scope_asked(tidemark_cache *cache) {
  scopes_asked(&cache->scopes);
  cache->status_moved = true;
}

int cache_scope_set_channel(tidemark_cache *cache, const tidemark_event *event) {
  if (event->key.length > cache->limits.message_bytes) {
    return TIDEMARK_ERROR_KEY_SIZE;
  }
  int result = scopes_check(event->key.bytes, event->key.length);
  if (result < 0) {
    return result;
  }
  if (scopes_are(&cache->scopes, event->key.bytes, event->key.length)) {
    return TIDEMARK_OK;
  }
  result = scopes_set_channel(&cache->scopes, event->key.bytes, event->key.length);
  if (result < 0) {
    return result;
  }
  cache_scope_asked(cache);
  stream_subscribe_again(&cache->stream, cache->time);
  return TIDEMARK_OK;
}

int cache_scope_set_entry(tidemark_cache *cache, const tidemark_event *event) {
  struct entry *e = entry_get(cache, event->entry);
  if (e == NULL) {
    return TIDEMARK_ERROR_HANDLE;
  }
  if (event->key.length > cache->limits.key_bytes) {
    return TIDEMARK_ERROR_KEY_SIZE;
  }
  int result = scopes_check(event->key.bytes, event->key.length);
  if (result < 0) {
    return result;
  }
  uint32_t set = scopes_take(&cache->scopes, event->key.bytes, event->key.length, &result);
  if (result < 0) {
    return result;
  }
  uint32_t before = e->scopes;
  scopes_release(&cache->scopes, before);
  e->scopes = set;
  if (before != 0 && before != set) {
    /* What the others told until now was not listened for. */
    static const struct mark MARK = {.seq = POSITION_UNKNOWN, .trail = true, .refetch = true};
    cache_mark_entry(cache, event->entry, &MARK);
  }
  cache_entry_commit(cache, event->entry, entry_is_observed(e) && before != set ? ENTRY_NOTIFY : 0);
  return TIDEMARK_OK;
}

void cache_scope_reset(tidemark_cache *cache, const json_value *names, double seq) {
  scopes_concern_nobody(&cache->scopes);
  for (const json_value *name = json_first(names); name != NULL; name = json_next(name)) {
    scopes_concern(&cache->scopes, json_string(name));
  }
  cache_mark_concerned(cache, seq);
}

void cache_scope_refuse(tidemark_cache *cache, const json_value *names) {
  for (const json_value *name = names == NULL ? NULL : json_first(names); name != NULL;
       name = json_next(name)) {
    if (!PLANTED(REFUSED_SCOPE_LIVE)) {
      scopes_refuse(&cache->scopes, json_string(name));
    }
    cache->status_moved = !PLANTED(STATUS_NOT_TOLD);
  }
}

/* An answer to an earlier subscription says nothing of what was added since. */
static bool is_answered(const tidemark_cache *cache) {
  return cache->stream.unanswered == 0 && scopes_are_adding(&cache->scopes);
}

void cache_scope_mark_added(tidemark_cache *cache, double seq) {
  if (is_answered(cache) && !PLANTED(ADDED_SCOPE_LIVE)) {
    scopes_concern_nobody(&cache->scopes);
    scopes_concern_added(&cache->scopes);
    cache_mark_concerned(cache, seq);
  }
}

void cache_scope_answered(tidemark_cache *cache) {
  if (is_answered(cache)) {
    scopes_answered(&cache->scopes);
    cache->status_moved = true;
  }
}

/* ---- Status -------------------------------------------------------------------------------- */

enum tidemark_stream_status cache_scope_channel_status(const tidemark_cache *cache) {
  enum tidemark_stream_status status = stream_status(&cache->stream);
  bool adding = cache->stream.epoch_told && scopes_are_adding(&cache->scopes);
  return status == TIDEMARK_STREAM_LIVE && adding ? TIDEMARK_STREAM_CATCHING_UP : status;
}

/* Of the part of the stream that it depends on. A server that tells no positions knows no scopes
 * either. */
static enum tidemark_stream_status part_status(const tidemark_cache *cache, uint32_t set) {
  if (set == 0 || !cache->stream.epoch_told) {
    return cache_scope_channel_status(cache);
  }
  enum tidemark_stream_status status = stream_status(&cache->stream);
  switch (scopes_state(&cache->scopes, set)) {
  case SCOPE_ABSENT:
    return TIDEMARK_STREAM_STOPPED;
  case SCOPE_ADDED:
    return status == TIDEMARK_STREAM_LIVE ? TIDEMARK_STREAM_CATCHING_UP : status;
  case SCOPE_LIVE:
    break;
  }
  return status;
}

enum tidemark_stream_status cache_scope_entry_status(const tidemark_cache *cache,
                                                     const struct entry *e) {
  enum tidemark_stream_status status = part_status(cache, e->scopes);
  /* What was folded may have been about this entry. */
  bool lacks = !e->has_data || freshness_is_marked(&e->freshness) || cache->storm.folded;
  return status == TIDEMARK_STREAM_LIVE && lacks ? TIDEMARK_STREAM_CATCHING_UP : status;
}

void cache_scope_tell(tidemark_cache *cache) {
  /* A connection may come live while scopes are still being added: then only some entries do. */
  uint32_t status =
      (uint32_t)cache_scope_channel_status(cache) << 3 | stream_status(&cache->stream);
  if (cache->told_status == status && !cache->status_moved) {
    return;
  }
  cache->told_status = status;
  cache->status_moved = false;
  for (uint32_t id = 1; id < cache->entries.end; id++) {
    const struct entry *e = entry_get(cache, id);
    if (e != NULL && entry_is_observed(e)) {
      cache_entry_commit(cache, id, ENTRY_NOTIFY);
    }
  }
}
