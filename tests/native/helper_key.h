/*
 * Keys for tests, in a notation that reads like a path:
 *
 *      tasks/list/{project:9,tags:[a,'7']}     ['tasks','list',{project:9,tags:['a','7']}]
 *
 * A bare word is a string, unless it is a number, null, true or false; 'quotes' make it a string.
 * "" is the empty key.
 */
#ifndef HELPER_KEY_H
#define HELPER_KEY_H

#include <stddef.h>
#include <stdint.h>

enum { KEY_BYTES = 8192 };

struct key {
  uint8_t bytes[KEY_BYTES];
  size_t length;
};

struct key key(const char *notation);

/* Parts one by one, for keys that have no notation. */
void key_add_byte(struct key *k, uint8_t byte);
void key_add_number(struct key *k, double number);
void key_add_string(struct key *k, const char *text, size_t length);

#endif
