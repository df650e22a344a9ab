/* A server that says it hears of no changes: what it does not know is not called live. */
#include <math.h>

#include "helper_stream.h"

static void lose_source(struct world *w) {
  frame(w, "{'type':'ping','seq':10,'source':false}");
}

static void find_source(struct world *w) {
  frame(w, "{'type':'ping','seq':10}");
}

static void expect_status(struct world *w, int status) {
  assert_int_equal(tidemark_stream_state(w->cache), status);
}

static void while_the_server_hears_nothing_the_channel_is_catching_up(void **state) {
  struct world *w = *state;
  lose_source(w);
  expect(w, "STATUS", "STATUS CATCHING_UP");
}

static void when_it_hears_again_the_channel_is_live(void **state) {
  struct world *w = *state;
  lose_source(w);
  find_source(w);
  expect_status(w, TIDEMARK_STREAM_LIVE);
}

static void what_is_observed_hears_of_both(void **state) {
  struct world *w = *state;
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  forget_trace(w);
  lose_source(w);
  assert_int_equal(stream_status_of(w, entry), TIDEMARK_STREAM_CATCHING_UP);
  expect(w, "NOTIFY", "NOTIFY tasks/1");
  find_source(w);
  assert_int_equal(stream_status_of(w, entry), TIDEMARK_STREAM_LIVE);
}

static void nothing_is_fetched_for_it(void **state) {
  struct world *w = *state;
  shown(w, "tasks/1", INFINITY);
  forget_trace(w);
  lose_source(w);
  find_source(w);
  flush(w);
  expect(w, "FETCH SEND", "SEND s1 PONG\nSEND s1 PONG");
}

static void come_to_a_server_that_hears_nothing(struct world *w) {
  connect_with_ticket(w);
  ticket_ready(w);
  socket_opened(w);
  frame(w, "{'type':'hello','v':1,'epoch':'e','seq':10,'ping':25000,'source':false}");
  subscribed(w, "e", 10, 0, "[]");
}

static void who_comes_meanwhile_is_not_live_either(void **state) {
  struct world *w = *state;
  come_to_a_server_that_hears_nothing(w);
  expect_status(w, TIDEMARK_STREAM_CATCHING_UP);
  find_source(w);
  expect_status(w, TIDEMARK_STREAM_LIVE);
}

static void the_next_server_says_for_itself(void **state) {
  struct world *w = *state;
  lose_source(w);
  reconnect(w, "e", 10, 1);
  expect_status(w, TIDEMARK_STREAM_LIVE);
}

static void a_plain_server_after_it_is_live(void **state) {
  struct world *w = *state;
  come_to_a_server_that_hears_nothing(w);
  step(w, (tidemark_event){.type = TIDEMARK_DISCONNECT});
  connect_plainly(w);
  socket_opened(w);
  expect_status(w, TIDEMARK_STREAM_LIVE);
}

static void a_gap_shows_as_one_all_the_same(void **state) {
  struct world *w = *state;
  frame(w, "{'type':'ping','seq':11,'source':false}");
  expect_status(w, TIDEMARK_STREAM_GAP);
}

static void only_false_says_so(void **state) {
  struct world *w = *state;
  frame(w, "{'type':'ping','seq':10,'source':true}");
  expect_status(w, TIDEMARK_STREAM_LIVE);
  frame(w, "{'type':'ping','seq':10,'source':null}");
  expect_status(w, TIDEMARK_STREAM_LIVE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      PROMISE_IN(live, while_the_server_hears_nothing_the_channel_is_catching_up),
      PROMISE_IN(live, when_it_hears_again_the_channel_is_live),
      PROMISE_IN(live, what_is_observed_hears_of_both),
      PROMISE_IN(live, nothing_is_fetched_for_it),
      PROMISE(who_comes_meanwhile_is_not_live_either),
      PROMISE_IN(live, the_next_server_says_for_itself),
      PROMISE(a_plain_server_after_it_is_live),
      PROMISE_IN(live, a_gap_shows_as_one_all_the_same),
      PROMISE_IN(live, only_false_says_so),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
