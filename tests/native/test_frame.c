/* Frames that are bad, unknown or in the wrong place change nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper_stream.h"

static const char RULES[] =
    "[{'on':'task','invalidate':[['tasks','$id']]},{'on':'all','invalidate':[[]]}]";

/* The same, live at position 10 of the epoch "e". */
static int live_and_ruled(void **state) {
  return live(state) < 0 || rules(*state, RULES) < 0 ? -1 : 0;
}

/* ---- Bad frames ---------------------------------------------------------------------------- */

static void bad_frames_are_counted_and_change_nothing(void **state) {
  struct world *w = *state;
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

static void a_field_that_is_null_is_not_said(void **state) {
  struct world *w = *state;
  static const char *const FRAMES[] = {
      "{'type':'cache_invalidate','epoch':null,'seq':null,'prev':null,'data':{'resource':'all'}}",
      "{'type':'cache_invalidate','data':{'resource':'all','tags':null,'mutation':null}}",
      "{'type':'reset','epoch':null,'seq':null,'prev':null,'scopes':null,'reason':null}",
      "{'type':'subscribed','epoch':'e','seq':10,'recovered':false,'messages':null}",
  };
  go_live(w, "e", 10);
  rules(w, RULES);
  for (size_t i = 0; i < sizeof FRAMES / sizeof *FRAMES; i++) {
    uint32_t entry = cached(w, "tasks/1");
    frame(w, FRAMES[i]);
    assert_true(is_marked(w, entry));
    set_data(w, entry);
  }
  assert_true(stats(w).messages_bad == 0);
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
  uint32_t entry = cached(w, "tasks/1");
  long_change(w, 65537);
  assert_false(is_marked(w, entry));
  assert_true(stats(w).messages_bad == 1);
  long_change(w, 65536);
  assert_true(is_marked(w, entry));
}

static void an_unknown_type_is_ignored_with_a_warning(void **state) {
  struct world *w = *state;
  frame(w, "{'type':'celebrate','seq':'any','epoch':9}");
  expect(w, "TICKET OPEN SEND CLOSE STATUS WARN", "WARN TYPE celebrate");
  assert_true(stats(w).messages_bad == 0);
}

static void unknown_fields_are_ignored(void **state) {
  struct world *w = *state;
  uint32_t entry = cached(w, "tasks/1");
  frame(w, "{'type':'cache_invalidate','epoch':'e','seq':11,'prev':10,'colour':{'a':[1]},"
           "'data':{'resource':'task','id':1,'__proto__':{'id':2},'constructor':7}}");
  assert_true(is_marked(w, entry));
}

static void names_of_javascript_are_plain_data(void **state) {
  struct world *w = *state;
  rules(w, "[{'on':'__proto__','invalidate':[['__proto__','$constructor']]}]");
  uint32_t entry = cached(w, "__proto__/prototype");
  frame(w, "{'type':'cache_invalidate','data':{'resource':'__proto__',"
           "'constructor':'prototype'}}");
  assert_true(is_marked(w, entry));
}

static void an_error_frame_is_warned_of(void **state) {
  struct world *w = *state;
  frame(w, "{'type':'error','code':'foreign_scope','message':'project:8 is not yours'}");
  expect(w, STREAM_EFFECTS, "WARN SERVER project:8 is not yours");
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
  step(w, (tidemark_event){.type = TIDEMARK_DISCONNECT});
  uint32_t entry = cached(w, "tasks/1");
  frame(w, "{'type':'cache_invalidate','data':{'resource':'all'}}");
  assert_false(is_marked(w, entry));
}

/* ---- Figures ------------------------------------------------------------------------------- */

static void figures_count_messages_reconnects_and_resets(void **state) {
  struct world *w = *state;
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
      PROMISE_IN(live_and_ruled, bad_frames_are_counted_and_change_nothing),
      PROMISE_IN(live_and_ruled, a_frame_is_at_most_32_deep),
      PROMISE_IN(live_and_ruled, a_frame_is_at_most_64_kib_long),
      PROMISE_IN(live, an_unknown_type_is_ignored_with_a_warning),
      PROMISE_IN(live_and_ruled, unknown_fields_are_ignored),
      PROMISE(a_field_that_is_null_is_not_said),
      PROMISE_IN(live, names_of_javascript_are_plain_data),
      PROMISE_IN(live, an_error_frame_is_warned_of),
      PROMISE(frames_before_the_socket_is_open_are_ignored),
      PROMISE_IN(live_and_ruled, frames_after_the_stream_stopped_are_ignored),
      PROMISE_IN(live_and_ruled, figures_count_messages_reconnects_and_resets),
      PROMISE(figures_count_a_plain_servers_reconnects_too),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
