/* Scopes: what of the stream an entry depends on, whether it is live, and users who sign out. */
#include <math.h>
#include <stdio.h>

#include "helper_stream.h"

static const char RULES[] = "[{'on':'task','invalidate':[['tasks','$id']]}]";

#define assert_status(w, entry, expected)                                                          \
  assert_int_equal(stream_status_of(w, entry), TIDEMARK_STREAM_##expected)

static void refuse(struct world *w, const char *name) {
  char text[128];
  snprintf(text, sizeof text,
           "{'type':'error','code':'forbidden_scope','message':'no','scopes':['%s']}", name);
  frame(w, text);
}

/* ---- Live, seen from one entry ------------------------------------------------------------- */

static void without_a_channel_nothing_is_live(void **state) {
  struct world *w = *state;
  assert_status(w, cached(w, "tasks/1"), STOPPED);
}

static void an_answer_got_while_the_channel_is_live_is_live(void **state) {
  struct world *w = *state;
  assert_status(w, cached(w, "tasks/1"), LIVE);
}

static void what_was_never_answered_is_not_live(void **state) {
  struct world *w = *state;
  assert_status(w, build(w, "tasks/1"), CATCHING_UP);
}

static void from_a_change_to_the_answer_that_holds_it_an_entry_is_catching_up(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  rules(w, RULES);
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  uint32_t other = shown(w, "tasks/2", INFINITY);
  task_changed(w, 1, 11, 10);
  flush(w);
  assert_status(w, entry, CATCHING_UP);
  assert_status(w, other, LIVE);
  answer(w, entry);
  assert_status(w, entry, LIVE);
}

static void a_refetch_that_no_change_asked_for_leaves_it_live(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  on_entry(w, TIDEMARK_REFETCH, entry);
  flush(w);
  assert_status(w, entry, LIVE);
}

static void an_entry_is_never_more_live_than_the_channel(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  frame(w, "{'type':'ping','seq':11}");
  assert_status(w, entry, GAP);
  socket_closed(w, 1006);
  assert_status(w, entry, OFFLINE);
  wait_for_next_try(w);
  assert_status(w, entry, CATCHING_UP);
  socket_closed(w, 4403);
  assert_status(w, entry, STOPPED);
}

static void observers_hear_of_the_channels_status_once(void **state) {
  struct world *w = *state;
  shown(w, "tasks/1", INFINITY);
  cached(w, "tasks/2");
  socket_closed(w, 1006);
  expect(w, "NOTIFY", "NOTIFY tasks/1");
  flush(w);
  expect(w, "NOTIFY", "");
}

/* ---- Scopes of entries --------------------------------------------------------------------- */

static void an_entry_is_as_live_as_the_scopes_it_depends_on(void **state) {
  struct world *w = *state;
  channel_scopes(w, "staff project:9");
  go_live(w, "e", 10);
  uint32_t told = cached(w, "tasks/1");
  uint32_t half_told = cached(w, "tasks/2");
  uint32_t all = cached(w, "tasks/3");
  depends_on(w, told, "project:9 staff");
  depends_on(w, half_told, "project:9 project:7");
  assert_status(w, told, LIVE);
  assert_status(w, half_told, STOPPED);
  assert_status(w, all, LIVE);
}

static void a_scope_that_the_server_refuses_is_not_live(void **state) {
  struct world *w = *state;
  channel_scopes(w, "staff project:9");
  go_live(w, "e", 10);
  uint32_t entry = cached(w, "tasks/1");
  depends_on(w, entry, "project:9");
  refuse(w, "project:9");
  assert_status(w, entry, STOPPED);
  assert_int_equal(tidemark_stream_state(w->cache), TIDEMARK_STREAM_LIVE);
}

static void a_refused_scope_that_is_granted_later_starts_with_a_mark(void **state) {
  struct world *w = *state;
  channel_scopes(w, "staff project:9");
  go_live(w, "e", 10);
  uint32_t entry = cached(w, "tasks/1");
  depends_on(w, entry, "project:9");
  refuse(w, "project:9");
  reconnect(w, "e", 10, 1);
  assert_true(is_marked(w, entry));
  assert_status(w, entry, CATCHING_UP);
}

static void a_reset_of_scopes_marks_what_depends_on_them(void **state) {
  struct world *w = *state;
  channel_scopes(w, "staff project:9");
  go_live(w, "e", 10);
  uint32_t concerned = cached(w, "tasks/1");
  uint32_t other = cached(w, "tasks/2");
  uint32_t undeclared = cached(w, "tasks/3");
  depends_on(w, concerned, "project:9 staff");
  depends_on(w, other, "staff");
  frame(w, "{'type':'reset','scopes':['project:9'],'reason':'flood'}");
  assert_true(is_marked(w, concerned));
  assert_false(is_marked(w, other));
  assert_true(is_marked(w, undeclared));
}

static void a_reset_without_readable_scopes_marks_everything(void **state) {
  struct world *w = *state;
  static const char *const RESETS[] = {
      "{'type':'reset','reason':'flood'}", "{'type':'reset','scopes':'project:9'}",
      "{'type':'reset','scopes':['project:9',7]}",
      "{'type':'reset','epoch':'f','seq':3,'scopes':['project:9']}"};
  for (size_t i = 0; i < sizeof RESETS / sizeof *RESETS; i++) {
    restart(w, (tidemark_options){.seed = 1});
    channel_scopes(w, "staff project:9");
    go_live(w, "e", 10);
    uint32_t other = cached(w, "tasks/2");
    depends_on(w, other, "staff");
    frame(w, RESETS[i]);
    assert_true(is_marked(w, other));
  }
}

static void other_scopes_for_an_entry_start_with_a_mark(void **state) {
  struct world *w = *state;
  channel_scopes(w, "staff project:9");
  go_live(w, "e", 10);
  uint32_t entry = cached(w, "tasks/1");
  depends_on(w, entry, "staff");
  depends_on(w, entry, "staff");
  assert_false(is_marked(w, entry));
  depends_on(w, entry, "project:9");
  assert_true(is_marked(w, entry));
}

static void a_server_without_positions_knows_no_scopes(void **state) {
  struct world *w = *state;
  connect_plainly(w);
  socket_opened(w);
  uint32_t entry = cached(w, "tasks/1");
  depends_on(w, entry, "project:9");
  assert_status(w, entry, LIVE);
}

static void scopes_are_let_go_with_the_last_entry_that_depends_on_them(void **state) {
  struct world *w = *state;
  double before = stats(w).memory;
  uint32_t first = cached(w, "tasks/1");
  uint32_t second = cached(w, "tasks/2");
  depends_on(w, first, "project:9");
  depends_on(w, second, "project:9");
  on_matching(w, TIDEMARK_REMOVE, "");
  drain(w);
  assert_true(stats(w).memory <= before);
}

static void what_is_no_list_of_names_is_refused(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  static const struct {
    const char *bytes;
    size_t length;
  } BAD[] = {{"\1", 1}, {"\5\1\0", 3}, {"\5\1", 2}, {"\5\2\0a", 4}, {"\5\1\0a\2", 5}, {"\6\0", 2}};
  for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
    tidemark_event event = {.type = TIDEMARK_SET_SCOPES,
                            .entry = entry,
                            .key = {(const uint8_t *)BAD[i].bytes, BAD[i].length, 0}};
    assert_int_equal(step(w, event), TIDEMARK_ERROR_KEY);
    event.type = TIDEMARK_SCOPES;
    assert_int_equal(step(w, event), TIDEMARK_ERROR_KEY);
  }
}

static void a_list_of_names_longer_than_its_limit_is_refused(void **state) {
  struct world *w = *state;
  restart(w, (tidemark_options){.limits = {.key_bytes = 16, .message_bytes = 32}});
  uint32_t entry = cached(w, "tasks");
  uint8_t bytes[64];
  tidemark_event of_entry = {.type = TIDEMARK_SET_SCOPES, .entry = entry};
  tidemark_event of_channel = {.type = TIDEMARK_SCOPES};
  const char *const in_16 = "0123456789abc", *const in_32 = "0123456789abc 0123456789abc";
  const char *const in_36 = "0123456789abc 0123456789abc d";
  assert_int_equal(step(w, with_scopes(of_entry, bytes, in_16)), TIDEMARK_OK);
  assert_int_equal(step(w, with_scopes(of_entry, bytes, in_32)), TIDEMARK_ERROR_KEY_SIZE);
  assert_int_equal(step(w, with_scopes(of_channel, bytes, in_32)), TIDEMARK_OK);
  assert_int_equal(step(w, with_scopes(of_channel, bytes, in_36)), TIDEMARK_ERROR_KEY_SIZE);
}

/* ---- Scopes of a running channel ----------------------------------------------------------- */

static void added_scopes_are_asked_for_on_the_living_socket(void **state) {
  struct world *w = *state;
  channel_scopes(w, "staff");
  go_live(w, "e", 10);
  channel_scopes(w, "staff project:9");
  expect(w, STREAM_EFFECTS, "SEND s1 SUBSCRIBE\nSTATUS CATCHING_UP");
  subscribed(w, "e", 10, 1, "[]");
  expect(w, STREAM_EFFECTS, "STATUS LIVE");
}

static void the_scopes_there_are_already_are_not_asked_for_again(void **state) {
  struct world *w = *state;
  channel_scopes(w, "staff project:9");
  go_live(w, "e", 10);
  channel_scopes(w, "staff project:9");
  expect(w, STREAM_EFFECTS, "");
}

static void what_depends_on_an_added_scope_starts_with_a_mark(void **state) {
  struct world *w = *state;
  channel_scopes(w, "staff");
  go_live(w, "e", 10);
  uint32_t concerned = cached(w, "tasks/1");
  uint32_t other = cached(w, "tasks/2");
  uint32_t undeclared = cached(w, "tasks/3");
  depends_on(w, concerned, "project:9");
  depends_on(w, other, "staff");
  channel_scopes(w, "staff project:9");
  assert_status(w, concerned, CATCHING_UP);
  assert_status(w, other, LIVE);
  subscribed(w, "e", 12, 1, "[]");
  assert_true(is_marked(w, concerned));
  assert_true(is_marked(w, undeclared));
  assert_false(is_marked(w, other));
  assert_string_equal(position_text(w), "e:12");
}

static void an_answer_as_of_the_subscription_needs_no_mark(void **state) {
  struct world *w = *state;
  channel_scopes(w, "staff");
  go_live(w, "e", 10);
  uint32_t entry = mount(w, "tasks/1");
  depends_on(w, entry, "project:9");
  channel_scopes(w, "staff project:9");
  answer_as_of(w, entry, "e:12");
  subscribed(w, "e", 12, 1, "[]");
  assert_false(is_marked(w, entry));
  assert_status(w, entry, LIVE);
}

static void
an_answer_to_an_earlier_subscription_says_nothing_of_what_was_added_since(void **state) {
  struct world *w = *state;
  channel_scopes(w, "staff");
  go_live(w, "e", 10);
  uint32_t entry = cached(w, "tasks/1");
  depends_on(w, entry, "project:9");
  channel_scopes(w, "staff project:7");
  channel_scopes(w, "staff project:9");
  subscribed(w, "e", 10, 1, "[]");
  assert_status(w, entry, CATCHING_UP);
  assert_false(is_marked(w, entry));
  subscribed(w, "e", 10, 1, "[]");
  assert_true(is_marked(w, entry));
}

static void what_is_live_before_an_added_scope_is_answered_is_told(void **state) {
  struct world *w = *state;
  channel_scopes(w, "project:9");
  go_live(w, "e", 10);
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  depends_on(w, entry, "project:9");
  socket_closed(w, 1006);
  wait_for_next_try(w);
  ticket_ready(w);
  socket_opened(w);
  hello(w, "e", 10);
  channel_scopes(w, "project:9 staff");
  forget_trace(w);
  subscribed(w, "e", 10, 1, "[]");
  assert_status(w, entry, LIVE);
  expect(w, "NOTIFY", "NOTIFY tasks/1");
}

static void an_added_scope_is_marked_up_to_where_the_stream_stands(void **state) {
  struct world *w = *state;
  channel_scopes(w, "staff");
  go_live(w, "e", 10);
  uint32_t entry = build(w, "tasks/1");
  depends_on(w, entry, "project:9");
  fetch(w, entry);
  flush(w);
  answer_as_of(w, entry, "e:20");
  channel_scopes(w, "staff project:7");
  channel_scopes(w, "staff project:9");
  subscribed(w, "e", 27, 1, "[]");
  subscribed(w, "e", 11, 1, "[]");
  assert_true(is_marked(w, entry));
}

static void a_scope_that_is_taken_off_is_not_live_and_starts_anew_when_it_comes_back(void **state) {
  struct world *w = *state;
  channel_scopes(w, "staff project:9");
  go_live(w, "e", 10);
  uint32_t entry = cached(w, "tasks/1");
  depends_on(w, entry, "project:9");
  channel_scopes(w, "staff");
  assert_status(w, entry, STOPPED);
  subscribed(w, "e", 10, 1, "[]");
  assert_false(is_marked(w, entry));
  channel_scopes(w, "staff project:9");
  subscribed(w, "e", 10, 1, "[]");
  assert_true(is_marked(w, entry));
}

static void scopes_added_without_a_connection_start_with_a_mark_on_the_next_one(void **state) {
  struct world *w = *state;
  channel_scopes(w, "staff");
  go_live(w, "e", 10);
  uint32_t entry = cached(w, "tasks/1");
  depends_on(w, entry, "project:9");
  socket_closed(w, 1006);
  channel_scopes(w, "staff project:9");
  wait_for_next_try(w);
  ticket_ready(w);
  socket_opened(w);
  hello(w, "e", 10);
  subscribed(w, "e", 10, 1, "[]");
  assert_true(is_marked(w, entry));
}

static void a_subscription_that_nobody_answers_ends_the_connection(void **state) {
  struct world *w = *state;
  channel_scopes(w, "staff");
  go_live(w, "e", 10);
  channel_scopes(w, "staff project:9");
  forget_trace(w);
  for (int i = 0; i < 4; i++) {
    pass(w, 5 * SECOND);
    frame_on(w, 1, "{'type':'ping','seq':10}");
  }
  assert_true(w->socket > 1);
}

/* ---- Users who sign out -------------------------------------------------------------------- */

static void signing_out_forgets_what_nobody_observes(void **state) {
  struct world *w = *state;
  cached(w, "tasks/1");
  sign_out(w);
  assert_int_equal(find(w, "tasks/1"), 0);
  expect(w, "DROP", "DROP tasks/1");
}

static void signing_out_clears_what_is_observed_and_fetches_nothing(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  sign_out(w);
  flush(w);
  expect(w, "CLEAR REPLAY NOTIFY FETCH", "CLEAR tasks/1\nREPLAY tasks/1\nNOTIFY tasks/1");
  assert_state(w, entry, "pending idle");
}

static void an_answer_under_way_when_the_user_signs_out_never_lands(void **state) {
  struct world *w = *state;
  uint32_t entry = mount(w, "tasks/1");
  uint32_t fetch = w->in_flight[entry];
  sign_out(w);
  expect(w, "SETTLE", "SETTLE tasks/1 #1 CANCELLED");
  assert_int_equal(answer_to(w, entry, fetch, NULL), TIDEMARK_LANDING_LATE);
  assert_false(has_state(w, entry, TIDEMARK_STATE_HAS_DATA));
}

static void signing_out_takes_every_layer_away(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  uint32_t mutation = mutate(w, 1, entry);
  sign_out(w);
  assert_string_equal(layers_text(w, entry), "");
  assert_int_equal(acknowledge(w, mutation), TIDEMARK_OK);
  flush(w);
  expect_no_fetch(w);
}

static void signing_out_disconnects_and_forgets_the_position(void **state) {
  struct world *w = *state;
  sign_out(w);
  expect(w, STREAM_EFFECTS, "CLOSE s1 1000\nSTATUS STOPPED");
  assert_string_equal(position_text(w), "none");
  connect_with_ticket(w);
  ticket_ready(w);
  socket_opened(w);
  hello(w, "e", 10);
  assert_string_equal(position_text(w), "none");
}

static void signing_out_leaves_no_timer(void **state) {
  struct world *w = *state;
  shown(w, "tasks/1", 10 * SECOND);
  cached(w, "tasks/2");
  go_live(w, "e", 10);
  sign_out(w);
  assert_true(isinf(tidemark_next_deadline(w->cache)));
}

static void the_next_user_is_fetched_for_once_the_stream_is_live(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  sign_out(w);
  go_live(w, "e", 10);
  pass(w, 10 * SECOND);
  expect(w, "FETCH", "FETCH tasks/1 #2");
  answer(w, entry);
  assert_status(w, entry, LIVE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      PROMISE(without_a_channel_nothing_is_live),
      PROMISE_IN(live, an_answer_got_while_the_channel_is_live_is_live),
      PROMISE_IN(live, what_was_never_answered_is_not_live),
      PROMISE(from_a_change_to_the_answer_that_holds_it_an_entry_is_catching_up),
      PROMISE_IN(live, a_refetch_that_no_change_asked_for_leaves_it_live),
      PROMISE_IN(live, an_entry_is_never_more_live_than_the_channel),
      PROMISE_IN(live, observers_hear_of_the_channels_status_once),
      PROMISE(an_entry_is_as_live_as_the_scopes_it_depends_on),
      PROMISE(a_scope_that_the_server_refuses_is_not_live),
      PROMISE(a_refused_scope_that_is_granted_later_starts_with_a_mark),
      PROMISE(a_reset_of_scopes_marks_what_depends_on_them),
      PROMISE(a_reset_without_readable_scopes_marks_everything),
      PROMISE(other_scopes_for_an_entry_start_with_a_mark),
      PROMISE(a_server_without_positions_knows_no_scopes),
      PROMISE(scopes_are_let_go_with_the_last_entry_that_depends_on_them),
      PROMISE(what_is_no_list_of_names_is_refused),
      PROMISE(a_list_of_names_longer_than_its_limit_is_refused),
      PROMISE(added_scopes_are_asked_for_on_the_living_socket),
      PROMISE(the_scopes_there_are_already_are_not_asked_for_again),
      PROMISE(what_depends_on_an_added_scope_starts_with_a_mark),
      PROMISE(an_answer_as_of_the_subscription_needs_no_mark),
      PROMISE(an_answer_to_an_earlier_subscription_says_nothing_of_what_was_added_since),
      PROMISE(what_is_live_before_an_added_scope_is_answered_is_told),
      PROMISE(an_added_scope_is_marked_up_to_where_the_stream_stands),
      PROMISE(a_scope_that_is_taken_off_is_not_live_and_starts_anew_when_it_comes_back),
      PROMISE(scopes_added_without_a_connection_start_with_a_mark_on_the_next_one),
      PROMISE(a_subscription_that_nobody_answers_ends_the_connection),
      PROMISE(signing_out_forgets_what_nobody_observes),
      PROMISE(signing_out_clears_what_is_observed_and_fetches_nothing),
      PROMISE(an_answer_under_way_when_the_user_signs_out_never_lands),
      PROMISE(signing_out_takes_every_layer_away),
      PROMISE_IN(live, signing_out_disconnects_and_forgets_the_position),
      PROMISE(signing_out_leaves_no_timer),
      PROMISE(the_next_user_is_fetched_for_once_the_stream_is_live),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
