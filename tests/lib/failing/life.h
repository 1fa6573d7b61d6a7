/* SPDX-License-Identifier: MIT */

/* Whole lives of handles, for tests that let something fail underneath the
 * library at every place where it can: see library.h. */

#ifndef LIFE_H
#define LIFE_H

#include <stdbool.h>

#include <libnbd.h>

#include "library.h"

/* The first call that failed. */
struct outcome {
  const char *call; /* NULL: none did */
  int errnum;
  char text[512]; /* empty when there was no message */
};

/* Whether handles have a debug callback. */
extern bool life_is_logged;

/* Whether outages may not last, of lives in outages. */
extern bool life_is_short;

struct life {
  const char *name;
  void (*live) (struct outcome *o);
};

/* All that a program tries, which is linked with life-in-clear.c, with
 * life-over-tls.c, or with life-in-outages.c; each group ends with NULL, and
 * so do the groups. */
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

/* What lives are made of.  Each closure counts in a place of its own. */
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

/* What a connected handle is used for; the handle is closed. */
extern void use (struct nbd_handle *h, struct outcome *o);

/* Live once, and check what must hold however it went: each closure was
 * freed once, completions came once if the call was accepted, no
 * descriptor, child or thread is left. */
extern struct outcome live (const struct life *life);

/* All lives with system calls that are interrupted, do a part of their work,
 * or find nothing: no call fails.  In oddities.c, for system-calls.c. */
extern void oddities_make_no_difference (void);

#endif /* LIFE_H */
