/* Rules: which keys a change touches, and what is wrong with a rule that is wrong. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper_world.h"

/* Whether that change, under that rule, marks an entry under that key. */
static int touches(struct world *w, const char *rule, const char *text, const char *notation) {
  char list[1024];
  assert_in_range(snprintf(list, sizeof list, "[%s]", rule), 1, sizeof list - 1);
  assert_int_equal(rules(w, list), TIDEMARK_OK);
  on_matching(w, TIDEMARK_REMOVE, "");
  uint32_t entry = cached(w, notation);
  assert_true(change(w, text) >= 0);
  return is_marked(w, entry);
}

/* ---- Resources and actions ----------------------------------------------------------------- */

static void a_rule_is_about_its_resource_alone(void **state) {
  struct world *w = *state;
  const char *rule = "{'on':'task','invalidate':[['tasks']]}";
  assert_true(touches(w, rule, "{'resource':'task'}", "tasks"));
  assert_false(touches(w, rule, "{'resource':'tasks'}", "tasks"));
  assert_false(touches(w, rule, "{'resource':'Task'}", "tasks"));
}

static void a_rule_without_actions_takes_every_action_and_none(void **state) {
  struct world *w = *state;
  const char *rule = "{'on':'task','invalidate':[['tasks']]}";
  assert_true(touches(w, rule, "{'resource':'task','action':'DELETE'}", "tasks"));
  assert_true(touches(w, rule, "{'resource':'task'}", "tasks"));
}

static void a_rule_with_an_action_takes_that_one(void **state) {
  struct world *w = *state;
  const char *rule = "{'on':{'resource':'task','action':'DELETE'},'invalidate':[['tasks']]}";
  assert_true(touches(w, rule, "{'resource':'task','action':'DELETE'}", "tasks"));
  assert_false(touches(w, rule, "{'resource':'task','action':'UPDATE'}", "tasks"));
  assert_false(touches(w, rule, "{'resource':'task'}", "tasks"));
}

static void a_rule_with_actions_takes_each_of_them(void **state) {
  struct world *w = *state;
  const char *rule =
      "{'on':{'resource':'task','action':['INSERT','DELETE']},'invalidate':[['tasks']]}";
  assert_true(touches(w, rule, "{'resource':'task','action':'INSERT'}", "tasks"));
  assert_true(touches(w, rule, "{'resource':'task','action':'DELETE'}", "tasks"));
  assert_false(touches(w, rule, "{'resource':'task','action':'UPDATE'}", "tasks"));
}

static void every_rule_about_a_resource_applies(void **state) {
  struct world *w = *state;
  rules(w, "[{'on':'task','invalidate':[['a']]},{'on':'user','invalidate':[['b']]},"
           "{'on':'task','invalidate':[['c']]}]");
  uint32_t a = cached(w, "a"), b = cached(w, "b"), c = cached(w, "c");
  assert_int_equal(change(w, "{'resource':'task'}"), 2);
  assert_true(is_marked(w, a) && is_marked(w, c) && !is_marked(w, b));
}

/* ---- Templates ----------------------------------------------------------------------------- */

static void a_placeholder_takes_a_field_as_it_is(void **state) {
  struct world *w = *state;
  const char *rule = "{'on':'task','invalidate':[['tasks','$id']]}";
  assert_true(touches(w, rule, "{'resource':'task','id':42}", "tasks/42"));
  assert_true(touches(w, rule, "{'resource':'task','id':'42'}", "tasks/'42'"));
  assert_false(touches(w, rule, "{'resource':'task','id':'42'}", "tasks/42"));
  assert_false(touches(w, rule, "{'resource':'task','id':42}", "tasks/'42'"));
}

static void a_field_may_be_of_any_type(void **state) {
  struct world *w = *state;
  const char *rule = "{'on':'task','invalidate':[['tasks','$x']]}";
  assert_true(touches(w, rule, "{'resource':'task','x':true}", "tasks/true"));
  assert_true(touches(w, rule, "{'resource':'task','x':null}", "tasks/null"));
  assert_true(touches(w, rule, "{'resource':'task','x':[1,'a']}", "tasks/[1,a]"));
  assert_true(touches(w, rule, "{'resource':'task','x':{'b':2,'a':1}}", "tasks/{a:1,b:2}"));
  assert_true(touches(w, rule, "{'resource':'task','x':-0.5}", "tasks/-0.5"));
}

static void a_placeholder_may_cast_to_a_number(void **state) {
  struct world *w = *state;
  const char *rule = "{'on':'task','invalidate':[['tasks','$id:number']]}";
  assert_true(touches(w, rule, "{'resource':'task','id':'42'}", "tasks/42"));
  assert_true(touches(w, rule, "{'resource':'task','id':42}", "tasks/42"));
}

static void a_placeholder_may_cast_to_a_string(void **state) {
  struct world *w = *state;
  const char *rule = "{'on':'task','invalidate':[['tasks','$id:string']]}";
  assert_true(touches(w, rule, "{'resource':'task','id':42}", "tasks/'42'"));
  assert_true(touches(w, rule, "{'resource':'task','id':'42'}", "tasks/'42'"));
  assert_true(
      touches(w, rule, "{'resource':'task','id':-9007199254740991}", "tasks/'-9007199254740991'"));
  assert_true(touches(w, rule, "{'resource':'task','id':0}", "tasks/'0'"));
}

static void a_field_that_cannot_be_cast_is_warned_of_and_touches_nothing(void **state) {
  struct world *w = *state;
  const char *rule = "{'on':'task','invalidate':[['tasks','$id:number']]}";
  assert_false(touches(w, rule, "{'resource':'task','id':'forty-two'}", "tasks/42"));
  w->trace[w->trace_length] = '\0';
  assert_non_null(strstr(w->trace, "WARN FIELD"));
  assert_false(touches(w, rule, "{'resource':'task','id':''}", "tasks/0"));
  assert_false(touches(w, rule, "{'resource':'task','id':' 1'}", "tasks/1"));
}

static void a_rule_that_lacks_a_cast_is_warned_of(void **state) {
  struct world *w = *state;
  const char *rule = "{'on':'task','invalidate':[['tasks','$project','$id']]}";
  assert_false(touches(w, rule, "{'resource':'task','project':'p','id':'42'}", "tasks/p/42"));
  expect(w, "WARN", "WARN CAST task");
  assert_false(touches(w, rule, "{'resource':'task','project':'p','id':42}", "tasks/p/'42'"));
  expect(w, "WARN", "WARN CAST task");
}

static void a_rule_that_names_nothing_in_either_type_is_not_warned_of(void **state) {
  struct world *w = *state;
  const char *rule = "{'on':'task','invalidate':[['tasks','$id']]}";
  assert_false(touches(w, rule, "{'resource':'task','id':'43'}", "tasks/42"));
  assert_false(touches(w, rule, "{'resource':'task','id':'forty-two'}", "tasks/42"));
  expect(w, "WARN", "");
}

static void a_number_that_is_not_whole_has_no_text_of_its_own(void **state) {
  struct world *w = *state;
  const char *rule = "{'on':'task','invalidate':[['tasks','$id:string']]}";
  assert_false(touches(w, rule, "{'resource':'task','id':1.5}", "tasks/'1.5'"));
  w->trace[w->trace_length] = '\0';
  assert_non_null(strstr(w->trace, "WARN FIELD"));
}

static void a_field_name_may_hold_a_colon(void **state) {
  struct world *w = *state;
  const char *rule = "{'on':'task','invalidate':[['tasks','$xml:id']]}";
  assert_true(touches(w, rule, "{'resource':'task','xml:id':7}", "tasks/7"));
}

static void a_template_whose_field_is_absent_is_skipped(void **state) {
  struct world *w = *state;
  rules(w, "[{'on':'task','invalidate':[['list','$project_id'],['detail','$id']]}]");
  uint32_t list = cached(w, "list/9"), detail = cached(w, "detail/1");
  assert_int_equal(change(w, "{'resource':'task','id':1}"), 1);
  assert_true(is_marked(w, detail) && !is_marked(w, list));
  expect(w, "WARN", "");
}

static void two_dollars_are_one(void **state) {
  struct world *w = *state;
  const char *rule = "{'on':'price','invalidate':[['prices','$$id']]}";
  assert_true(touches(w, rule, "{'resource':'price','id':7}", "prices/$id"));
  assert_false(touches(w, rule, "{'resource':'price','id':7}", "prices/7"));
}

static void a_dollar_alone_is_text(void **state) {
  struct world *w = *state;
  const char *rule = "{'on':'price','invalidate':[['prices','$']]}";
  assert_true(touches(w, rule, "{'resource':'price'}", "prices/$"));
}

static void a_dollar_inside_a_text_is_text(void **state) {
  struct world *w = *state;
  const char *rule = "{'on':'price','invalidate':[['prices','a$id']]}";
  assert_true(touches(w, rule, "{'resource':'price','id':7}", "prices/a$id"));
}

static void placeholders_stand_at_any_depth(void **state) {
  struct world *w = *state;
  const char *rule = "{'on':'task','invalidate':[['tasks',{'filter':{'project':'$project_id'}}],"
                     "['tree',['$id']]]}";
  const char *text = "{'resource':'task','project_id':9,'id':1}";
  assert_true(touches(w, rule, text, "tasks/{page:2,filter:{project:9,open:true}}"));
  assert_false(touches(w, rule, text, "tasks/{page:2,filter:{project:8,open:true}}"));
  assert_true(touches(w, rule, text, "tree/[1,2]"));
}

static void names_in_a_template_are_no_placeholders(void **state) {
  struct world *w = *state;
  const char *rule = "{'on':'task','invalidate':[['tasks',{'$id':1}]]}";
  assert_true(touches(w, rule, "{'resource':'task','id':7}", "tasks/{$id:1}"));
}

static void a_template_may_hold_every_type_of_value(void **state) {
  struct world *w = *state;
  const char *rule = "{'on':'x','invalidate':[[null,true,false,-1.5,'a',[],{}]]}";
  assert_true(touches(w, rule, "{'resource':'x'}", "null/true/false/-1.5/a/[]/{}"));
}

static void an_empty_template_matches_everything(void **state) {
  struct world *w = *state;
  assert_true(touches(w, "{'on':'x','invalidate':[[]]}", "{'resource':'x'}", "anything/1"));
}

static void a_key_that_becomes_too_long_is_warned_of(void **state) {
  struct world *w = *state;
  restart(w, (tidemark_options){.seed = 1, .limits = {.key_bytes = 4096}});
  rules(w, "[{'on':'task','invalidate':[['tasks','$id'],['all']]}]");
  uint32_t entry = cached(w, "all");
  char *text = malloc(6000);
  assert_non_null(text);
  int length = sprintf(text, "{'resource':'task','id':'");
  memset(text + length, 'x', 5000);
  strcpy(text + length + 5000, "'}");
  assert_int_equal(change(w, text), 1);
  free(text);
  expect(w, "WARN", "WARN FIELD task");
  assert_true(is_marked(w, entry));
}

static void a_key_that_becomes_too_deep_is_warned_of(void **state) {
  struct world *w = *state;
  rules(w, "[{'on':'task','invalidate':[['tasks',[[[['$id']]]]]]}]");
  char text[128] = "{'resource':'task','id':";
  for (int i = 0; i < 30; i++) {
    strcat(text, "[");
  }
  for (int i = 0; i < 30; i++) {
    strcat(text, "]");
  }
  strcat(text, "}");
  assert_int_equal(change(w, text), 0);
  expect(w, "WARN", "WARN FIELD task");
}

/* ---- What is done -------------------------------------------------------------------------- */

static void invalidate_matches_by_prefix_unless_it_is_exact(void **state) {
  struct world *w = *state;
  rules(w, "[{'on':'a','invalidate':[['tasks']]},"
           "{'on':'b','invalidate':[{'key':['tasks'],'exact':true}]},"
           "{'on':'c','invalidate':[{'key':['tasks'],'exact':false}]}]");
  uint32_t whole = cached(w, "tasks"), part = cached(w, "tasks/1");
  assert_int_equal(change(w, "{'resource':'b'}"), 1);
  assert_true(is_marked(w, whole) && !is_marked(w, part));
  assert_int_equal(change(w, "{'resource':'c'}"), 2);
  assert_int_equal(change(w, "{'resource':'a'}"), 2);
  assert_true(is_marked(w, part));
}

static void an_exact_target_without_an_entry_touches_nothing(void **state) {
  struct world *w = *state;
  rules(w, "[{'on':'b','invalidate':[{'key':['tasks'],'exact':true}]}]");
  uint32_t entry = cached(w, "tasks/1");
  assert_int_equal(change(w, "{'resource':'b'}"), 0);
  assert_false(is_marked(w, entry));
}

static void a_refetch_type_says_what_is_fetched(void **state) {
  struct world *w = *state;
  static const struct {
    const char *type, *fetched;
  } CASES[] = {
      {"active", "FETCH active #3"},
      {"inactive", "FETCH inactive #3"},
      {"all", "FETCH active #3\nFETCH inactive #4"},
      {"none", ""},
  };
  for (int i = 0; i < 4; i++) {
    restart(w, (tidemark_options){.seed = 1});
    w->fetches = 0;
    char text[128];
    sprintf(text, "[{'on':'x','invalidate':[{'key':[],'refetchType':'%s'}]}]", CASES[i].type);
    rules(w, text);
    shown(w, "active", INFINITY);
    cached(w, "inactive");
    change(w, "{'resource':'x'}");
    flush(w);
    expect(w, "FETCH", CASES[i].fetched);
  }
}

static void refetch_fetches_active_entries_and_marks(void **state) {
  struct world *w = *state;
  rules(w, "[{'on':'x','refetch':[[]]}]");
  uint32_t active = shown(w, "active", INFINITY);
  uint32_t inactive = cached(w, "inactive");
  change(w, "{'resource':'x'}");
  assert_true(is_marked(w, active) && is_marked(w, inactive));
  flush(w);
  expect(w, "FETCH", "FETCH active #3");
}

static void remove_forgets(void **state) {
  struct world *w = *state;
  rules(w, "[{'on':'x','remove':[['tasks','$id']]}]");
  cached(w, "tasks/1");
  cached(w, "tasks/2");
  change(w, "{'resource':'x','id':1}");
  expect(w, "DROP", "DROP tasks/1");
  assert_int_equal(find(w, "tasks/1"), 0);
}

static void remove_asks_anew_for_what_somebody_looks_at(void **state) {
  struct world *w = *state;
  rules(w, "[{'on':'x','remove':[['tasks','$id']]}]");
  uint32_t entry = shown(w, "tasks/1", INFINITY);
  change(w, "{'resource':'x','id':1}");
  assert_false(has_state(w, entry, TIDEMARK_STATE_HAS_DATA));
  flush(w);
  expect(w, "CLEAR FETCH DROP", "CLEAR tasks/1\nFETCH tasks/1 #2");
  assert_int_equal(find(w, "tasks/1"), entry);
}

static void remove_leaves_what_only_a_disabled_observer_looks_at_without_an_answer(void **state) {
  struct world *w = *state;
  rules(w, "[{'on':'x','remove':[['tasks','$id']]}]");
  uint32_t entry = cached(w, "tasks/1");
  tidemark_observer_options options = observing();
  options.enabled = 0;
  observe(w, entry, options);
  forget_trace(w);
  change(w, "{'resource':'x','id':1}");
  flush(w);
  expect(w, "CLEAR FETCH DROP", "CLEAR tasks/1");
  assert_state(w, entry, "pending idle");
}

static void remove_asks_anew_for_what_somebody_waits_for(void **state) {
  struct world *w = *state;
  rules(w, "[{'on':'x','remove':[['tasks','$id']]}]");
  fetch(w, build(w, "tasks/1"));
  flush(w);
  forget_trace(w);
  change(w, "{'resource':'x','id':1}");
  flush(w);
  expect(w, "SETTLE FETCH DROP", "SETTLE tasks/1 #1 SUPERSEDED\nFETCH tasks/1 #2");
}

/* By removeQueries, while an observer with these options looks. */
static uint32_t removed_by_name(struct world *w, uint8_t enabled) {
  rules(w, "[{'on':'x','invalidate':[['tasks','$id']]}]");
  tidemark_observer_options options = observing();
  options.enabled = enabled;
  uint32_t entry = cached(w, "tasks/1");
  options.stale_time = INFINITY;
  observe(w, entry, options);
  on_entry(w, TIDEMARK_REMOVE, entry);
  forget_trace(w);
  return entry;
}

static void a_change_brings_a_removed_entry_back_that_somebody_looks_at(void **state) {
  struct world *w = *state;
  uint32_t entry = removed_by_name(w, 1);
  change(w, "{'resource':'x','id':1}");
  flush(w);
  expect(w, "CLEAR FETCH", "CLEAR tasks/1\nFETCH tasks/1 #2");
  answer(w, entry);
  forget_trace(w);
  change(w, "{'resource':'x','id':1}");
  pass(w, SECOND);
  expect(w, "FETCH", "FETCH tasks/1 #3");
}

static void a_change_leaves_a_removed_entry_that_is_disabled(void **state) {
  struct world *w = *state;
  uint32_t entry = removed_by_name(w, 0);
  change(w, "{'resource':'x','id':1}");
  flush(w);
  expect(w, "CLEAR FETCH", "");
  assert_true(has_state(w, entry, TIDEMARK_STATE_DETACHED | TIDEMARK_STATE_HAS_DATA));
}

static void a_change_of_another_key_leaves_a_removed_entry(void **state) {
  struct world *w = *state;
  uint32_t entry = removed_by_name(w, 1);
  change(w, "{'resource':'x','id':2}");
  assert_true(has_state(w, entry, TIDEMARK_STATE_DETACHED));
}

static void reset_clears_and_fetches_what_is_active(void **state) {
  struct world *w = *state;
  rules(w, "[{'on':'x','reset':[['tasks']]}]");
  shown(w, "tasks/1", INFINITY);
  cached(w, "tasks/2");
  change(w, "{'resource':'x'}");
  flush(w);
  expect(w, "CLEAR FETCH", "CLEAR tasks/1\nCLEAR tasks/2\nFETCH tasks/1 #3");
}

static void one_rule_may_do_several_things(void **state) {
  struct world *w = *state;
  rules(w, "[{'on':{'resource':'task','action':'DELETE'},'remove':[['detail','$id']],"
           "'invalidate':[['list']]}]");
  cached(w, "detail/1");
  uint32_t list = cached(w, "list/9");
  assert_int_equal(change(w, "{'resource':'task','id':1,'action':'DELETE'}"), 2);
  expect(w, "DROP", "DROP detail/1");
  assert_true(is_marked(w, list));
}

/* ---- Changes ------------------------------------------------------------------------------- */

static void an_array_of_changes_applies_each(void **state) {
  struct world *w = *state;
  rules(w, "[{'on':'task','invalidate':[['tasks','$id']]}]");
  uint32_t first = cached(w, "tasks/1"), second = cached(w, "tasks/2");
  assert_int_equal(change(w, "[{'resource':'task','id':1},{'resource':'task','id':2}]"), 2);
  assert_true(is_marked(w, first) && is_marked(w, second));
}

static void an_empty_array_of_changes_touches_nothing(void **state) {
  assert_int_equal(change(*state, "[]"), 0);
}

static void a_change_that_is_none_is_refused_with_a_reason(void **state) {
  struct world *w = *state;
  static const char *const BAD[] = {"7",
                                    "'task'",
                                    "null",
                                    "{}",
                                    "{'resource':7}",
                                    "{'resource':null}",
                                    "[7]",
                                    "[{'resource':'task'},{}]"};
  for (int i = 0; i < 8; i++) {
    assert_int_equal(change(w, BAD[i]), TIDEMARK_ERROR_CHANGE);
    const char *expected = i < 7 ? "change 1 " : "change 2 ";
    assert_memory_equal(tidemark_detail(w->cache), expected, strlen(expected));
  }
}

static void one_bad_change_of_many_refuses_all(void **state) {
  struct world *w = *state;
  rules(w, "[{'on':'task','invalidate':[['tasks']]}]");
  uint32_t entry = cached(w, "tasks/1");
  double changes = stats(w).changes;
  assert_int_equal(change(w, "[{'resource':'task'},{'id':1}]"), TIDEMARK_ERROR_CHANGE);
  assert_false(is_marked(w, entry));
  assert_true(stats(w).changes == changes);
}

static void a_change_that_is_no_json_is_refused(void **state) {
  struct world *w = *state;
  static const char *const BAD[] = {"", "{", "{'resource':'task'} x",
                                    "{'resource':'task','resource':'task'}"};
  for (int i = 0; i < 4; i++) {
    assert_int_equal(change(w, BAD[i]), TIDEMARK_ERROR_JSON);
  }
}

static void a_text_longer_than_its_limit_is_refused(void **state) {
  struct world *w = *state;
  restart(w, (tidemark_options){.limits = {.message_bytes = 32}});
  assert_int_equal(change(w, "{'resource':'task'}             "), 0);
  assert_int_equal(change(w, "{'resource':'task'}              "), TIDEMARK_ERROR_JSON);
  assert_int_equal(rules(w, "[{'on':'a','invalidate':[['x']]}]"), TIDEMARK_ERROR_JSON);
}

static void a_resource_no_rule_is_about_is_warned_of(void **state) {
  struct world *w = *state;
  rules(w, "[{'on':'task','invalidate':[['tasks']]}]");
  change(w, "{'resource':'taks'}");
  expect(w, "WARN", "WARN RESOURCE taks");
  change(w, "{'resource':'task'}");
  expect(w, "WARN", "");
}

/* ---- Rules that are wrong ------------------------------------------------------------------ */

static void assert_wrong(struct world *w, const char *text, const char *named) {
  assert_int_equal(rules(w, text), TIDEMARK_ERROR_RULE);
  if (strstr(tidemark_detail(w->cache), named) == NULL) {
    fail_msg("%s: %s", text, tidemark_detail(w->cache));
  }
}

static void an_error_names_the_rule_by_its_number(void **state) {
  struct world *w = *state;
  assert_wrong(w, "[7]", "rule 1");
  assert_wrong(w, "[{'on':'a','invalidate':[[]]},{'on':'b','invalidate':[7]}]", "rule 2");
  assert_wrong(w,
               "[{'on':'1'},{'on':'2'},{'on':'3'},{'on':'4'},{'on':'5'},{'on':'6'},{'on':'7'},"
               "{'on':'8'},{'on':'9'},{'on':'10'},{'on':'11'},{}]",
               "rule 12");
}

static void an_error_names_the_member(void **state) {
  struct world *w = *state;
  assert_wrong(w, "[{'on':'a','invalidates':[[]]}]", "invalidates");
  assert_wrong(w, "[{'on':'a','invalidate':['tasks']}]", "invalidate[0]");
  assert_wrong(w, "[{'on':'a','remove':[[],{'key':[],'exactly':true}]}]", "exactly");
  assert_wrong(w, "[{'on':'a','remove':[[],{'key':[],'exactly':true}]}]", "remove[1]");
  assert_wrong(w, "[{'on':'a','remove':[{'key':[],'exactly':true},[]]}]", "remove[0]");
  assert_wrong(w, "[{'on':'a','invalidate':{}}]", "invalidate");
  assert_wrong(w, "[{'on':'a','invalidate':[{'key':[],'refetchType':'some'}]}]", "refetchType");
  assert_wrong(w, "[{'on':'a','invalidate':[{'key':[],'refetchType':'some'}]}]", "some");
  assert_wrong(w, "[{'on':'a','invalidate':[{'key':[],'refetchType':7}]}]", "refetchType");
  assert_wrong(w, "[{'on':'a','invalidate':[{'key':[],'exact':1}]}]", "exact");
  assert_wrong(w, "[{'on':'a','invalidate':[{'exact':true}]}]", "key");
  assert_wrong(w, "[{'on':{'resource':'a','actions':['X']},'invalidate':[[]]}]", "actions");
}

static void an_error_says_what_is_allowed(void **state) {
  struct world *w = *state;
  assert_wrong(w, "[{'on':'a','invalidates':[[]]}]", "must be on, invalidate, refetch");
  assert_wrong(w, "[{'on':'a','invalidate':[{'key':[],'refetchType':'some'}]}]", "inactive");
}

static void a_rule_needs_a_resource(void **state) {
  struct world *w = *state;
  assert_wrong(w, "[{'invalidate':[[]]}]", "on");
  assert_wrong(w, "[{'on':7,'invalidate':[[]]}]", "on");
  assert_wrong(w, "[{'on':'','invalidate':[[]]}]", "on");
  assert_wrong(w, "[{'on':{'action':'X'},'invalidate':[[]]}]", "on");
}

static void an_action_is_text(void **state) {
  struct world *w = *state;
  assert_wrong(w, "[{'on':{'resource':'a','action':7},'invalidate':[[]]}]", "action");
  assert_wrong(w, "[{'on':{'resource':'a','action':['X',null]},'invalidate':[[]]}]", "action");
  assert_wrong(w, "[{'on':{'resource':'a','action':[null,'X']},'invalidate':[[]]}]", "action");
  assert_wrong(w, "[{'on':{'resource':'a','action':''},'invalidate':[[]]}]", "action");
}

static void a_template_is_at_most_a_kilobyte_long(void **state) {
  struct world *w = *state;
  char text[1200] = "[{'on':'a','invalidate':[['";
  size_t length = strlen(text);
  memset(text + length, 'x', 1100);
  strcpy(text + length + 1100, "']]}]");
  assert_wrong(w, text, "1024");
}

static void a_long_name_is_cut_between_characters(void **state) {
  struct world *w = *state;
  char text[400];
  for (int offset = 0; offset < 3; offset++) {
    int length = sprintf(text, "[{'on':'a','%.*s", offset, "xx");
    for (int i = 0; i < 100; i++) {
      length += sprintf(text + length, "\xe2\x82\xac");
    }
    strcpy(text + length, "':[]}]");
    assert_int_equal(rules(w, text), TIDEMARK_ERROR_RULE);
    const char *quote = strchr(tidemark_detail(w->cache), '"') + 1;
    size_t cut = (size_t)(strchr(quote, '"') - quote);
    assert_in_range(cut, 60, 64);
    assert_int_equal((cut - (size_t)offset) % 3, 0);
  }
}

static void rules_are_an_array(void **state) {
  struct world *w = *state;
  assert_wrong(w, "{}", "array");
  assert_wrong(w, "null", "array");
}

static void rules_that_are_no_json_are_refused_as_such(void **state) {
  struct world *w = *state;
  assert_int_equal(rules(w, "[{'on':'a',}]"), TIDEMARK_ERROR_JSON);
  assert_int_equal(rules(w, ""), TIDEMARK_ERROR_JSON);
}

static void there_are_at_most_as_many_rules_as_allowed(void **state) {
  struct world *w = *state;
  restart(w, (tidemark_options){.limits = {.rules = 2}});
  const char *two = "[{'on':'a','invalidate':[[]]},{'on':'b','invalidate':[[]]}]";
  assert_int_equal(rules(w, two), TIDEMARK_OK);
  assert_wrong(w, "[{'on':'a'},{'on':'b'},{'on':'c'}]", "rule 3");
}

static void rules_are_replaced_whole(void **state) {
  struct world *w = *state;
  rules(w, "[{'on':'a','invalidate':[['x']]}]");
  rules(w, "[{'on':'b','invalidate':[['x']]}]");
  uint32_t entry = cached(w, "x");
  change(w, "{'resource':'a'}");
  assert_false(is_marked(w, entry));
  change(w, "{'resource':'b'}");
  assert_true(is_marked(w, entry));
}

static void rules_that_are_refused_replace_nothing(void **state) {
  struct world *w = *state;
  rules(w, "[{'on':'a','invalidate':[['x']]}]");
  assert_wrong(w, "[{'on':'b','invalidate':[['x']]},{'on':7}]", "rule 2");
  uint32_t entry = cached(w, "x");
  change(w, "{'resource':'b'}");
  assert_false(is_marked(w, entry));
  change(w, "{'resource':'a'}");
  assert_true(is_marked(w, entry));
}

static void no_rules_are_rules_too(void **state) {
  struct world *w = *state;
  rules(w, "[{'on':'a','invalidate':[['x']]}]");
  assert_int_equal(rules(w, "[]"), TIDEMARK_OK);
  uint32_t entry = cached(w, "x");
  assert_int_equal(change(w, "{'resource':'a'}"), 0);
  assert_false(is_marked(w, entry));
}

static void replacing_rules_a_hundred_times_takes_no_more_memory_than_once(void **state) {
  struct world *w = *state;
  const char *text = "[{'on':'a','invalidate':[['x','$id']],'remove':[['y']]}]";
  rules(w, text);
  rules(w, text);
  size_t bytes = w->heap.bytes;
  for (int i = 0; i < 100; i++) {
    rules(w, text);
  }
  assert_int_equal(w->heap.bytes, bytes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      PROMISE(a_rule_is_about_its_resource_alone),
      PROMISE(a_rule_without_actions_takes_every_action_and_none),
      PROMISE(a_rule_with_an_action_takes_that_one),
      PROMISE(a_rule_with_actions_takes_each_of_them),
      PROMISE(every_rule_about_a_resource_applies),
      PROMISE(a_placeholder_takes_a_field_as_it_is),
      PROMISE(a_field_may_be_of_any_type),
      PROMISE(a_placeholder_may_cast_to_a_number),
      PROMISE(a_placeholder_may_cast_to_a_string),
      PROMISE(a_field_that_cannot_be_cast_is_warned_of_and_touches_nothing),
      PROMISE(a_rule_that_lacks_a_cast_is_warned_of),
      PROMISE(a_rule_that_names_nothing_in_either_type_is_not_warned_of),
      PROMISE(a_number_that_is_not_whole_has_no_text_of_its_own),
      PROMISE(a_field_name_may_hold_a_colon),
      PROMISE(a_template_whose_field_is_absent_is_skipped),
      PROMISE(two_dollars_are_one),
      PROMISE(a_dollar_alone_is_text),
      PROMISE(a_dollar_inside_a_text_is_text),
      PROMISE(placeholders_stand_at_any_depth),
      PROMISE(names_in_a_template_are_no_placeholders),
      PROMISE(a_template_may_hold_every_type_of_value),
      PROMISE(an_empty_template_matches_everything),
      PROMISE(a_key_that_becomes_too_long_is_warned_of),
      PROMISE(a_key_that_becomes_too_deep_is_warned_of),
      PROMISE(invalidate_matches_by_prefix_unless_it_is_exact),
      PROMISE(an_exact_target_without_an_entry_touches_nothing),
      PROMISE(a_refetch_type_says_what_is_fetched),
      PROMISE(refetch_fetches_active_entries_and_marks),
      PROMISE(remove_forgets),
      PROMISE(remove_asks_anew_for_what_somebody_looks_at),
      PROMISE(remove_leaves_what_only_a_disabled_observer_looks_at_without_an_answer),
      PROMISE(remove_asks_anew_for_what_somebody_waits_for),
      PROMISE(a_change_brings_a_removed_entry_back_that_somebody_looks_at),
      PROMISE(a_change_leaves_a_removed_entry_that_is_disabled),
      PROMISE(a_change_of_another_key_leaves_a_removed_entry),
      PROMISE(reset_clears_and_fetches_what_is_active),
      PROMISE(one_rule_may_do_several_things),
      PROMISE(an_array_of_changes_applies_each),
      PROMISE(an_empty_array_of_changes_touches_nothing),
      PROMISE(a_change_that_is_none_is_refused_with_a_reason),
      PROMISE(one_bad_change_of_many_refuses_all),
      PROMISE(a_change_that_is_no_json_is_refused),
      PROMISE(a_text_longer_than_its_limit_is_refused),
      PROMISE(a_resource_no_rule_is_about_is_warned_of),
      PROMISE(an_error_names_the_rule_by_its_number),
      PROMISE(an_error_names_the_member),
      PROMISE(an_error_says_what_is_allowed),
      PROMISE(a_rule_needs_a_resource),
      PROMISE(an_action_is_text),
      PROMISE(a_template_is_at_most_a_kilobyte_long),
      PROMISE(a_long_name_is_cut_between_characters),
      PROMISE(rules_are_an_array),
      PROMISE(rules_that_are_no_json_are_refused_as_such),
      PROMISE(there_are_at_most_as_many_rules_as_allowed),
      PROMISE(rules_are_replaced_whole),
      PROMISE(rules_that_are_refused_replace_nothing),
      PROMISE(no_rules_are_rules_too),
      PROMISE(replacing_rules_a_hundred_times_takes_no_more_memory_than_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
