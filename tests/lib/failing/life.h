/* SPDX-License-Identifier: MIT */

/* Whole lives of handles, from nbd_create to nbd_close, for tests that let
 * each call that the library makes fail in turn: see library.h. */

#ifndef LIFE_H
#define LIFE_H

#include <stdbool.h>

#include <libnbd.h>

#include "library.h"

/* The first call that failed, and its error. */
struct outcome {
  const char *call; /* NULL: no call failed */
  int errnum;
  char text[512]; /* empty if there was no message */
};

/* Whether handles have a debug callback. */
extern bool life_is_logged;

/* Lives in outages: whether an outage may end in an error after a short
 * time. */
extern bool life_is_short;

struct life {
  const char *name;
  void (*live) (struct outcome *o);
};

/* The lives that a program tries.  It is linked with life-in-clear.c,
 * life-over-tls.c or life-in-outages.c.  The list of groups and each group end
 * with NULL. */
extern const struct life *const life_groups[];
extern const struct life connect_lives[];
extern const enum life_kind {
  IN_CLEAR = 1,
  OVER_TLS = 2,
  IN_OUTAGES = 4,
} life_kind;

#define FOR_EACH_LIFE(life)                                             \
  for (const struct life *const *life_group = life_groups; *life_group; \
       life_group++)                                                    \
    for (const struct life *life = *life_group; life->name; life++)

/* Parts of lives.  Each closure gets a counter of its own. */
extern struct calls *another (void);
extern int64_t note (struct outcome *o, const char *call, int64_t result);
extern struct nbd_handle *create (struct outcome *o);
extern void end (struct nbd_handle *h);

#define TRY(call) note (o, #call, LIB (call))
#define TRY_STRING(call)         \
  do {                           \
    char *s = LIB (call);        \
    note (o, #call, s ? 0 : -1); \
    IN_LIBRARY (free (s));       \
  } while (0)

/* Use a connected handle, and close it. */
extern void use (struct nbd_handle *h, struct outcome *o);

/* Run one life, and check what must hold whatever failed: each closure was
 * freed once, completions came once if the call was accepted, and no
 * descriptor, child or thread is left. */
extern struct outcome live (const struct life *life);

/* Run all lives with system calls that are interrupted, transfer a part, or
 * find nothing: no call may fail.  In oddities.c, for programs with
 * system-calls.c. */
extern void oddities_make_no_difference (void);

#endif /* LIFE_H */
