/* The scopes of a world, as bits: tasks and members of a project, and one that nothing happens in.
 */
#ifndef SIMULATION_SCOPES_H
#define SIMULATION_SCOPES_H

#include "database.h"

enum { SCOPES = PROJECTS + 1, ALL_SCOPES = (1 << SCOPES) - 1 };

/* As a list of names, for SCOPES and SET_SCOPES. */
struct encoded scopes_encode(uint32_t scopes);
/* What an answer for the key depends on. */
uint32_t key_scopes(uint32_t key);
/* In which a change is told; none for a foreign project's. */
uint32_t change_scope(const struct change *change);
const char *scope_name(uint32_t index);

#endif
