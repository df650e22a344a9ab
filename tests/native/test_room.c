/* Room that no memory has: it is refused before anybody is asked for it. */
#include "bytes.h"
#include "helper_heap.h"
#include "helper_test.h"
#include "pool.h"
#include "table.h"

struct item {
  uint32_t value;
};

static struct heap heap;
static struct memory memory;

static int setup(void **state) {
  heap = (struct heap){0};
  memory = (struct memory){.allocator = heap_allocator(&heap)};
  return 0;
}

static int teardown(void **state) {
  assert_int_equal(heap.asked, 0);
  return 0;
}

#define PROMISE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static void a_size_that_does_not_fit_a_number_is_refused(void **state) {
  assert_null(memory_allocate(&memory, SIZE_MAX / 2, 3));
}

static void no_bytes_at_all_are_refused(void **state) {
  assert_null(memory_allocate(&memory, 0, 8));
  assert_null(memory_allocate(&memory, 8, 0));
}

static void a_text_of_half_the_address_space_is_refused(void **state) {
  struct bytes bytes;
  bytes_init(&bytes, &memory);
  bytes_add(&bytes, "", SIZE_MAX / 2 + 2);
  assert_true(bytes.failed);
  assert_int_equal(bytes.length, 0);
}

static void more_items_than_there_are_ids_are_refused(void **state) {
  struct pool pool;
  pool_init(&pool, sizeof(struct item));
  assert_int_equal(pool_reserve(&pool, &memory, UINT32_MAX - 1), TIDEMARK_ERROR_MEMORY);
}

static void more_slots_than_there_are_hashes_are_refused(void **state) {
  struct table table = {0};
  assert_int_equal(table_reserve(&table, &memory, UINT32_MAX), TIDEMARK_ERROR_MEMORY);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      PROMISE(a_size_that_does_not_fit_a_number_is_refused),
      PROMISE(no_bytes_at_all_are_refused),
      PROMISE(a_text_of_half_the_address_space_is_refused),
      PROMISE(more_items_than_there_are_ids_are_refused),
      PROMISE(more_slots_than_there_are_hashes_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
