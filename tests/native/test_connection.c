/* Connections: signs of life, losing one, waiting for the next. */
#include <string.h>

#include "helper_stream.h"

/* ---- Liveness ------------------------------------------------------------------------------ */

static void pings_in_time_keep_the_connection(void **state) {
  struct world *w = *state;
  for (int i = 0; i < 20; i++) {
    pass(w, PING_MS + 9 * SECOND);
    frame(w, "{'type':'ping','seq':10}");
  }
  expect(w, "CLOSE STATUS", "");
}

static void silence_beyond_ping_and_slack_ends_the_connection(void **state) {
  struct world *w = *state;
  pass(w, PING_MS + 10 * SECOND - 1);
  expect(w, "CLOSE STATUS", "");
  pass(w, 1);
  expect(w, "CLOSE STATUS", "CLOSE s1 4000\nSTATUS OFFLINE");
}

static void a_dead_connection_is_followed_by_another(void **state) {
  struct world *w = *state;
  pass(w, 2 * MINUTE);
  assert_true(w->socket > 1);
}

static void a_page_that_wakes_up_finds_its_dead_connection_at_once(void **state) {
  struct world *w = *state;
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
  expect(w, STREAM_EFFECTS, "");
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
    expect(w, STREAM_EFFECTS, "");
  }
}

static void stopping_warns(void **state) {
  struct world *w = *state;
  socket_closed(w, 4403);
  assert_non_null(strstr(w->trace, "WARN REFUSED"));
}

static void a_ticket_that_failed_is_asked_for_again(void **state) {
  struct world *w = *state;
  connect_with_ticket(w);
  ticket_failed(w, 0);
  expect(w, STREAM_EFFECTS, "TICKET s1\nSTATUS CATCHING_UP\nSTATUS OFFLINE");
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
  reconnect(w, "e", 10, 1);
  static const enum tidemark_event_type TYPES[] = {TIDEMARK_TICKET_READY, TIDEMARK_TICKET_FAILED,
                                                   TIDEMARK_SOCKET_OPENED, TIDEMARK_SOCKET_CLOSED};
  for (size_t i = 0; i < 4; i++) {
    step(w, (tidemark_event){.type = TYPES[i], .id = 1, .value = 4403});
    step(w, (tidemark_event){.type = TYPES[i], .id = 77, .value = 4403});
    step(w, (tidemark_event){.type = TYPES[i], .id = 0, .value = 4403});
  }
  expect(w, STREAM_EFFECTS, "");
  assert_int_equal(tidemark_stream_state(w->cache), TIDEMARK_STREAM_LIVE);
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
    expect(w, STREAM_EFFECTS, "");
  }
  hello(w, "e", 10);
  expect(w, "SEND", "SEND s1 SUBSCRIBE");
}

static void a_close_that_was_asked_for_and_comes_after_all_is_ignored(void **state) {
  struct world *w = *state;
  pass(w, PING_MS + 10 * SECOND);
  forget_trace(w);
  socket_closed(w, 4403);
  expect(w, "STATUS WARN", "");
}

static void going_offline_ends_the_connection_and_coming_back_starts_one_at_once(void **state) {
  struct world *w = *state;
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

enum { CLIENTS = 2000, TENTHS = 10 };

/* That as many values fall into each tenth of [0, 1) as chance allows: the expected number and six
 * standard deviations of it. */
static void assert_even(const uint32_t counts[TENTHS]) {
  double expected = (double)CLIENTS / TENTHS;
  double most = 6 * sqrt(expected * (1 - 1.0 / TENTHS));
  for (int i = 0; i < TENTHS; i++) {
    assert_true(fabs(counts[i] - expected) <= most);
  }
}

static uint32_t tenth_of(double share) {
  assert_true(share >= 0 && share <= 1.01); /* a timer fires on a whole ms */
  return (uint32_t)fmin(share * TENTHS, TENTHS - 1);
}

static void with_jitter_the_waits_of_many_clients_spread_evenly_below_that(void **state) {
  struct world *w = *state;
  uint32_t counts[4][TENTHS] = {0};
  for (uint64_t seed = 1; seed <= CLIENTS; seed++) {
    restart(w, (tidemark_options){.seed = seed});
    forget_trace(w);
    connect_plainly(w);
    for (int i = 0; i < 4; i++) {
      counts[i][tenth_of(wait_after_failure(w) / (500 << i))]++;
    }
  }
  for (int i = 0; i < 4; i++) {
    assert_even(counts[i]);
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
  expect(w, STREAM_EFFECTS, "");
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
  socket_closed(w, 4403);
  forget_trace(w);
  connect_with_ticket(w);
  expect(w, "TICKET STATUS", "TICKET s2\nSTATUS CATCHING_UP");
}

/* A callback may do so in the midst of a drain. */
static void a_socket_is_closed_also_if_the_next_one_ends_before_it_is_opened(void **state) {
  struct world *w = *state;
  static const enum tidemark_event_type TYPES[] = {TIDEMARK_DISCONNECT, TIDEMARK_CONNECT,
                                                   TIDEMARK_DISCONNECT};
  for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++) {
    tidemark_event event = {.type = TYPES[i]};
    assert_int_equal(tidemark_step(w->cache, &event, w->now), TIDEMARK_OK);
  }
  flush(w);
  expect(w, STREAM_EFFECTS, "CLOSE s1 1000\nSTATUS STOPPED");
}

/* ---- Goodbye ------------------------------------------------------------------------------- */

static void clients_told_goodbye_come_back_spread_over_the_time_it_named(void **state) {
  struct world *w = *state;
  uint32_t counts[TENTHS] = {0};
  for (uint64_t seed = 1; seed <= CLIENTS; seed++) {
    restart(w, (tidemark_options){.seed = seed});
    go_live(w, "e", 10);
    frame(w, "{'type':'goodbye','after':2000,'spread':8000}");
    counts[tenth_of((wait_after_failure(w) - 2000) / 8000)]++;
  }
  assert_even(counts);
}

static void after_goodbye_the_position_is_kept(void **state) {
  struct world *w = *state;
  frame(w, "{'type':'goodbye','after':100}");
  assert_string_equal(position_text(w), "e:10");
  reconnect(w, "e", 10, 1);
  expect(w, "STATUS", "");
}

static void a_goodbye_holds_for_one_return_only(void **state) {
  struct world *w = *state;
  frame(w, "{'type':'goodbye','after':60000}");
  wait_after_failure(w);
  assert_true(wait_after_failure(w) <= 2 * SECOND);
}

static void a_goodbye_is_no_way_around_the_backoff(void **state) {
  struct world *w = *state;
  connect_with(w, (tidemark_stream_options){.no_jitter = 1});
  for (int i = 0; i < 3; i++) {
    socket_opened(w);
    frame(w, "{'type':'goodbye','after':1}");
    assert_true(wait_after_failure(w) == 500 << i);
  }
}

static void a_goodbye_keeps_nobody_away_for_more_than_five_minutes(void **state) {
  struct world *w = *state;
  static const char *const LONG[] = {"{'type':'goodbye','after':1e300,'spread':1e300}",
                                     "{'type':'goodbye','after':-1,'spread':1e300}"};
  for (size_t i = 0; i < 2; i++) {
    restart(w, (tidemark_options){.seed = 1});
    go_live(w, "e", 10);
    frame(w, LONG[i]);
    assert_true(wait_after_failure(w) <= 5 * MINUTE);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      PROMISE_IN(live, pings_in_time_keep_the_connection),
      PROMISE_IN(live, silence_beyond_ping_and_slack_ends_the_connection),
      PROMISE_IN(live, a_dead_connection_is_followed_by_another),
      PROMISE_IN(live, a_page_that_wakes_up_finds_its_dead_connection_at_once),
      PROMISE(a_server_without_pings_may_be_silent),
      PROMISE(a_connection_that_gets_stuck_half_way_is_given_up),
      PROMISE(only_two_close_codes_stop_the_stream),
      PROMISE(refused_for_good_it_stops_and_says_so),
      PROMISE_IN(live, stopping_warns),
      PROMISE(a_ticket_that_failed_is_asked_for_again),
      PROMISE(a_ticket_that_failed_for_good_stops_the_stream),
      PROMISE_IN(live, events_of_another_socket_are_ignored),
      PROMISE(events_of_another_socket_are_ignored_at_every_step),
      PROMISE_IN(live, a_close_that_was_asked_for_and_comes_after_all_is_ignored),
      PROMISE_IN(live, going_offline_ends_the_connection_and_coming_back_starts_one_at_once),
      PROMISE(without_jitter_the_wait_doubles_up_to_its_cap),
      PROMISE(the_default_wait_grows_from_half_a_second_to_twenty),
      PROMISE(with_jitter_the_waits_of_many_clients_spread_evenly_below_that),
      PROMISE(after_its_last_try_the_stream_stops_and_says_so),
      PROMISE(a_connection_of_ten_seconds_starts_the_backoff_anew),
      PROMISE(a_connection_that_breaks_soon_does_not),
      PROMISE_IN(live, the_stream_can_be_connected_again_after_it_stopped),
      PROMISE_IN(live, a_socket_is_closed_also_if_the_next_one_ends_before_it_is_opened),
      PROMISE(clients_told_goodbye_come_back_spread_over_the_time_it_named),
      PROMISE_IN(live, after_goodbye_the_position_is_kept),
      PROMISE_IN(live, a_goodbye_holds_for_one_return_only),
      PROMISE(a_goodbye_is_no_way_around_the_backoff),
      PROMISE(a_goodbye_keeps_nobody_away_for_more_than_five_minutes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
