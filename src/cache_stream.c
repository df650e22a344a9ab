#include "cache_stream.h"

#include "cache_change.h"
#include "cache_mark.h"
#include "cache_scope.h"
#include "message.h"

/* All that was folded stands at or before the stream's position, if it has one. */
static void end_storm(tidemark_cache *cache, double time) {
  if (storm_ends(&cache->storm, time) && !PLANTED(STORM_END_FORGOTTEN)) {
    cache->status_moved = true;
    cache_mark_all(cache, cache->storm.unplaced ? POSITION_UNKNOWN : cache->stream.seq);
    cache->storm.unplaced = false;
  }
}

/* A change that lacks its resource is a bad message: counted, and nothing else. */
static void apply(tidemark_cache *cache, const json_value *change, double seq) {
  end_storm(cache, cache->time); /* its timer may be a fraction of a millisecond late */
  bool folded = cache->storm.folded;
  enum storm_verdict verdict =
      PLANTED(STORM_NOT_FOLDED) ? STORM_APPLY : storm_take(&cache->storm, cache->time);
  cache->status_moved = cache->status_moved || cache->storm.folded != folded;
  if (verdict == STORM_APPLY) {
    cache->stats.messages_bad += cache_change_apply(cache, change, seq, true) < 0 ? 1 : 0;
    return;
  }
  cache->stats.messages_folded++;
  if (verdict == STORM_BEGINS) {
    cache_mark_all(cache, seq);
  } else {
    cache->storm.unplaced = cache->storm.unplaced || seq < 0;
  }
}

void cache_stream_timer(tidemark_cache *cache) {
  struct stream *s = &cache->stream;
  end_storm(cache, cache->time);
  if (cache->time >= s->deadline) {
    stream_timeout(s, cache->time, &cache->random);
  }
}

static void take_change(tidemark_cache *cache, const struct message *message) {
  if (stream_change(&cache->stream, message->epoch, message->seq, message->prev, cache->time) ==
      STREAM_APPLY) {
    apply(cache, message->change, message->seq);
  } else {
    cache->stats.messages_dropped++;
  }
}

/* False if it says, or may say, that anything has changed: the position is about to pass it. */
static bool take_missed(tidemark_cache *cache, const json_value *item) {
  struct message message;
  bool readable = message_read(item, &message) == TIDEMARK_OK;
  if (!readable || message.type != MESSAGE_CHANGE) {
    cache->stats.messages_bad++;
    return readable && message.type != MESSAGE_RESET && message.type != MESSAGE_RECONNECT;
  }
  if (stream_missed(&cache->stream, message.seq) == STREAM_APPLY) {
    apply(cache, message.change, message.seq);
  } else {
    cache->stats.messages_dropped++;
  }
  return true;
}

static void take_subscribed(tidemark_cache *cache, const struct message *message) {
  enum stream_verdict verdict = stream_subscribed(&cache->stream, message->epoch, message->seq,
                                                  message->recovered, cache->time);
  cache_mark_forget_old_epoch(cache);
  if (verdict == STREAM_RESET_ALL) {
    cache_mark_all(cache, message->seq);
    cache_scope_answered(cache);
    return;
  }
  bool all_told = true;
  for (const json_value *item = json_first(message->messages); item != NULL;
       item = json_next(item)) {
    all_told = take_missed(cache, item) && all_told;
  }
  stream_recovered(&cache->stream, message->seq);
  if (!all_told) {
    cache_mark_all(cache, cache->stream.seq);
  }
  /* What they told up to here is dropped as old, however far this list reaches. */
  cache_scope_mark_added(cache, cache->stream.seq);
  cache_scope_answered(cache);
}

static void take_reset(tidemark_cache *cache, const struct message *message) {
  if (stream_reset(&cache->stream, message->epoch, message->seq, message->prev, cache->time) ==
      STREAM_DROP) {
    cache->stats.messages_dropped++;
    return;
  }
  bool everywhere = message->scopes == NULL || cache->stream.new_epoch;
  double seq = message->epoch == NULL ? POSITION_UNKNOWN : message->seq;
  cache_mark_forget_old_epoch(cache);
  if (everywhere) {
    cache_mark_all(cache, seq);
  } else {
    cache_scope_reset(cache, message->scopes, seq);
  }
}

static void take_message(tidemark_cache *cache, const struct message *message) {
  switch (message->type) {
  case MESSAGE_HELLO:
    stream_hello(&cache->stream, message->epoch, message->ping, message->deaf, cache->time);
    cache_mark_forget_old_epoch(cache);
    cache_scope_asked(cache);
    return;
  case MESSAGE_SUBSCRIBED:
    take_subscribed(cache, message);
    return;
  case MESSAGE_CHANGE:
    take_change(cache, message);
    return;
  case MESSAGE_PING:
    stream_ping(&cache->stream, message->seq, message->deaf, cache->time);
    return;
  case MESSAGE_RESET:
    take_reset(cache, message);
    return;
  case MESSAGE_RECONNECT:
    cache_mark_all(cache, POSITION_UNKNOWN);
    return;
  case MESSAGE_ERROR:
    cache_scope_refuse(cache, message->scopes);
    cache_warn(cache, TIDEMARK_WARNING_SERVER, message->text);
    return;
  case MESSAGE_GOODBYE:
    stream_goodbye(&cache->stream, message->after, message->spread);
    return;
  case MESSAGE_UNKNOWN:
    cache_warn(cache, TIDEMARK_WARNING_TYPE, message->type_text);
    return;
  }
}

/* Returns an error only if memory ran out: what a server sent is never refused, only dropped. */
static int take_frame(tidemark_cache *cache, const tidemark_event *event) {
  if (!stream_listens(&cache->stream, event->id)) {
    return TIDEMARK_OK;
  }
  const json_value *root = NULL;
  struct message message;
  int result = cache_parse(cache, event->text.bytes, event->text.length, &root);
  if (result == TIDEMARK_ERROR_MEMORY) {
    return result;
  }
  stream_heard(&cache->stream, cache->time);
  cache->stats.messages++;
  if (result < 0 || message_read(root, &message) < 0) {
    cache->stats.messages_bad++;
    stream_unreadable(&cache->stream);
    return TIDEMARK_OK;
  }
  take_message(cache, &message);
  return TIDEMARK_OK;
}

int cache_stream_event(tidemark_cache *cache, const tidemark_event *event) {
  struct stream *s = &cache->stream;
  int result = TIDEMARK_OK;
  switch (event->type) {
  case TIDEMARK_CONNECT:
    result = stream_connect(s, &event->stream, cache->time);
    break;
  case TIDEMARK_DISCONNECT:
    stream_disconnect(s);
    end_storm(cache, cache->storm.end); /* nothing of the stream is left to wait for */
    break;
  case TIDEMARK_TICKET_READY:
    stream_ticket(s, event->id, true, false, cache->time, &cache->random);
    break;
  case TIDEMARK_TICKET_FAILED:
    stream_ticket(s, event->id, false, event->value != 0, cache->time, &cache->random);
    break;
  case TIDEMARK_SOCKET_OPENED:
    if (stream_opened(s, event->id, cache->time)) {
      cache_mark_all(cache, POSITION_UNKNOWN);
    }
    break;
  case TIDEMARK_SOCKET_CLOSED:
    stream_closed(s, event->id, event->value, cache->time, &cache->random);
    break;
  default:
    result = take_frame(cache, event);
    break;
  }
  return result;
}
