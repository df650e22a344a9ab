/* The timer wheel, also against a plain list of deadlines that tells the truth. */
#include <math.h>
#include <stdlib.h>

#include "helper_heap.h"
#include "helper_test.h"
#include "wheel.h"

struct fixture {
  struct heap heap;
  struct memory memory;
  struct wheel wheel;
};

static int setup(void **state) {
  struct fixture *f = calloc(1, sizeof *f);
  assert_non_null(f);
  f->memory.allocator = heap_allocator(&f->heap);
  wheel_init(&f->wheel, &f->memory);
  *state = f;
  return 0;
}

static int teardown(void **state) {
  struct fixture *f = *state;
  wheel_destroy(&f->wheel);
  assert_int_equal(f->heap.blocks, 0);
  free(f);
  return 0;
}

static uint32_t add(struct fixture *f, uint32_t owner) {
  assert_int_equal(wheel_reserve(&f->wheel, 1), 0);
  return wheel_add(&f->wheel, owner);
}

static uint32_t arm(struct fixture *f, uint32_t owner, double deadline) {
  uint32_t timer = add(f, owner);
  wheel_arm(&f->wheel, timer, deadline);
  return timer;
}

/* ---- One timer ----------------------------------------------------------------------------- */

static void nothing_waits_in_a_new_wheel(void **state) {
  struct fixture *f = *state;
  assert_true(isinf(wheel_deadline(&f->wheel)));
  assert_int_equal(wheel_expire(&f->wheel, 1e9), 0);
}

static void a_timer_fires_at_its_deadline_and_once(void **state) {
  struct fixture *f = *state;
  arm(f, 7, 100);
  assert_int_equal(wheel_expire(&f->wheel, 99), 0);
  assert_int_equal(wheel_expire(&f->wheel, 100), 7);
  assert_int_equal(wheel_expire(&f->wheel, 100), 0);
  assert_int_equal(wheel_expire(&f->wheel, 1e9), 0);
}

static void a_timer_never_fires_early_by_a_fraction(void **state) {
  struct fixture *f = *state;
  arm(f, 7, 100.25);
  assert_int_equal(wheel_expire(&f->wheel, 100.2), 0);
  assert_int_equal(wheel_expire(&f->wheel, 101.25), 7);
}

static void a_deadline_that_has_passed_fires_at_once(void **state) {
  struct fixture *f = *state;
  arm(f, 1, 500);
  assert_int_equal(wheel_expire(&f->wheel, 500), 1);
  arm(f, 2, 3);
  assert_int_equal(wheel_expire(&f->wheel, 500), 2);
}

static void a_deadline_of_now_fires_now(void **state) {
  struct fixture *f = *state;
  arm(f, 1, 0);
  assert_int_equal(wheel_expire(&f->wheel, 0), 1);
}

static void a_removed_timer_does_not_fire(void **state) {
  struct fixture *f = *state;
  wheel_remove(&f->wheel, arm(f, 7, 100));
  assert_int_equal(wheel_expire(&f->wheel, 1e9), 0);
  assert_true(isinf(wheel_deadline(&f->wheel)));
}

static void infinity_disarms(void **state) {
  struct fixture *f = *state;
  uint32_t timer = arm(f, 7, 100);
  wheel_arm(&f->wheel, timer, INFINITY);
  assert_true(isinf(wheel_deadline(&f->wheel)));
  assert_int_equal(wheel_expire(&f->wheel, 1e9), 0);
}

static void arming_again_moves_a_timer(void **state) {
  struct fixture *f = *state;
  uint32_t timer = arm(f, 7, 100);
  wheel_arm(&f->wheel, timer, 200);
  assert_int_equal(wheel_expire(&f->wheel, 199), 0);
  wheel_arm(&f->wheel, timer, 150);
  assert_int_equal(wheel_expire(&f->wheel, 199), 7);
}

static void a_timer_can_be_armed_again_after_it_fired(void **state) {
  struct fixture *f = *state;
  uint32_t timer = arm(f, 7, 100);
  assert_int_equal(wheel_expire(&f->wheel, 100), 7);
  wheel_arm(&f->wheel, timer, 300);
  assert_int_equal(wheel_expire(&f->wheel, 299), 0);
  assert_int_equal(wheel_expire(&f->wheel, 300), 7);
}

static void an_expired_timer_may_arm_itself_for_the_same_moment_later(void **state) {
  struct fixture *f = *state;
  uint32_t timer = arm(f, 7, 100);
  assert_int_equal(wheel_expire(&f->wheel, 100), 7);
  wheel_arm(&f->wheel, timer, 101);
  assert_int_equal(wheel_expire(&f->wheel, 100), 0);
  assert_int_equal(wheel_expire(&f->wheel, 101), 7);
}

/* ---- Long ones ----------------------------------------------------------------------------- */

static void deadlines_of_every_magnitude_fire_on_time(void **state) {
  struct fixture *f = *state;
  double now = 0;
  for (double delay = 1; delay < 1e13; delay *= 3) {
    arm(f, 7, now + delay);
    assert_int_equal(wheel_expire(&f->wheel, now + delay - 1), 0);
    assert_int_equal(wheel_expire(&f->wheel, now + delay), 7);
    now += delay;
  }
}

static void a_huge_jump_fires_all_in_order(void **state) {
  struct fixture *f = *state;
  double deadlines[] = {5, 64, 65, 4095, 4096, 262144, 3e9, 1e12};
  for (uint32_t i = 8; i > 0; i--) {
    arm(f, i, deadlines[i - 1]);
  }
  for (uint32_t i = 1; i <= 8; i++) {
    assert_int_equal(wheel_expire(&f->wheel, 1e13), i);
  }
  assert_int_equal(wheel_expire(&f->wheel, 1e13), 0);
}

static void timers_of_one_moment_fire_in_the_order_of_arming(void **state) {
  struct fixture *f = *state;
  for (uint32_t i = 1; i <= 100; i++) {
    arm(f, i, 5000);
  }
  for (uint32_t i = 1; i <= 100; i++) {
    assert_int_equal(wheel_expire(&f->wheel, 6000), i);
  }
}

static void timers_of_one_distant_slot_fire_in_the_order_of_their_deadlines(void **state) {
  struct fixture *f = *state;
  arm(f, 1, 1073741821);
  arm(f, 2, 1073741820);
  assert_int_equal(wheel_expire(&f->wheel, 1073741819), 0);
  assert_int_equal(wheel_expire(&f->wheel, 1073741820), 2);
  assert_int_equal(wheel_expire(&f->wheel, 1073741821), 1);
}

/* ---- Memory -------------------------------------------------------------------------------- */

static void arming_within_what_was_reserved_takes_no_memory(void **state) {
  struct fixture *f = *state;
  assert_int_equal(wheel_reserve(&f->wheel, 1000), 0);
  uint64_t asked = f->heap.asked;
  for (uint32_t i = 1; i <= 1000; i++) {
    wheel_arm(&f->wheel, wheel_add(&f->wheel, i), i * 1e6);
  }
  while (wheel_expire(&f->wheel, 1e12) != 0) {
  }
  assert_int_equal(f->heap.asked, asked);
}

static void a_refused_reservation_is_an_error(void **state) {
  struct fixture *f = *state;
  f->heap.refuse = f->heap.asked + 1;
  assert_int_equal(wheel_reserve(&f->wheel, 1), TIDEMARK_ERROR_MEMORY);
  assert_int_equal(wheel_reserve(&f->wheel, 1), 0);
}

/* ---- Against a list that tells the truth --------------------------------------------------- */

enum { MODEL_TIMERS = 60 };

struct model_timer {
  uint32_t id;
  double deadline;   /* INFINITY: not armed */
  uint64_t armed_at; /* for the order within one tick */
};

struct model {
  struct fixture *f;
  double now;
  uint64_t armings;
  struct model_timer timers[MODEL_TIMERS]; /* owner: index + 1 */
};

/* The wheel counts whole ms. */
static double tick_of(const struct model *m, const struct model_timer *t) {
  return fmax(ceil(t->deadline), floor(m->now));
}

static double random_delay(uint64_t *random) {
  double scale = ldexp(1, (int)test_random_below(random, 44));
  return scale * test_random_below(random, 1000) / 1000.0;
}

static void arm_one(struct model *m, uint64_t *random) {
  struct model_timer *t = &m->timers[test_random_below(random, MODEL_TIMERS)];
  t->deadline = test_random_below(random, 8) == 0 ? INFINITY : m->now + random_delay(random);
  t->armed_at = ++m->armings;
  wheel_arm(&m->f->wheel, t->id, t->deadline);
}

static void replace_one(struct model *m, uint64_t *random) {
  uint32_t i = test_random_below(random, MODEL_TIMERS);
  wheel_remove(&m->f->wheel, m->timers[i].id);
  m->timers[i] = (struct model_timer){.id = add(m->f, i + 1), .deadline = INFINITY};
}

static struct model_timer *first_due(struct model *m, double until) {
  struct model_timer *first = NULL;
  for (struct model_timer *t = m->timers; t < m->timers + MODEL_TIMERS; t++) {
    if (ceil(t->deadline) > floor(until)) {
      continue;
    }
    if (first == NULL || tick_of(m, t) < tick_of(m, first) ||
        (tick_of(m, t) == tick_of(m, first) && t->armed_at < first->armed_at)) {
      first = t;
    }
  }
  return first;
}

static void check_deadline(struct model *m) {
  double first = INFINITY;
  for (const struct model_timer *t = m->timers; t < m->timers + MODEL_TIMERS; t++) {
    first = fmin(first, tick_of(m, t));
  }
  assert_true(wheel_deadline(&m->f->wheel) <= first);
  assert_true(isinf(first) == isinf(wheel_deadline(&m->f->wheel)));
}

static void advance(struct model *m, uint64_t *random) {
  double until = m->now + random_delay(random);
  if (test_random_below(random, 3) == 0) {
    until = fmax(m->now, fmin(until, wheel_deadline(&m->f->wheel)));
  }
  for (;;) {
    struct model_timer *due = first_due(m, until);
    uint32_t owner = wheel_expire(&m->f->wheel, until);
    assert_int_equal(owner, due == NULL ? 0 : due - m->timers + 1);
    if (due == NULL) {
      break;
    }
    due->deadline = INFINITY;
  }
  m->now = until;
}

static void run_model(struct fixture *f, uint64_t seed) {
  struct model m = {.f = f};
  uint64_t random = seed;
  for (uint32_t i = 0; i < MODEL_TIMERS; i++) {
    m.timers[i] = (struct model_timer){.id = add(f, i + 1), .deadline = INFINITY};
  }
  for (int i = 0; i < 400 && m.now < 1e14; i++) {
    switch (test_random_below(&random, 8)) {
    case 0:
      advance(&m, &random);
      break;
    case 1:
      replace_one(&m, &random);
      break;
    default:
      arm_one(&m, &random);
      break;
    }
    check_deadline(&m);
  }
}

static void the_wheel_does_what_a_list_of_deadlines_does(void **state) {
  for (uint64_t seed = 1; seed <= 300; seed++) {
    void *fixture;
    setup(&fixture);
    run_model(fixture, seed);
    teardown(&fixture);
  }
}

static void the_wheel_forgets_no_timer_when_it_is_asked_only_at_its_deadlines(void **state) {
  struct fixture *f = *state;
  uint64_t random = 9;
  double last = 0;
  for (uint32_t i = 1; i <= 2000; i++) {
    double deadline = floor(random_delay(&random));
    last = fmax(last, deadline);
    arm(f, i, deadline);
  }
  int fired = 0;
  double now = 0;
  while (!isinf(wheel_deadline(&f->wheel))) {
    assert_true(wheel_deadline(&f->wheel) >= now);
    now = wheel_deadline(&f->wheel);
    while (wheel_expire(&f->wheel, now) != 0) {
      fired++;
    }
  }
  assert_int_equal(fired, 2000);
  assert_true(now == last);
}

#define PROMISE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      PROMISE(nothing_waits_in_a_new_wheel),
      PROMISE(a_timer_fires_at_its_deadline_and_once),
      PROMISE(a_timer_never_fires_early_by_a_fraction),
      PROMISE(a_deadline_that_has_passed_fires_at_once),
      PROMISE(a_deadline_of_now_fires_now),
      PROMISE(a_removed_timer_does_not_fire),
      PROMISE(infinity_disarms),
      PROMISE(arming_again_moves_a_timer),
      PROMISE(a_timer_can_be_armed_again_after_it_fired),
      PROMISE(an_expired_timer_may_arm_itself_for_the_same_moment_later),
      PROMISE(deadlines_of_every_magnitude_fire_on_time),
      PROMISE(a_huge_jump_fires_all_in_order),
      PROMISE(timers_of_one_moment_fire_in_the_order_of_arming),
      PROMISE(timers_of_one_distant_slot_fire_in_the_order_of_their_deadlines),
      PROMISE(arming_within_what_was_reserved_takes_no_memory),
      PROMISE(a_refused_reservation_is_an_error),
      PROMISE(the_wheel_does_what_a_list_of_deadlines_does),
      PROMISE(the_wheel_forgets_no_timer_when_it_is_asked_only_at_its_deadlines),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
