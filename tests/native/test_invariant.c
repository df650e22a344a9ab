/* Each invariant of the core bites: a cache in which one thing is wrong is seen. */
#include "cache_check.h"
#include "cache_entry.h"
#include "helper_invariant.h"
#include "helper_world.h"

#define BREAKS(w, condition) assert_breaks(cache_check((w)->cache), condition)

static struct entry *entry_of(struct world *w, uint32_t id) {
  return entry_at(w->cache, id);
}

static void a_sound_cache_breaks_nothing(void **state) {
  struct world *w = *state;
  uint32_t layered = shown(w, "tasks/1", INFINITY);
  mutate(w, 1, layered);
  mount(w, "tasks/2");
  cached(w, "tasks/3");
  cache_check(w->cache);
}

/* ---- Observers ------------------------------------------------------------------------------- */

static void the_observers_of_an_entry_are_as_many_as_are_counted(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  entry_of(w, entry)->activity->observers++;
  BREAKS(w, "a->observers == observers");
}

static void the_enabled_observers_of_an_entry_are_as_many_as_are_counted(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  entry_of(w, entry)->activity->enabled = 0;
  BREAKS(w, "a->enabled == enabled");
}

static void an_observer_knows_its_entry(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  observer_at(w->cache, entry_of(w, entry)->activity->first_observer)->entry = entry + 1;
  BREAKS(w, "o->entry == id");
}

static void the_list_of_observers_leads_back(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  observer_at(w->cache, entry_of(w, entry)->activity->first_observer)->previous = 1;
  BREAKS(w, "o->previous == previous");
}

static void an_interval_is_armed_only_for_who_polls(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  observer_at(w->cache, entry_of(w, entry)->activity->first_observer)->options.refetch_interval =
      1000;
  BREAKS(w, "wheel_is_armed(&cache->wheel, o->interval_timer) == polls");
}

static void a_stale_timer_is_armed_only_for_an_answer_that_ages(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", 1000);
  entry_of(w, entry)->has_data = false;
  BREAKS(w, "wheel_is_armed(&cache->wheel, o->stale_timer) <= ages");
}

/* ---- Layers ---------------------------------------------------------------------------------- */

static void the_layers_of_an_entry_are_as_many_as_are_counted(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  mutate(w, 1, entry);
  entry_of(w, entry)->activity->layers++;
  BREAKS(w, "a->layers == layers");
}

static void a_layer_knows_its_entry(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  mutate(w, 1, entry);
  layer_at(&w->cache->mutations, entry_of(w, entry)->activity->first_layer)->entry = entry + 1;
  BREAKS(w, "layer_at(&cache->mutations, at)->entry == id");
}

/* ---- Activity -------------------------------------------------------------------------------- */

static void an_entry_at_rest_has_no_activity(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  assert_int_equal(cache_entry_reserve(w->cache, 1), 0);
  cache_entry_activate(w->cache, entry);
  BREAKS(w, "!entry_is_at_rest(e) || e->dirty");
}

static void an_entry_waits_for_its_timer_only_for_a_reason(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  wheel_arm(&w->cache->wheel, entry_of(w, entry)->activity->timer, w->cache->time + 1000);
  BREAKS(w, "wheel_is_armed(&cache->wheel, a->timer) == !isinf(entry_deadline(e))");
}

static void a_fetch_in_flight_has_an_id(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  entry_of(w, entry)->activity->fetch = 0;
  BREAKS(w, "(e->phase != ENTRY_FLYING && e->phase != ENTRY_RETRYING) || a->fetch != 0");
}

static void the_slots_taken_are_those_of_fetches_in_flight(void **state) {
  struct world *w = *state;
  mount(w, "tasks/1");
  w->cache->schedule.slots_taken++;
  BREAKS(w, "cache->schedule.slots_taken == slots");
}

/* ---- Queues ---------------------------------------------------------------------------------- */

static void a_wanted_entry_stands_in_the_queue_of_those(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  entry_of(w, entry)->phase = ENTRY_WANTED;
  BREAKS(w, "(e->list == ENTRY_IN_WANTED) == (e->phase == ENTRY_WANTED)");
}

static void an_unused_entry_is_needed_by_nobody(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  entry_of(w, entry)->list = ENTRY_IN_UNUSED;
  BREAKS(w, "e->list != ENTRY_IN_UNUSED || (e->node != 0 && entry_is_unused(e))");
}

static void an_entry_with_effects_stands_in_the_queue_of_those(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  entry_of(w, entry)->effects |= ENTRY_NOTIFY;
  BREAKS(w, "e->effects == 0 || e->dirty");
}

static void the_dirty_flag_means_the_dirty_queue(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  entry_of(w, entry)->dirty = true;
  BREAKS(w, "queued == 0");
}

static void a_gc_queue_has_as_many_users_as_entries_with_its_time(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  ((struct unused_queue *)pool_at(&w->cache->unused, entry_of(w, entry)->queue))->users++;
  BREAKS(w, "queue->users == users_of(cache, id)");
}

static void a_gc_queue_waits_only_for_an_entry(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  struct unused_queue *queue = pool_at(&w->cache->unused, entry_of(w, entry)->queue);
  wheel_arm(&w->cache->wheel, queue->timer, INFINITY);
  BREAKS(w, "wheel_is_armed(&cache->wheel, queue->timer) == waits");
}

/* ---- Memory ---------------------------------------------------------------------------------- */

static void a_match_has_room_for_every_entry(void **state) {
  struct world *w = *state;
  cached(w, "tasks/1");
  uint32_t capacity = w->cache->selection_capacity;
  w->cache->selection_capacity = 0;
  BREAKS(w, "cache->selection_capacity >= cache->entries.live");
  w->cache->selection_capacity = capacity;
}

static void the_index_names_as_many_entries_as_are_not_removed(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  uint32_t node = entry_of(w, entry)->node;
  w->cache->index.count++;
  BREAKS(w, "cache->index.count == named");
  w->cache->index.count--;
  entry_of(w, entry)->node = node;
}

static void nothing_is_allocated_between_reserve_and_commit(void **state) {
  struct world *w = *state;
  memory_seal(&w->cache->memory);
  assert_breaks((void)memory_allocate(&w->cache->memory, 1, 1), "memory->seals == 0");
  memory_unseal(&w->cache->memory);
}

static void a_drain_leaves_no_effects(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  entry_of(w, entry)->effects |= ENTRY_NOTIFY;
  assert_breaks(cache_check_drained(w->cache), "e == NULL || (e->effects & ~ENTRY_DROP) == 0");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      PROMISE(a_sound_cache_breaks_nothing),
      PROMISE(the_observers_of_an_entry_are_as_many_as_are_counted),
      PROMISE(the_enabled_observers_of_an_entry_are_as_many_as_are_counted),
      PROMISE(an_observer_knows_its_entry),
      PROMISE(the_list_of_observers_leads_back),
      PROMISE(an_interval_is_armed_only_for_who_polls),
      PROMISE(a_stale_timer_is_armed_only_for_an_answer_that_ages),
      PROMISE(the_layers_of_an_entry_are_as_many_as_are_counted),
      PROMISE(a_layer_knows_its_entry),
      PROMISE(an_entry_at_rest_has_no_activity),
      PROMISE(an_entry_waits_for_its_timer_only_for_a_reason),
      PROMISE(a_fetch_in_flight_has_an_id),
      PROMISE(the_slots_taken_are_those_of_fetches_in_flight),
      PROMISE(a_wanted_entry_stands_in_the_queue_of_those),
      PROMISE(an_unused_entry_is_needed_by_nobody),
      PROMISE(an_entry_with_effects_stands_in_the_queue_of_those),
      PROMISE(the_dirty_flag_means_the_dirty_queue),
      PROMISE(a_gc_queue_has_as_many_users_as_entries_with_its_time),
      PROMISE(a_gc_queue_waits_only_for_an_entry),
      PROMISE(a_match_has_room_for_every_entry),
      PROMISE(the_index_names_as_many_entries_as_are_not_removed),
      PROMISE(nothing_is_allocated_between_reserve_and_commit),
      PROMISE(a_drain_leaves_no_effects),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
