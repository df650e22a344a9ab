/* The client's side of the wire protocol: positions, gaps, resets. */
#include "helper_stream.h"

static const char RULES[] =
    "[{'on':'task','invalidate':[['tasks','$id']]},{'on':'all','invalidate':[[]]}]";

/* The same, live at position 10 of the epoch "e". */
static int live_and_ruled(void **state) {
  return live(state) < 0 || rules(*state, RULES) < 0 ? -1 : 0;
}

/* ---- Connecting ---------------------------------------------------------------------------- */

static void a_new_cache_has_no_stream_and_no_position(void **state) {
  struct world *w = *state;
  assert_int_equal(tidemark_stream_state(w->cache), TIDEMARK_STREAM_STOPPED);
  assert_string_equal(position_text(w), "none");
}

static void connecting_gets_a_ticket_then_opens_signs_in_and_subscribes(void **state) {
  struct world *w = *state;
  connect_with_ticket(w);
  expect(w, STREAM_EFFECTS, "TICKET s1\nSTATUS CATCHING_UP");
  ticket_ready(w);
  expect(w, STREAM_EFFECTS, "OPEN s1");
  socket_opened(w);
  expect(w, STREAM_EFFECTS, "SEND s1 AUTH");
  hello(w, "e", 10);
  expect(w, STREAM_EFFECTS, "SEND s1 SUBSCRIBE");
  subscribed(w, "e", 10, 0, "[]");
  expect(w, STREAM_EFFECTS, "STATUS LIVE");
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
  expect(w, STREAM_EFFECTS, "OPEN s1\nSTATUS CATCHING_UP");
  socket_opened(w);
  expect(w, STREAM_EFFECTS, "STATUS LIVE");
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
  assert_int_equal(tidemark_stream_state(w->cache), TIDEMARK_STREAM_LIVE);
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
  expect(w, STREAM_EFFECTS, "");
}

static void connecting_offline_waits_for_the_network(void **state) {
  struct world *w = *state;
  online(w, 0);
  connect_with_ticket(w);
  pass(w, MINUTE);
  expect(w, STREAM_EFFECTS, "STATUS OFFLINE");
  online(w, 1);
  expect(w, STREAM_EFFECTS, "TICKET s1\nSTATUS CATCHING_UP");
}

static void disconnecting_closes_the_socket_and_stops(void **state) {
  struct world *w = *state;
  step(w, (tidemark_event){.type = TIDEMARK_DISCONNECT});
  expect(w, STREAM_EFFECTS, "CLOSE s1 1000\nSTATUS STOPPED");
  pass(w, 60 * MINUTE);
  online(w, 0);
  online(w, 1);
  expect(w, STREAM_EFFECTS, "");
}

static void a_stream_connected_again_resumes_where_it_stood(void **state) {
  struct world *w = *state;
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
  expect(w, STREAM_EFFECTS, "");
}

/* ---- Changes ------------------------------------------------------------------------------- */

static void a_change_marks_and_moves_the_position(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  task_changed(w, 1, 11, 10);
  assert_true(is_marked(w, entry));
  assert_string_equal(position_text(w), "e:11");
}

static void positions_that_were_filtered_away_are_no_gap(void **state) {
  struct world *w = *state;
  task_changed(w, 1, 11, 10);
  forget_trace(w);
  task_changed(w, 1, 19, 11);
  expect(w, STREAM_EFFECTS, "");
  assert_string_equal(position_text(w), "e:19");
}

static void a_duplicate_changes_nothing(void **state) {
  struct world *w = *state;
  task_changed(w, 1, 11, 10);
  uint32_t entry = cached(w, "tasks/1");
  task_changed(w, 1, 11, 10);
  assert_false(is_marked(w, entry));
  assert_int_equal(w->trace_length, 0);
  assert_true(stats(w).messages_dropped == 1);
}

static void an_old_change_changes_nothing(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  task_changed(w, 1, 9, 8);
  assert_false(is_marked(w, entry));
  assert_string_equal(position_text(w), "e:10");
}

static void a_resource_without_a_rule_is_warned_of_and_still_counts_as_heard(void **state) {
  struct world *w = *state;
  frame(w, "{'type':'cache_invalidate','epoch':'e','seq':11,'prev':10,'data':{'resource':'x'}}");
  expect(w, "WARN", "WARN RESOURCE x");
  assert_string_equal(position_text(w), "e:11");
}

/* ---- Gaps ---------------------------------------------------------------------------------- */

static void a_change_that_follows_one_never_seen_asks_for_what_is_missing(void **state) {
  struct world *w = *state;
  task_changed(w, 1, 13, 12);
  expect(w, STREAM_EFFECTS, "SEND s1 SUBSCRIBE\nSTATUS GAP");
  assert_string_equal(position_text(w), "e:10");
}

static void while_a_gap_is_open_it_is_asked_for_once(void **state) {
  struct world *w = *state;
  task_changed(w, 1, 13, 12);
  forget_trace(w);
  task_changed(w, 1, 14, 13);
  frame(w, "{'type':'ping','seq':14}");
  expect(w, "SEND CLOSE STATUS", "SEND s1 PONG");
}

static void what_was_missing_closes_the_gap_and_is_applied(void **state) {
  struct world *w = *state;
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
  expect(w, STREAM_EFFECTS, "STATUS LIVE");
  assert_true(is_marked(w, missed));
  assert_true(is_marked(w, seen));
  assert_false(is_marked(w, other));
  assert_string_equal(position_text(w), "e:13");
}

static void a_gap_that_cannot_be_filled_marks_everything(void **state) {
  struct world *w = *state;
  uint32_t other = cached(w, "tasks/3");
  task_changed(w, 2, 13, 12);
  subscribed(w, "e", 13, 0, "[]");
  assert_true(is_marked(w, other));
  assert_string_equal(position_text(w), "e:13");
  assert_int_equal(tidemark_stream_state(w->cache), TIDEMARK_STREAM_LIVE);
}

static void a_gap_that_resuming_does_not_close_ends_in_a_reset(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  frame(w, "{'type':'ping','seq':11}");
  subscribed(w, "e", 10, 1, "[]");
  frame(w, "{'type':'ping','seq':11}");
  assert_string_equal(position_text(w), "none");
  subscribed(w, "e", 11, 0, "[]");
  assert_true(is_marked(w, entry));
  assert_string_equal(position_text(w), "e:11");
}

static void a_later_gap_is_resumed_again(void **state) {
  struct world *w = *state;
  frame(w, "{'type':'ping','seq':11}");
  subscribed(w, "e", 11, 1, "[]");
  frame(w, "{'type':'ping','seq':12}");
  assert_string_equal(position_text(w), "e:11");
}

static void a_ping_beyond_the_position_shows_a_lost_tail(void **state) {
  struct world *w = *state;
  frame(w, "{'type':'ping','seq':11}");
  expect(w, "SEND STATUS", "SEND s1 SUBSCRIBE\nSEND s1 PONG\nSTATUS GAP");
}

static void a_ping_at_the_position_gets_a_pong_and_no_more(void **state) {
  struct world *w = *state;
  frame(w, "{'type':'ping','seq':10}");
  expect(w, STREAM_EFFECTS, "SEND s1 PONG");
}

static void a_ping_without_a_position_gets_a_pong_and_no_more(void **state) {
  struct world *w = *state;
  frame(w, "{'type':'ping'}");
  expect(w, STREAM_EFFECTS, "SEND s1 PONG");
}

static void a_change_of_another_epoch_is_a_gap(void **state) {
  struct world *w = *state;
  frame(w, "{'type':'cache_invalidate','epoch':'new','seq':1,'prev':0,"
           "'data':{'resource':'task','id':1}}");
  expect(w, STREAM_EFFECTS, "SEND s1 SUBSCRIBE\nSTATUS GAP");
}

static void a_gap_that_nobody_answers_ends_in_another_connection(void **state) {
  struct world *w = *state;
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
  socket_closed(w, 1006);
  expect(w, STREAM_EFFECTS, "STATUS OFFLINE");
}

static void a_new_connection_resumes_at_the_last_position(void **state) {
  struct world *w = *state;
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

static void a_resume_whose_answer_cannot_be_read_is_not_tried_for_ever(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  frame(w, "{'type':'ping','seq':11}");
  subscribed(w, "e", 11, 1, "[{'type':'cache_invalidate','seq':11,'data':{'resource':'\\u0000'}}]");
  assert_string_equal(position_text(w), "e:10");
  for (int i = 0; w->socket == 1; i++) {
    assert_true(i < 100);
    pass(w, SECOND);
  }
  ticket_ready(w);
  socket_opened(w);
  hello(w, "e", 11);
  assert_string_equal(position_text(w), "none");
  subscribed(w, "e", 11, 0, "[]");
  assert_true(is_marked(w, entry));
  assert_string_equal(position_text(w), "e:11");
}

static void a_resume_that_is_only_slow_keeps_its_position(void **state) {
  struct world *w = *state;
  frame(w, "nonsense");
  frame(w, "{'type':'ping','seq':11}");
  for (int i = 0; w->socket == 1; i++) {
    assert_true(i < 100);
    pass(w, SECOND);
  }
  assert_string_equal(position_text(w), "e:10");
}

static void resuming_with_nothing_missed_refetches_nothing(void **state) {
  struct world *w = *state;
  shown(w, "tasks/1", INFINITY);
  reconnect(w, "e", 10, 1);
  pass(w, 10 * SECOND);
  expect_no_fetch(w);
}

static void resuming_ends_at_the_position_told_though_the_list_ends_before(void **state) {
  struct world *w = *state;
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
  task_changed(w, 9, 14, 13);
  subscribed(w, "e", 14, 1,
             "[7,{},null,{'type':'ping'},{'type':'cache_invalidate','seq':11,'data':7},"
             "{'type':'cache_invalidate','epoch':'e','seq':14,'prev':13,"
             "'data':{'resource':'task','id':1}}]");
  assert_true(stats(w).changes == 1);
  assert_true(stats(w).messages_bad == 5);
}

static void a_missed_change_without_a_position_is_applied_and_moves_nothing(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  task_changed(w, 9, 14, 13);
  subscribed(w, "e", 14, 1, "[{'type':'cache_invalidate','data':{'resource':'task','id':1}}]");
  assert_true(is_marked(w, entry));
  assert_string_equal(position_text(w), "e:14");
}

static void with_a_stream_coming_online_refetches_only_what_changed(void **state) {
  struct world *w = *state;
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
  shown(w, "tasks/1", INFINITY);
  cached(w, "tasks/2");
  reconnect(w, "e", 5000, 0);
  pass(w, 2 * SECOND);
  expect(w, "FETCH", "FETCH tasks/1 #3");
}

static void a_new_epoch_is_a_reset_even_if_it_says_recovered(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  reconnect(w, "new", 10, 1);
  assert_true(is_marked(w, entry));
  assert_string_equal(position_text(w), "new:10");
}

static void a_new_epochs_hello_forgets_the_position_to_resume_at(void **state) {
  struct world *w = *state;
  socket_closed(w, 1006);
  wait_for_next_try(w);
  ticket_ready(w);
  socket_opened(w);
  hello(w, "new", 3);
  assert_string_equal(position_text(w), "none");
}

static void a_reset_frame_marks_everything_and_stays_live(void **state) {
  struct world *w = *state;
  shown(w, "tasks/1", INFINITY);
  uint32_t inactive = cached(w, "tasks/2");
  frame(w, "{'type':'reset','scopes':['project:9'],'reason':'flood'}");
  expect(w, STREAM_EFFECTS, "");
  assert_true(is_marked(w, inactive));
  pass(w, 2 * SECOND);
  expect(w, "FETCH", "FETCH tasks/1 #3");
  assert_string_equal(position_text(w), "e:10");
}

static void after_a_reset_the_stream_goes_on_at_its_position(void **state) {
  struct world *w = *state;
  frame(w, "{'type':'reset','scopes':['project:9'],'reason':'flood'}");
  uint32_t entry = cached(w, "tasks/1");
  task_changed(w, 1, 11, 10);
  assert_true(is_marked(w, entry));
  assert_int_equal(tidemark_stream_state(w->cache), TIDEMARK_STREAM_LIVE);
}

static void a_reset_may_name_the_position_from_which_the_stream_goes_on(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  frame(w, "{'type':'reset','epoch':'new','seq':3,'scopes':['project:9'],'reason':'restart'}");
  assert_true(is_marked(w, entry));
  assert_string_equal(position_text(w), "new:3");
  frame(w, "{'type':'cache_invalidate','epoch':'new','seq':4,'prev':3,"
           "'data':{'resource':'task','id':1}}");
  assert_string_equal(position_text(w), "new:4");
  assert_int_equal(tidemark_stream_state(w->cache), TIDEMARK_STREAM_LIVE);
}

static void a_reset_that_says_what_came_before_it_shows_a_gap(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  frame(w, "{'type':'reset','epoch':'e','seq':13,'prev':12,'scopes':['project:9']}");
  assert_false(is_marked(w, entry));
  assert_string_equal(position_text(w), "e:10");
  assert_int_equal(tidemark_stream_state(w->cache), TIDEMARK_STREAM_GAP);
}

static void a_reset_that_comes_twice_is_taken_once(void **state) {
  struct world *w = *state;
  frame(w, "{'type':'reset','epoch':'e','seq':11,'prev':10,'scopes':['project:9']}");
  uint32_t entry = cached(w, "tasks/1");
  frame(w, "{'type':'reset','epoch':'e','seq':11,'prev':10,'scopes':['project:9']}");
  assert_false(is_marked(w, entry));
  assert_string_equal(position_text(w), "e:11");
}

static void a_reset_that_names_an_epoch_alone_moves_nothing(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  frame(w, "{'type':'reset','epoch':'e','scopes':['project:9'],'reason':'flood'}");
  assert_true(is_marked(w, entry));
  assert_string_equal(position_text(w), "e:10");
}

static void a_change_that_comes_on_an_old_socket_is_ignored(void **state) {
  struct world *w = *state;
  reconnect(w, "e", 10, 1);
  uint32_t entry = cached(w, "tasks/1");
  frame_on(w, 1,
           "{'type':'cache_invalidate','epoch':'e','seq':11,'prev':10,"
           "'data':{'resource':'task','id':1}}");
  assert_false(is_marked(w, entry));
  assert_string_equal(position_text(w), "e:10");
}

static void a_reset_without_prev_does_not_move_the_position_back(void **state) {
  struct world *w = *state;
  frame(w, "{'type':'reset','epoch':'e','seq':9,'scopes':['project:9'],'reason':'flood'}");
  assert_string_equal(position_text(w), "e:10");
}

/* What was missed comes in the answer to the gap, or to the first subscription of a connection. */
static void a_reset_of_some_scopes_hides_nothing_that_others_missed(void **state) {
  struct world *w = *state;
  static const char RESET[] = "{'type':'reset','epoch':'e','seq':13,'scopes':['project:9']}";
  static const char MISSED[] = "[{'type':'cache_invalidate','epoch':'e','seq':11,'prev':10,"
                               "'data':{'resource':'task','id':1}}]";
  for (int reconnects = 0; reconnects < 2; reconnects++) {
    restart(w, (tidemark_options){.seed = 1});
    rules(w, RULES);
    go_live(w, "e", 10);
    uint32_t entry = cached(w, "tasks/1");
    depends_on(w, entry, "project:7");
    if (reconnects) {
      socket_closed(w, 1006);
      wait_for_next_try(w);
      ticket_ready(w);
      socket_opened(w);
      hello(w, "e", 13);
    } else {
      frame(w, "{'type':'ping','seq':12}");
    }
    frame(w, RESET);
    assert_false(is_marked(w, entry));
    subscribed(w, "e", 13, 1, MISSED);
    assert_true(is_marked(w, entry));
    assert_string_equal(position_text(w), "e:13");
  }
}

static void what_cannot_be_told_of_the_missed_counts_as_anything(void **state) {
  struct world *w = *state;
  static const char *const MISSED[] = {
      "[{'type':'reset','scopes':['project:9']}]", "[{'type':'reconnect','data':{}}]",
      "[{'type':'cache_invalidate','seq':'11','data':{'resource':'task','id':1}}]", "[null]"};
  for (size_t i = 0; i < sizeof MISSED / sizeof MISSED[0]; i++) {
    restart(w, (tidemark_options){.seed = 1});
    go_live(w, "e", 10);
    uint32_t entry = cached(w, "tasks/1");
    frame(w, "{'type':'ping','seq':11}");
    subscribed(w, "e", 11, 1, MISSED[i]);
    assert_true(is_marked(w, entry));
    assert_string_equal(position_text(w), "e:11");
  }
}

static void unknown_types_among_the_missed_are_ignored(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  frame(w, "{'type':'ping','seq':11}");
  subscribed(w, "e", 11, 1, "[{'type':'weather','seq':11}]");
  assert_false(is_marked(w, entry));
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
      PROMISE_IN(live, disconnecting_closes_the_socket_and_stops),
      PROMISE_IN(live, a_stream_connected_again_resumes_where_it_stood),
      PROMISE(a_backoff_out_of_range_is_refused),
      PROMISE_IN(live_and_ruled, a_change_marks_and_moves_the_position),
      PROMISE_IN(live_and_ruled, positions_that_were_filtered_away_are_no_gap),
      PROMISE_IN(live_and_ruled, a_duplicate_changes_nothing),
      PROMISE_IN(live_and_ruled, an_old_change_changes_nothing),
      PROMISE_IN(live, a_resource_without_a_rule_is_warned_of_and_still_counts_as_heard),
      PROMISE_IN(live_and_ruled, a_change_that_follows_one_never_seen_asks_for_what_is_missing),
      PROMISE_IN(live_and_ruled, while_a_gap_is_open_it_is_asked_for_once),
      PROMISE_IN(live_and_ruled, what_was_missing_closes_the_gap_and_is_applied),
      PROMISE_IN(live_and_ruled, a_gap_that_cannot_be_filled_marks_everything),
      PROMISE_IN(live, a_gap_that_resuming_does_not_close_ends_in_a_reset),
      PROMISE_IN(live, a_later_gap_is_resumed_again),
      PROMISE_IN(live, a_ping_beyond_the_position_shows_a_lost_tail),
      PROMISE_IN(live, a_ping_at_the_position_gets_a_pong_and_no_more),
      PROMISE_IN(live, a_ping_without_a_position_gets_a_pong_and_no_more),
      PROMISE_IN(live_and_ruled, a_change_of_another_epoch_is_a_gap),
      PROMISE_IN(live_and_ruled, a_gap_that_nobody_answers_ends_in_another_connection),
      PROMISE(a_gap_that_a_server_without_pings_does_not_answer_ends_too),
      PROMISE_IN(live, a_broken_connection_is_offline_until_the_next_try),
      PROMISE_IN(live_and_ruled, a_new_connection_resumes_at_the_last_position),
      PROMISE_IN(live_and_ruled, resuming_applies_what_was_missed_and_marks_nothing_else),
      PROMISE_IN(live, a_resume_whose_answer_cannot_be_read_is_not_tried_for_ever),
      PROMISE_IN(live, a_resume_that_is_only_slow_keeps_its_position),
      PROMISE_IN(live, resuming_with_nothing_missed_refetches_nothing),
      PROMISE_IN(live, resuming_ends_at_the_position_told_though_the_list_ends_before),
      PROMISE(position_zero_is_a_position),
      PROMISE(an_epoch_of_64_bytes_is_known_again),
      PROMISE(an_epoch_too_long_to_keep_is_always_a_new_one),
      PROMISE_IN(live_and_ruled, resuming_drops_what_was_seen_before),
      PROMISE_IN(live_and_ruled, a_bad_item_among_the_missed_ones_loses_no_other),
      PROMISE_IN(live_and_ruled, a_missed_change_without_a_position_is_applied_and_moves_nothing),
      PROMISE_IN(live_and_ruled, with_a_stream_coming_online_refetches_only_what_changed),
      PROMISE_IN(live, an_unrecovered_resume_refetches_active_entries_within_the_window),
      PROMISE_IN(live, a_new_epoch_is_a_reset_even_if_it_says_recovered),
      PROMISE_IN(live, a_new_epochs_hello_forgets_the_position_to_resume_at),
      PROMISE_IN(live, a_reset_frame_marks_everything_and_stays_live),
      PROMISE_IN(live_and_ruled, after_a_reset_the_stream_goes_on_at_its_position),
      PROMISE_IN(live_and_ruled, a_reset_may_name_the_position_from_which_the_stream_goes_on),
      PROMISE_IN(live, a_reset_that_says_what_came_before_it_shows_a_gap),
      PROMISE_IN(live, a_reset_that_comes_twice_is_taken_once),
      PROMISE_IN(live, a_reset_that_names_an_epoch_alone_moves_nothing),
      PROMISE_IN(live, a_reset_without_prev_does_not_move_the_position_back),
      PROMISE(a_reset_of_some_scopes_hides_nothing_that_others_missed),
      PROMISE(what_cannot_be_told_of_the_missed_counts_as_anything),
      PROMISE_IN(live, unknown_types_among_the_missed_are_ignored),
      PROMISE_IN(live_and_ruled, a_change_that_comes_on_an_old_socket_is_ignored),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
