/* The mistakes planted in the core (src/planted.h), of which a build made for it has one at a time.
 */
#ifndef SIMULATION_BUGS_H
#define SIMULATION_BUGS_H

#include <stdbool.h>

/* From here on the core makes that mistake. False if this build of it has none of that name. */
bool bug_plant(const char *name);
/* One a line: its name and what is wrong. */
void bugs_print(void);

#endif
