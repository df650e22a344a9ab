#include "workload.h"

#include <stdio.h>
#include <string.h>

#include "tidemark.h"

enum { GROUP = 100, SAMPLE = 1000 };

#define EPOCH "k3f9"

const char WORKLOAD_RULES[] =
    "[{\"on\":\"task\",\"invalidate\":[[\"tasks\",\"list\",\"$project_id\",\"$id\"]]}]";
const char WORKLOAD_HELLO[] =
    "{\"type\":\"hello\",\"v\":1,\"epoch\":\"" EPOCH "\",\"seq\":0,\"ping\":0}";
const char WORKLOAD_SUBSCRIBED[] =
    "{\"type\":\"subscribed\",\"epoch\":\"" EPOCH "\",\"seq\":0,\"recovered\":true}";

static void add_byte(struct workload_key *key, uint8_t byte) {
  key->bytes[key->length++] = byte;
}

static void add_string(struct workload_key *key, const char *text) {
  size_t length = strlen(text);
  add_byte(key, TIDEMARK_KEY_STRING);
  add_byte(key, (uint8_t)length);
  add_byte(key, 0);
  memcpy(key->bytes + key->length, text, length);
  key->length += length;
}

static void add_number(struct workload_key *key, double number) {
  add_byte(key, TIDEMARK_KEY_NUMBER);
  memcpy(key->bytes + key->length, &number, sizeof number);
  key->length += sizeof number;
}

struct workload_key workload_group(uint32_t i) {
  struct workload_key key = {.length = 0};
  add_string(&key, "tasks");
  add_string(&key, "list");
  add_number(&key, i / GROUP);
  return key;
}

struct workload_key workload_task(uint32_t i) {
  struct workload_key key = workload_group(i);
  char id[16];
  snprintf(id, sizeof id, "t-%u", i);
  add_string(&key, id);
  return key;
}

struct workload_key workload_object(uint32_t i) {
  struct workload_key key = {.length = 0};
  add_string(&key, "tasks");
  add_string(&key, "list");
  add_byte(&key, TIDEMARK_KEY_OBJECT);
  add_string(&key, "project");
  add_number(&key, i / GROUP);
  add_string(&key, "page");
  add_number(&key, i % GROUP);
  add_string(&key, "order");
  add_string(&key, "due");
  add_byte(&key, TIDEMARK_KEY_END);
  return key;
}

size_t workload_message(uint32_t i, uint64_t seq, char out[WORKLOAD_TEXT_BYTES]) {
  return (size_t)snprintf(
      out, WORKLOAD_TEXT_BYTES,
      "{\"type\":\"cache_invalidate\",\"epoch\":\"" EPOCH "\",\"seq\":%llu,\"prev\":%llu,"
      "\"data\":{\"resource\":\"task\",\"id\":\"t-%u\",\"action\":\"UPDATE\",\"project_id\":%u,"
      "\"timestamp\":\"2026-03-01T12:00:00.000Z\"}}",
      (unsigned long long)seq, (unsigned long long)seq - 1, i, i / GROUP);
}

uint32_t workload_sample_count(uint32_t size) {
  return size < SAMPLE ? size : SAMPLE;
}

uint32_t workload_sample(uint32_t size, uint64_t n) {
  return (uint32_t)(n % workload_sample_count(size) * 611953 % size);
}
