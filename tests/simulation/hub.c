#include "hub.h"

#include <stddef.h>

void hub_init(struct hub *hub) {
  hub->deaf = false;
  hub->knows = false;
  hub->back_at = 0;
  hub->entry_count = 0;
  hub->epoch_count = 1;
  hub->heard_at = 0;
  hub->epochs[0] = (struct epoch){.start = 0};
}

static struct epoch *present(struct hub *hub) {
  return &hub->epochs[hub->epoch_count - 1];
}

static uint32_t entries_of(const struct hub *hub, uint32_t epoch) {
  uint32_t end = epoch + 1 < hub->epoch_count ? hub->epochs[epoch + 1].first : hub->entry_count;
  return end - hub->epochs[epoch].first;
}

uint32_t hub_seq(const struct hub *hub) {
  uint32_t epoch = hub->epoch_count - 1;
  return hub->epochs[epoch].base + entries_of(hub, epoch);
}

struct position hub_position(const struct hub *hub) {
  return (struct position){.epoch = hub->epoch_count - 1, .seq = hub_seq(hub)};
}

struct log_entry *hub_append(struct hub *hub, const struct change *change, uint32_t commit) {
  if (hub->deaf || commit <= present(hub)->start || hub->entry_count == LOG_ENTRIES) {
    return NULL;
  }
  uint32_t seq = hub_seq(hub) + 1;
  struct log_entry *entry = &hub->entries[hub->entry_count++];
  *entry = (struct log_entry){.change = *change, .commit = commit, .seq = seq};
  return entry;
}

void hub_begin_epoch(struct hub *hub, uint32_t start) {
  uint32_t seq = hub_seq(hub);
  hub->deaf = false;
  hub->knows = false;
  if (hub->epoch_count == EPOCHS) {
    return;
  }
  hub->epochs[hub->epoch_count++] =
      (struct epoch){.start = start, .base = hub->counts_anew ? 0 : seq, .first = hub->entry_count};
}

const struct log_entry *hub_entry(const struct hub *hub, struct position position) {
  const struct epoch *epoch = &hub->epochs[position.epoch];
  if (position.seq <= epoch->base) {
    return NULL;
  }
  return &hub->entries[epoch->first + (uint32_t)position.seq - epoch->base - 1];
}

uint32_t hub_commit_at(const struct hub *hub, struct position position) {
  const struct log_entry *entry = hub_entry(hub, position);
  return entry == NULL ? hub->epochs[position.epoch].start : entry->commit;
}

struct position hub_as_of(const struct hub *hub, uint32_t commit) {
  uint32_t epoch = hub->epoch_count - 1;
  while (epoch > 0 && hub->epochs[epoch].start > commit) {
    epoch--;
  }
  const struct epoch *e = &hub->epochs[epoch];
  uint32_t held = 0; /* entries are in the order of commits: those before it, by halving */
  for (uint32_t end = entries_of(hub, epoch); held < end;) {
    uint32_t middle = held + (end - held) / 2;
    bool is_held = hub->entries[e->first + middle].commit <= commit;
    held = is_held ? middle + 1 : held;
    end = is_held ? end : middle;
  }
  return (struct position){.epoch = epoch, .seq = e->base + held};
}

bool hub_can_resume(const struct hub *hub, struct position position) {
  uint32_t seq = hub_seq(hub);
  if (position.seq < 0 || position.epoch != hub->epoch_count - 1 || position.seq > seq ||
      position.seq < present((struct hub *)hub)->base || seq - position.seq > hub->window) {
    return false;
  }
  for (uint32_t at = (uint32_t)position.seq + 1; at <= seq; at++) {
    struct position place = {.epoch = position.epoch, .seq = at};
    if (hub_entry(hub, place)->folded) {
      return false;
    }
  }
  return true;
}
