/*
 * What must hold, said in code. On in builds that define TIDEMARK_CHECKED (native tests, fuzzers,
 * simulator); nothing of it is in a release build, where the condition is not even compiled.
 */
#ifndef TIDEMARK_INVARIANT_H
#define TIDEMARK_INVARIANT_H

#ifdef TIDEMARK_CHECKED
/* Supplied by the program that links a checked core: reports, and does not return. */
void tidemark_invariant_broken(const char *condition, const char *file, int line);
#define INVARIANT(condition)                                                                       \
  ((condition) ? (void)0 : tidemark_invariant_broken(#condition, __FILE__, __LINE__))
#else
#define INVARIANT(condition) ((void)0)
#endif

#endif
