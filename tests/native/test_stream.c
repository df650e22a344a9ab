/* The client's side of the wire protocol. */
#include "helper_stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char RULES[] =
    "[{'on':'task','invalidate':[['tasks','$id']]},{'on':'all','invalidate':[[]]}]";
static const char LIFE[] = "TICKET OPEN SEND CLOSE STATUS WARN";

/* "epoch:seq", or "none". */
static const char *position_text(struct world *w) {
  static char text[128];
  const char *epoch;
  size_t length;
  double seq = tidemark_stream_position(w->cache, &epoch, &length);
  if (seq < 0) {
    return "none";
  }
  snprintf(text, sizeof text, "%.*s:%.0f", (int)length, epoch, seq);
  return text;
}

static enum tidemark_stream_status status(struct world *w) {
  return tidemark_stream_state(w->cache);
}

/* ---- Connecting ---------------------------------------------------------------------------- */

static void a_new_cache_has_no_stream_and_no_position(void **state) {
  struct world *w = *state;
  assert_int_equal(status(w), TIDEMARK_STREAM_STOPPED);
  assert_string_equal(position_text(w), "none");
}

static void connecting_gets_a_ticket_then_opens_signs_in_and_subscribes(void **state) {
  struct world *w = *state;
  connect_with_ticket(w);
  expect(w, LIFE, "TICKET s1\nSTATUS CATCHING_UP");
  ticket_ready(w);
  expect(w, LIFE, "OPEN s1");
  socket_opened(w);
  expect(w, LIFE, "SEND s1 AUTH");
  hello(w, "e", 10);
  expect(w, LIFE, "SEND s1 SUBSCRIBE");
  subscribed(w, "e", 10, 0, "[]");
  expect(w, LIFE, "STATUS LIVE");
}

static void a_first_subscription_resumes_nowhere(void **state) {
  struct world *w = *state;
  connect_with_ticket(w);
  ticket_ready(w);
  socket_opened(w);
  hello(w, "e", 10);
  assert_string_equal(position_text(w), "none");
  subscribed(w, "e", 10, 0, "[]");
  assert_string_equal(position_text(w), "e:10");
}

static void a_first_subscription_marks_what_was_fetched_before_it(void **state) {
  struct world *w = *state;
  for (int recovered = 0; recovered < 2; recovered++) {
    restart(w, (tidemark_options){.seed = 1});
    uint32_t entry = cached(w, "tasks/1");
    connect_with_ticket(w);
    ticket_ready(w);
    socket_opened(w);
    hello(w, "e", 10);
    subscribed(w, "e", 10, recovered, "[]");
    assert_true(is_marked(w, entry));
  }
}

static void a_plain_server_is_live_once_its_socket_is_open(void **state) {
  struct world *w = *state;
  connect_plainly(w);
  expect(w, LIFE, "OPEN s1\nSTATUS CATCHING_UP");
  socket_opened(w);
  expect(w, LIFE, "STATUS LIVE");
}

static void a_plain_servers_every_connection_begins_with_a_gap(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  connect_plainly(w);
  socket_opened(w);
  assert_true(is_marked(w, entry));
  fetch(w, entry);
  flush(w);
  answer(w, entry);
  socket_closed(w, 1006);
  wait_for_next_try(w);
  assert_false(is_marked(w, entry));
  socket_opened(w);
  assert_true(is_marked(w, entry));
}

static void a_plain_servers_changes_are_applied(void **state) {
  struct world *w = *state;
  rules(w, RULES);
  connect_plainly(w);
  socket_opened(w);
  uint32_t entry = cached(w, "tasks/42");
  frame(w, "{'type':'cache_invalidate','data':{'resource':'task','id':'42','action':'UPDATE',"
           "'project_id':'9','timestamp':'2026-01-01T00:00:00Z'}}");
  assert_false(is_marked(w, entry)); /* '42' is not 42 */
  frame(w, "{'type':'cache_invalidate','data':{'resource':'task','id':42}}");
  assert_true(is_marked(w, entry));
}

static void a_plain_server_that_signs_in_with_hello_is_taken_at_its_word(void **state) {
  struct world *w = *state;
  connect_plainly(w);
  socket_opened(w);
  forget_trace(w);
  hello(w, "e", 10);
  expect(w, "SEND", "SEND s1 SUBSCRIBE");
  subscribed(w, "e", 10, 0, "[]");
  assert_int_equal(status(w), TIDEMARK_STREAM_LIVE);
  assert_string_equal(position_text(w), "e:10");
}

static void a_reconnect_message_means_that_anything_may_have_changed(void **state) {
  struct world *w = *state;
  connect_plainly(w);
  socket_opened(w);
  uint32_t entry = cached(w, "tasks/1");
  frame(w, "{'type':'reconnect','data':{'reason':'database connection was lost'}}");
  assert_true(is_marked(w, entry));
}

static void connecting_twice_opens_one_socket(void **state) {
  struct world *w = *state;
  connect_with_ticket(w);
  forget_trace(w);
  connect_with_ticket(w);
  expect(w, LIFE, "");
}

static void connecting_offline_waits_for_the_network(void **state) {
  struct world *w = *state;
  online(w, 0);
  connect_with_ticket(w);
  pass(w, MINUTE);
  expect(w, LIFE, "STATUS OFFLINE");
  online(w, 1);
  expect(w, LIFE, "TICKET s1\nSTATUS CATCHING_UP");
}

static void disconnecting_closes_the_socket_and_stops(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  step(w, (tidemark_event){.type = TIDEMARK_DISCONNECT});
  expect(w, LIFE, "CLOSE s1 1000\nSTATUS STOPPED");
  pass(w, 60 * MINUTE);
  online(w, 0);
  online(w, 1);
  expect(w, LIFE, "");
}

static void a_stream_connected_again_resumes_where_it_stood(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  step(w, (tidemark_event){.type = TIDEMARK_DISCONNECT});
  connect_with_ticket(w);
  ticket_ready(w);
  socket_opened(w);
  hello(w, "e", 12);
  assert_string_equal(position_text(w), "e:10");
}

static void a_backoff_out_of_range_is_refused(void **state) {
  struct world *w = *state;
  double bad[] = {-1, NAN, -INFINITY};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    tidemark_event event = {.type = TIDEMARK_CONNECT, .stream = {.backoff_base = bad[i]}};
    assert_int_equal(step(w, event), TIDEMARK_ERROR_EVENT);
    event.stream = (tidemark_stream_options){.backoff_cap = bad[i]};
    assert_int_equal(step(w, event), TIDEMARK_ERROR_EVENT);
  }
  expect(w, LIFE, "");
}

/* ---- Changes ------------------------------------------------------------------------------- */

static void a_change_marks_and_moves_the_position(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  rules(w, RULES);
  uint32_t entry = cached(w, "tasks/1");
  task_changed(w, 1, 11, 10);
  assert_true(is_marked(w, entry));
  assert_string_equal(position_text(w), "e:11");
}

static void positions_that_were_filtered_away_are_no_gap(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  rules(w, RULES);
  task_changed(w, 1, 11, 10);
  forget_trace(w);
  task_changed(w, 1, 19, 11);
  expect(w, LIFE, "");
  assert_string_equal(position_text(w), "e:19");
}

static void a_duplicate_changes_nothing(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  rules(w, RULES);
  task_changed(w, 1, 11, 10);
  uint32_t entry = cached(w, "tasks/1");
  task_changed(w, 1, 11, 10);
  assert_false(is_marked(w, entry));
  assert_int_equal(w->trace_length, 0);
  assert_true(stats(w).messages_dropped == 1);
}

static void an_old_change_changes_nothing(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  rules(w, RULES);
  uint32_t entry = cached(w, "tasks/1");
  task_changed(w, 1, 9, 8);
  assert_false(is_marked(w, entry));
  assert_string_equal(position_text(w), "e:10");
}

static void a_resource_without_a_rule_is_warned_of_and_still_counts_as_heard(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  frame(w, "{'type':'cache_invalidate','epoch':'e','seq':11,'prev':10,'data':{'resource':'x'}}");
  expect(w, "WARN", "WARN RESOURCE x");
  assert_string_equal(position_text(w), "e:11");
}

/* ---- Gaps ---------------------------------------------------------------------------------- */

static void a_change_that_follows_one_never_seen_asks_for_what_is_missing(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  rules(w, RULES);
  task_changed(w, 1, 13, 12);
  expect(w, LIFE, "SEND s1 SUBSCRIBE\nSTATUS GAP");
  assert_string_equal(position_text(w), "e:10");
}

static void while_a_gap_is_open_it_is_asked_for_once(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  rules(w, RULES);
  task_changed(w, 1, 13, 12);
  forget_trace(w);
  task_changed(w, 1, 14, 13);
  frame(w, "{'type':'ping','seq':14}");
  expect(w, "SEND CLOSE STATUS", "SEND s1 PONG");
}

static void what_was_missing_closes_the_gap_and_is_applied(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  rules(w, RULES);
  uint32_t missed = cached(w, "tasks/1");
  uint32_t seen = cached(w, "tasks/2");
  uint32_t other = cached(w, "tasks/3");
  task_changed(w, 2, 13, 12);
  forget_trace(w);
  subscribed(w, "e", 13, 1,
             "[{'type':'cache_invalidate','epoch':'e','seq':12,'prev':10,"
             "'data':{'resource':'task','id':1}},"
             "{'type':'cache_invalidate','epoch':'e','seq':13,'prev':12,"
             "'data':{'resource':'task','id':2}}]");
  expect(w, LIFE, "STATUS LIVE");
  assert_true(is_marked(w, missed));
  assert_true(is_marked(w, seen));
  assert_false(is_marked(w, other));
  assert_string_equal(position_text(w), "e:13");
}

static void a_gap_that_cannot_be_filled_marks_everything(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  rules(w, RULES);
  uint32_t other = cached(w, "tasks/3");
  task_changed(w, 2, 13, 12);
  subscribed(w, "e", 13, 0, "[]");
  assert_true(is_marked(w, other));
  assert_string_equal(position_text(w), "e:13");
  assert_int_equal(status(w), TIDEMARK_STREAM_LIVE);
}

static void a_ping_beyond_the_position_shows_a_lost_tail(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  frame(w, "{'type':'ping','seq':11}");
  expect(w, "SEND STATUS", "SEND s1 SUBSCRIBE\nSEND s1 PONG\nSTATUS GAP");
}

static void a_ping_at_the_position_gets_a_pong_and_no_more(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  frame(w, "{'type':'ping','seq':10}");
  expect(w, LIFE, "SEND s1 PONG");
}

static void a_ping_without_a_position_gets_a_pong_and_no_more(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  frame(w, "{'type':'ping'}");
  expect(w, LIFE, "SEND s1 PONG");
}

static void a_change_of_another_epoch_is_a_gap(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  rules(w, RULES);
  frame(w, "{'type':'cache_invalidate','epoch':'new','seq':1,'prev':0,"
           "'data':{'resource':'task','id':1}}");
  expect(w, LIFE, "SEND s1 SUBSCRIBE\nSTATUS GAP");
}

static void a_gap_that_nobody_answers_ends_in_another_connection(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  rules(w, RULES);
  task_changed(w, 1, 13, 12);
  forget_trace(w);
  for (int i = 0; i < 10 && w->socket == 1; i++) {
    pass(w, 20 * SECOND);
    frame_on(w, 1, "{'type':'ping','seq':13}");
  }
  assert_int_equal(w->socket, 2);
}

static void a_gap_that_a_server_without_pings_does_not_answer_ends_too(void **state) {
  struct world *w = *state;
  connect_with_ticket(w);
  ticket_ready(w);
  socket_opened(w);
  frame(w, "{'type':'hello','v':1,'epoch':'e','seq':10}");
  subscribed(w, "e", 10, 0, "[]");
  rules(w, RULES);
  task_changed(w, 1, 13, 12);
  pass(w, 5 * MINUTE);
  assert_true(w->socket > 1);
}

/* ---- Resuming ------------------------------------------------------------------------------ */

static void a_broken_connection_is_offline_until_the_next_try(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  socket_closed(w, 1006);
  expect(w, LIFE, "STATUS OFFLINE");
}

static void a_new_connection_resumes_at_the_last_position(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  rules(w, RULES);
  task_changed(w, 1, 11, 10);
  socket_closed(w, 1006);
  wait_for_next_try(w);
  ticket_ready(w);
  socket_opened(w);
  hello(w, "e", 15);
  assert_string_equal(position_text(w), "e:11");
}

static void resuming_applies_what_was_missed_and_marks_nothing_else(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  rules(w, RULES);
  uint32_t missed = cached(w, "tasks/1");
  uint32_t other = cached(w, "tasks/2");
  socket_closed(w, 1006);
  wait_for_next_try(w);
  ticket_ready(w);
  socket_opened(w);
  hello(w, "e", 12);
  subscribed(w, "e", 12, 1,
             "[{'type':'cache_invalidate','epoch':'e','seq':12,'prev':10,"
             "'data':{'resource':'task','id':1}}]");
  assert_true(is_marked(w, missed));
  assert_false(is_marked(w, other));
}

static void resuming_with_nothing_missed_refetches_nothing(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  shown(w, "tasks/1", INFINITY);
  reconnect(w, "e", 10, 1);
  pass(w, 10 * SECOND);
  expect_no_fetch(w);
}

static void resuming_ends_at_the_position_told_though_the_list_ends_before(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  reconnect(w, "e", 15, 1);
  assert_string_equal(position_text(w), "e:15");
}

static void position_zero_is_a_position(void **state) {
  struct world *w = *state;
  go_live(w, "e", 0);
  uint32_t entry = cached(w, "tasks/1");
  assert_string_equal(position_text(w), "e:0");
  reconnect(w, "e", 0, 1);
  assert_false(is_marked(w, entry));
}

static void an_epoch_of_64_bytes_is_known_again(void **state) {
  struct world *w = *state;
  const char *epoch = "0123456789012345678901234567890123456789012345678901234567890123";
  go_live(w, epoch, 10);
  uint32_t entry = cached(w, "tasks/1");
  reconnect(w, epoch, 10, 1);
  assert_false(is_marked(w, entry));
}

static void an_epoch_too_long_to_keep_is_always_a_new_one(void **state) {
  struct world *w = *state;
  const char *epoch = "0123456789012345678901234567890123456789012345678901234567890123x";
  go_live(w, epoch, 10);
  uint32_t entry = cached(w, "tasks/1");
  reconnect(w, epoch, 10, 1);
  assert_true(is_marked(w, entry));
}

static void resuming_drops_what_was_seen_before(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  rules(w, RULES);
  task_changed(w, 1, 11, 10);
  uint32_t entry = cached(w, "tasks/1");
  socket_closed(w, 1006);
  wait_for_next_try(w);
  ticket_ready(w);
  socket_opened(w);
  hello(w, "e", 11);
  subscribed(w, "e", 11, 1,
             "[{'type':'cache_invalidate','epoch':'e','seq':11,'prev':10,"
             "'data':{'resource':'task','id':1}}]");
  assert_false(is_marked(w, entry));
}

static void a_bad_item_among_the_missed_ones_loses_no_other(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  rules(w, RULES);
  uint32_t entry = cached(w, "tasks/1");
  task_changed(w, 9, 14, 13);
  subscribed(w, "e", 14, 1,
             "[7,{},null,{'type':'ping'},{'type':'cache_invalidate','seq':11,'data':7},"
             "{'type':'cache_invalidate','epoch':'e','seq':14,'prev':13,"
             "'data':{'resource':'task','id':1}}]");
  assert_true(is_marked(w, entry));
  assert_true(stats(w).messages_bad == 5);
}

static void with_a_stream_coming_online_refetches_only_what_changed(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  rules(w, RULES);
  shown(w, "tasks/1", 0);
  uint32_t changed = cached(w, "tasks/2");
  online(w, 0);
  task_changed(w, 2, 11, 10);
  invalidate(w, changed, TIDEMARK_REFETCH_NONE);
  observe_for(w, changed, INFINITY);
  forget_trace(w);
  pass(w, MINUTE);
  online(w, 1);
  flush(w);
  expect(w, "FETCH", "FETCH tasks/2 #3");
}

static void an_unrecovered_resume_refetches_active_entries_within_the_window(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  shown(w, "tasks/1", INFINITY);
  cached(w, "tasks/2");
  reconnect(w, "e", 5000, 0);
  pass(w, 2 * SECOND);
  expect(w, "FETCH", "FETCH tasks/1 #3");
}

static void a_new_epoch_is_a_reset_even_if_it_says_recovered(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  uint32_t entry = cached(w, "tasks/1");
  reconnect(w, "new", 10, 1);
  assert_true(is_marked(w, entry));
  assert_string_equal(position_text(w), "new:10");
}

static void a_new_epochs_hello_forgets_the_position_to_resume_at(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  socket_closed(w, 1006);
  wait_for_next_try(w);
  ticket_ready(w);
  socket_opened(w);
  hello(w, "new", 3);
  assert_string_equal(position_text(w), "none");
}

static void a_reset_frame_marks_everything_and_stays_live(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  shown(w, "tasks/1", INFINITY);
  uint32_t inactive = cached(w, "tasks/2");
  frame(w, "{'type':'reset','scopes':['project:9'],'reason':'flood'}");
  expect(w, LIFE, "");
  assert_true(is_marked(w, inactive));
  pass(w, 2 * SECOND);
  expect(w, "FETCH", "FETCH tasks/1 #3");
  assert_string_equal(position_text(w), "e:10");
}

static void after_a_reset_the_stream_goes_on_at_its_position(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  rules(w, RULES);
  frame(w, "{'type':'reset','scopes':['project:9'],'reason':'flood'}");
  uint32_t entry = cached(w, "tasks/1");
  task_changed(w, 1, 11, 10);
  assert_true(is_marked(w, entry));
  assert_int_equal(status(w), TIDEMARK_STREAM_LIVE);
}

static void a_reset_may_name_the_position_from_which_the_stream_goes_on(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  rules(w, RULES);
  uint32_t entry = cached(w, "tasks/1");
  frame(w, "{'type':'reset','epoch':'new','seq':3,'scopes':['project:9'],'reason':'restart'}");
  assert_true(is_marked(w, entry));
  assert_string_equal(position_text(w), "new:3");
  frame(w, "{'type':'cache_invalidate','epoch':'new','seq':4,'prev':3,"
           "'data':{'resource':'task','id':1}}");
  assert_string_equal(position_text(w), "new:4");
  assert_int_equal(status(w), TIDEMARK_STREAM_LIVE);
}

static void a_change_that_comes_on_an_old_socket_is_ignored(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  rules(w, RULES);
  reconnect(w, "e", 10, 1);
  uint32_t entry = cached(w, "tasks/1");
  frame_on(w, 1,
           "{'type':'cache_invalidate','epoch':'e','seq':11,'prev':10,"
           "'data':{'resource':'task','id':1}}");
  assert_false(is_marked(w, entry));
  assert_string_equal(position_text(w), "e:10");
}

/* ---- Liveness ------------------------------------------------------------------------------ */

static void pings_in_time_keep_the_connection(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  for (int i = 0; i < 20; i++) {
    pass(w, PING_MS + 9 * SECOND);
    frame(w, "{'type':'ping','seq':10}");
  }
  expect(w, "CLOSE STATUS", "");
}

static void silence_beyond_ping_and_slack_ends_the_connection(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  pass(w, PING_MS + 10 * SECOND - 1);
  expect(w, "CLOSE STATUS", "");
  pass(w, 1);
  expect(w, "CLOSE STATUS", "CLOSE s1 4000\nSTATUS OFFLINE");
}

static void a_dead_connection_is_followed_by_another(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  pass(w, 2 * MINUTE);
  assert_true(w->socket > 1);
}

static void a_page_that_wakes_up_finds_its_dead_connection_at_once(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  visible(w, 0);
  forget_trace(w);
  w->now += 10 * MINUTE; /* no timer ran meanwhile */
  visible(w, 1);
  expect(w, "CLOSE", "CLOSE s1 4000");
}

static void a_server_without_pings_may_be_silent(void **state) {
  struct world *w = *state;
  connect_plainly(w);
  socket_opened(w);
  forget_trace(w);
  pass(w, 60 * MINUTE);
  expect(w, LIFE, "");
}

static void a_connection_that_gets_stuck_half_way_is_given_up(void **state) {
  struct world *w = *state;
  for (int steps = 0; steps < 4; steps++) {
    restart(w, (tidemark_options){.seed = 1});
    connect_with_ticket(w);
    if (steps > 0) {
      ticket_ready(w);
    }
    if (steps > 1) {
      socket_opened(w);
    }
    if (steps > 2) {
      hello(w, "e", 10);
    }
    pass(w, MINUTE);
    assert_true(w->socket > 1);
  }
}

/* ---- Losing the connection ----------------------------------------------------------------- */

static void only_two_close_codes_stop_the_stream(void **state) {
  struct world *w = *state;
  int codes[] = {1000, 1001, 1005, 1006, 1009, 1011, 1012, 4000, 4401, 4429, 4499};
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
    restart(w, (tidemark_options){.seed = 1});
    go_live(w, "e", 10);
    socket_closed(w, codes[i]);
    expect(w, "STATUS WARN", "STATUS OFFLINE");
    wait_for_next_try(w);
    expect(w, "TICKET", "TICKET s2");
  }
}

static void refused_for_good_it_stops_and_says_so(void **state) {
  struct world *w = *state;
  int codes[] = {4400, 4403};
  for (size_t i = 0; i < 2; i++) {
    restart(w, (tidemark_options){.seed = 1});
    go_live(w, "e", 10);
    socket_closed(w, codes[i]);
    expect(w, "STATUS", "STATUS STOPPED");
    pass(w, 60 * MINUTE);
    expect(w, LIFE, "");
  }
}

static void stopping_warns(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  socket_closed(w, 4403);
  assert_non_null(strstr(w->trace, "WARN REFUSED"));
}

static void a_ticket_that_failed_is_asked_for_again(void **state) {
  struct world *w = *state;
  connect_with_ticket(w);
  ticket_failed(w, 0);
  expect(w, LIFE, "TICKET s1\nSTATUS CATCHING_UP\nSTATUS OFFLINE");
  pass(w, SECOND);
  expect(w, "TICKET", "TICKET s2");
}

static void a_ticket_that_failed_for_good_stops_the_stream(void **state) {
  struct world *w = *state;
  connect_with_ticket(w);
  forget_trace(w);
  ticket_failed(w, 1);
  expect(w, "STATUS", "STATUS STOPPED");
  pass(w, 60 * MINUTE);
  expect(w, "TICKET", "");
}

static void events_of_another_socket_are_ignored(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  reconnect(w, "e", 10, 1);
  static const enum tidemark_event_type TYPES[] = {TIDEMARK_TICKET_READY, TIDEMARK_TICKET_FAILED,
                                                   TIDEMARK_SOCKET_OPENED, TIDEMARK_SOCKET_CLOSED};
  for (size_t i = 0; i < 4; i++) {
    step(w, (tidemark_event){.type = TYPES[i], .id = 1, .value = 4403});
    step(w, (tidemark_event){.type = TYPES[i], .id = 77, .value = 4403});
    step(w, (tidemark_event){.type = TYPES[i], .id = 0, .value = 4403});
  }
  expect(w, LIFE, "");
  assert_int_equal(status(w), TIDEMARK_STREAM_LIVE);
}

static void events_of_another_socket_are_ignored_at_every_step(void **state) {
  struct world *w = *state;
  static const enum tidemark_event_type TYPES[] = {TIDEMARK_TICKET_READY, TIDEMARK_TICKET_FAILED,
                                                   TIDEMARK_SOCKET_OPENED, TIDEMARK_SOCKET_CLOSED};
  static void (*const STEPS[])(struct world * w) = {connect_with_ticket, ticket_ready,
                                                    socket_opened};
  for (size_t i = 0; i < 3; i++) {
    STEPS[i](w);
    forget_trace(w);
    for (size_t j = 0; j < 4; j++) {
      step(w, (tidemark_event){.type = TYPES[j], .id = 77, .value = 1});
    }
    expect(w, LIFE, "");
  }
  hello(w, "e", 10);
  expect(w, "SEND", "SEND s1 SUBSCRIBE");
}

static void a_close_that_was_asked_for_and_comes_after_all_is_ignored(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  pass(w, PING_MS + 10 * SECOND);
  forget_trace(w);
  socket_closed(w, 4403);
  expect(w, "STATUS WARN", "");
}

static void going_offline_ends_the_connection_and_coming_back_starts_one_at_once(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  online(w, 0);
  expect(w, "STATUS TICKET", "STATUS OFFLINE");
  pass(w, 60 * MINUTE);
  expect(w, "STATUS TICKET", "");
  online(w, 1);
  expect(w, "TICKET STATUS", "TICKET s2\nSTATUS CATCHING_UP");
}

/* ---- Backoff ------------------------------------------------------------------------------- */

/* ms from a failed try to the next one. */
static double wait_after_failure(struct world *w) {
  double before = w->now;
  uint32_t socket = w->socket;
  socket_closed(w, 1006);
  while (w->socket == socket) {
    double next = tidemark_next_deadline(w->cache);
    assert_true(next < before + 60 * MINUTE);
    pass(w, next - w->now);
  }
  return w->now - before;
}

static void without_jitter_the_wait_doubles_up_to_its_cap(void **state) {
  struct world *w = *state;
  connect_with(
      w, (tidemark_stream_options){.backoff_base = 1000, .backoff_cap = 30000, .no_jitter = 1});
  double waits[] = {1000, 2000, 4000, 8000, 16000, 30000, 30000};
  for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
    assert_true(wait_after_failure(w) == waits[i]);
  }
}

static void the_default_wait_grows_from_half_a_second_to_twenty(void **state) {
  struct world *w = *state;
  connect_with(w, (tidemark_stream_options){.no_jitter = 1});
  double waits[] = {500, 1000, 2000, 4000, 8000, 16000, 20000, 20000};
  for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
    assert_true(wait_after_failure(w) == waits[i]);
  }
}

static void with_jitter_the_wait_is_anywhere_below_that(void **state) {
  struct world *w = *state;
  double least[4] = {1, 1, 1, 1}, most[4] = {0};
  for (uint64_t seed = 1; seed <= 100; seed++) {
    restart(w, (tidemark_options){.seed = seed});
    connect_plainly(w);
    for (int i = 0; i < 4; i++) {
      double share = wait_after_failure(w) / (500 << i);
      least[i] = fmin(least[i], share);
      most[i] = fmax(most[i], share);
    }
  }
  for (int i = 0; i < 4; i++) {
    assert_true(least[i] >= 0 && least[i] < 0.1);
    assert_true(most[i] > 0.9 && most[i] <= 1.01); /* a timer fires on a whole ms */
  }
}

static void after_its_last_try_the_stream_stops_and_says_so(void **state) {
  struct world *w = *state;
  connect_with(w,
               (tidemark_stream_options){
                   .backoff_base = 1000, .backoff_cap = 30000, .max_attempts = 10, .no_jitter = 1});
  for (int i = 0; i < 10; i++) {
    wait_after_failure(w);
  }
  forget_trace(w);
  socket_closed(w, 1006);
  expect(w, "STATUS", "STATUS STOPPED");
  pass(w, 60 * MINUTE);
  expect(w, LIFE, "");
}

static void a_connection_of_ten_seconds_starts_the_backoff_anew(void **state) {
  struct world *w = *state;
  connect_with(w, (tidemark_stream_options){.no_jitter = 1});
  wait_after_failure(w);
  wait_after_failure(w);
  socket_opened(w);
  pass(w, 10 * SECOND);
  assert_true(wait_after_failure(w) == 500);
}

static void a_connection_that_breaks_soon_does_not(void **state) {
  struct world *w = *state;
  connect_with(w, (tidemark_stream_options){.no_jitter = 1});
  wait_after_failure(w);
  wait_after_failure(w);
  socket_opened(w);
  pass(w, 10 * SECOND - 1);
  assert_true(wait_after_failure(w) == 2000);
}

static void the_stream_can_be_connected_again_after_it_stopped(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  socket_closed(w, 4403);
  forget_trace(w);
  connect_with_ticket(w);
  expect(w, "TICKET STATUS", "TICKET s2\nSTATUS CATCHING_UP");
}

/* ---- Bad frames ---------------------------------------------------------------------------- */

static void bad_frames_are_counted_and_change_nothing(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  rules(w, RULES);
  uint32_t entry = cached(w, "tasks/1");
  static const char *const BAD[] = {
      "",
      "{",
      "nonsense",
      "7",
      "[]",
      "null",
      "'cache_invalidate'",
      "{}",
      "{'type':7}",
      "{'type':null}",
      "{'type':'cache_invalidate'}",
      "{'type':'cache_invalidate','data':7}",
      "{'type':'cache_invalidate','data':['task']}",
      "{'type':'cache_invalidate','data':{}}",
      "{'type':'cache_invalidate','data':{'resource':7}}",
      "{'type':'cache_invalidate','epoch':'e','seq':'11','prev':10,'data':{'resource':'all'}}",
      "{'type':'cache_invalidate','epoch':'e','seq':-11,'prev':10,'data':{'resource':'all'}}",
      "{'type':'cache_invalidate','epoch':'e','seq':11.5,'prev':10,'data':{'resource':'all'}}",
      "{'type':'cache_invalidate','epoch':7,'seq':11,'prev':10,'data':{'resource':'all'}}",
      "{'type':'cache_invalidate','data':{'resource':'all'}} x",
      "{'type':'cache_invalidate','data':{'resource':'all'}}{}",
      "{'type':'cache_invalidate','type':'ping','data':{'resource':'all'}}",
      "{'type':'cache_invalidate','data':{'resource':'all','resource':'all'}}",
      "{'type':'cache_invalidate','data':{'resource':'all\\u0000'}}",
      "{'type':'cache_invalidate','data':{'resource':'all','x':'\xff'}}",
      "{'type':'cache_invalidate','data':{'resource':'all','x':01}}",
      "{'type':'subscribed','epoch':'e','seq':99,'recovered':true,'messages':{}}",
  };
  enum { COUNT = sizeof BAD / sizeof *BAD };
  for (int i = 0; i < COUNT; i++) {
    frame(w, BAD[i]);
    assert_true(stats(w).messages_bad == i + 1);
  }
  assert_int_equal(w->trace_length, 0);
  assert_false(is_marked(w, entry));
  assert_string_equal(position_text(w), "e:10");
}

/* A change of everything with a field nested that deep; the frame and its data are two levels. */
static void nested_change(struct world *w, int depth) {
  char text[512];
  int length =
      snprintf(text, sizeof text, "{'type':'cache_invalidate','data':{'resource':'all','x':");
  memset(text + length, '[', (size_t)depth - 2);
  length += depth - 2;
  memset(text + length, ']', (size_t)depth - 2);
  length += depth - 2;
  snprintf(text + length, sizeof text - (size_t)length, "}}");
  frame(w, text);
}

static void a_frame_is_at_most_32_deep(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  rules(w, RULES);
  uint32_t entry = cached(w, "tasks/1");
  nested_change(w, 33);
  assert_false(is_marked(w, entry));
  assert_true(stats(w).messages_bad == 1);
  nested_change(w, 32);
  assert_true(is_marked(w, entry));
}

static void long_change(struct world *w, size_t size) {
  char *text = malloc(size + 1);
  assert_non_null(text);
  memset(text, ' ', size);
  text[size] = '\0';
  const char *change = "{'type':'cache_invalidate','data':{'resource':'all'}}";
  memcpy(text, change, strlen(change));
  frame(w, text);
  free(text);
}

static void a_frame_is_at_most_64_kib_long(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  rules(w, RULES);
  uint32_t entry = cached(w, "tasks/1");
  long_change(w, 65537);
  assert_false(is_marked(w, entry));
  assert_true(stats(w).messages_bad == 1);
  long_change(w, 65536);
  assert_true(is_marked(w, entry));
}

static void an_unknown_type_is_ignored_with_a_warning(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  frame(w, "{'type':'celebrate','seq':'any','epoch':9}");
  expect(w, "TICKET OPEN SEND CLOSE STATUS WARN", "WARN TYPE celebrate");
  assert_true(stats(w).messages_bad == 0);
}

static void unknown_fields_are_ignored(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  rules(w, RULES);
  uint32_t entry = cached(w, "tasks/1");
  frame(w, "{'type':'cache_invalidate','epoch':'e','seq':11,'prev':10,'colour':{'a':[1]},"
           "'data':{'resource':'task','id':1,'__proto__':{'id':2},'constructor':7}}");
  assert_true(is_marked(w, entry));
}

static void names_of_javascript_are_plain_data(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  rules(w, "[{'on':'__proto__','invalidate':[['__proto__','$constructor']]}]");
  uint32_t entry = cached(w, "__proto__/prototype");
  frame(w, "{'type':'cache_invalidate','data':{'resource':'__proto__',"
           "'constructor':'prototype'}}");
  assert_true(is_marked(w, entry));
}

static void an_error_frame_is_warned_of(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  frame(w, "{'type':'error','code':'foreign_scope','message':'project:8 is not yours'}");
  expect(w, LIFE, "WARN SERVER project:8 is not yours");
}

static void frames_before_the_socket_is_open_are_ignored(void **state) {
  struct world *w = *state;
  rules(w, RULES);
  connect_with_ticket(w);
  uint32_t entry = cached(w, "tasks/1");
  frame(w, "{'type':'cache_invalidate','data':{'resource':'all'}}");
  ticket_ready(w);
  frame(w, "{'type':'cache_invalidate','data':{'resource':'all'}}");
  assert_false(is_marked(w, entry));
}

static void frames_after_the_stream_stopped_are_ignored(void **state) {
  struct world *w = *state;
  rules(w, RULES);
  go_live(w, "e", 10);
  step(w, (tidemark_event){.type = TIDEMARK_DISCONNECT});
  uint32_t entry = cached(w, "tasks/1");
  frame(w, "{'type':'cache_invalidate','data':{'resource':'all'}}");
  assert_false(is_marked(w, entry));
}

/* ---- Figures ------------------------------------------------------------------------------- */

static void figures_count_messages_reconnects_and_resets(void **state) {
  struct world *w = *state;
  go_live(w, "e", 10);
  rules(w, RULES);
  tidemark_stats before = stats(w);
  task_changed(w, 1, 11, 10);
  task_changed(w, 1, 11, 10);
  frame(w, "nonsense");
  reconnect(w, "e", 500, 0);
  tidemark_stats after = stats(w);
  assert_true(after.messages - before.messages == 5);
  assert_true(after.messages_dropped - before.messages_dropped == 1);
  assert_true(after.messages_bad - before.messages_bad == 1);
  assert_true(after.changes - before.changes == 1);
  assert_true(after.reconnects - before.reconnects == 1);
  assert_true(after.resets - before.resets == 1);
}

static void figures_count_a_plain_servers_reconnects_too(void **state) {
  struct world *w = *state;
  connect_plainly(w);
  socket_opened(w);
  assert_true(stats(w).reconnects == 0);
  socket_closed(w, 1006);
  wait_for_next_try(w);
  assert_true(stats(w).reconnects == 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      PROMISE(a_new_cache_has_no_stream_and_no_position),
      PROMISE(connecting_gets_a_ticket_then_opens_signs_in_and_subscribes),
      PROMISE(a_first_subscription_resumes_nowhere),
      PROMISE(a_first_subscription_marks_what_was_fetched_before_it),
      PROMISE(a_plain_server_is_live_once_its_socket_is_open),
      PROMISE(a_plain_servers_every_connection_begins_with_a_gap),
      PROMISE(a_plain_servers_changes_are_applied),
      PROMISE(a_plain_server_that_signs_in_with_hello_is_taken_at_its_word),
      PROMISE(a_reconnect_message_means_that_anything_may_have_changed),
      PROMISE(connecting_twice_opens_one_socket),
      PROMISE(connecting_offline_waits_for_the_network),
      PROMISE(disconnecting_closes_the_socket_and_stops),
      PROMISE(a_stream_connected_again_resumes_where_it_stood),
      PROMISE(a_backoff_out_of_range_is_refused),
      PROMISE(a_change_marks_and_moves_the_position),
      PROMISE(positions_that_were_filtered_away_are_no_gap),
      PROMISE(a_duplicate_changes_nothing),
      PROMISE(an_old_change_changes_nothing),
      PROMISE(a_resource_without_a_rule_is_warned_of_and_still_counts_as_heard),
      PROMISE(a_change_that_follows_one_never_seen_asks_for_what_is_missing),
      PROMISE(while_a_gap_is_open_it_is_asked_for_once),
      PROMISE(what_was_missing_closes_the_gap_and_is_applied),
      PROMISE(a_gap_that_cannot_be_filled_marks_everything),
      PROMISE(a_ping_beyond_the_position_shows_a_lost_tail),
      PROMISE(a_ping_at_the_position_gets_a_pong_and_no_more),
      PROMISE(a_ping_without_a_position_gets_a_pong_and_no_more),
      PROMISE(a_change_of_another_epoch_is_a_gap),
      PROMISE(a_gap_that_nobody_answers_ends_in_another_connection),
      PROMISE(a_gap_that_a_server_without_pings_does_not_answer_ends_too),
      PROMISE(a_broken_connection_is_offline_until_the_next_try),
      PROMISE(a_new_connection_resumes_at_the_last_position),
      PROMISE(resuming_applies_what_was_missed_and_marks_nothing_else),
      PROMISE(resuming_with_nothing_missed_refetches_nothing),
      PROMISE(resuming_ends_at_the_position_told_though_the_list_ends_before),
      PROMISE(position_zero_is_a_position),
      PROMISE(an_epoch_of_64_bytes_is_known_again),
      PROMISE(an_epoch_too_long_to_keep_is_always_a_new_one),
      PROMISE(resuming_drops_what_was_seen_before),
      PROMISE(a_bad_item_among_the_missed_ones_loses_no_other),
      PROMISE(with_a_stream_coming_online_refetches_only_what_changed),
      PROMISE(an_unrecovered_resume_refetches_active_entries_within_the_window),
      PROMISE(a_new_epoch_is_a_reset_even_if_it_says_recovered),
      PROMISE(a_new_epochs_hello_forgets_the_position_to_resume_at),
      PROMISE(a_reset_frame_marks_everything_and_stays_live),
      PROMISE(after_a_reset_the_stream_goes_on_at_its_position),
      PROMISE(a_reset_may_name_the_position_from_which_the_stream_goes_on),
      PROMISE(a_change_that_comes_on_an_old_socket_is_ignored),
      PROMISE(pings_in_time_keep_the_connection),
      PROMISE(silence_beyond_ping_and_slack_ends_the_connection),
      PROMISE(a_dead_connection_is_followed_by_another),
      PROMISE(a_page_that_wakes_up_finds_its_dead_connection_at_once),
      PROMISE(a_server_without_pings_may_be_silent),
      PROMISE(a_connection_that_gets_stuck_half_way_is_given_up),
      PROMISE(only_two_close_codes_stop_the_stream),
      PROMISE(refused_for_good_it_stops_and_says_so),
      PROMISE(stopping_warns),
      PROMISE(a_ticket_that_failed_is_asked_for_again),
      PROMISE(a_ticket_that_failed_for_good_stops_the_stream),
      PROMISE(events_of_another_socket_are_ignored),
      PROMISE(events_of_another_socket_are_ignored_at_every_step),
      PROMISE(a_close_that_was_asked_for_and_comes_after_all_is_ignored),
      PROMISE(going_offline_ends_the_connection_and_coming_back_starts_one_at_once),
      PROMISE(without_jitter_the_wait_doubles_up_to_its_cap),
      PROMISE(the_default_wait_grows_from_half_a_second_to_twenty),
      PROMISE(with_jitter_the_wait_is_anywhere_below_that),
      PROMISE(after_its_last_try_the_stream_stops_and_says_so),
      PROMISE(a_connection_of_ten_seconds_starts_the_backoff_anew),
      PROMISE(a_connection_that_breaks_soon_does_not),
      PROMISE(the_stream_can_be_connected_again_after_it_stopped),
      PROMISE(bad_frames_are_counted_and_change_nothing),
      PROMISE(a_frame_is_at_most_32_deep),
      PROMISE(a_frame_is_at_most_64_kib_long),
      PROMISE(an_unknown_type_is_ignored_with_a_warning),
      PROMISE(unknown_fields_are_ignored),
      PROMISE(names_of_javascript_are_plain_data),
      PROMISE(an_error_frame_is_warned_of),
      PROMISE(frames_before_the_socket_is_open_are_ignored),
      PROMISE(frames_after_the_stream_stopped_are_ignored),
      PROMISE(figures_count_messages_reconnects_and_resets),
      PROMISE(figures_count_a_plain_servers_reconnects_too),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
