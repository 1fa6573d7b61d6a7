/* SPDX-License-Identifier: MIT */
/* Declarations that the generated wrappers and the methods in Go share. */

#ifndef NBDGO_GLUE_H
#define NBDGO_GLUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <libnbd.h>

/* How a call ended that did not simply succeed. */
struct nbdgo_status {
  bool failed;
  int errnum;     /* if it failed */
  char *message;  /* if it failed; NULL: no memory for it */
  uint64_t panic; /* not 0 if a callback panicked: see takePanic */
};

/* The results of the wrappers.  The status is NULL if the call succeeded.
 * Otherwise Go must pass it to nbdgo_free_status. */
struct nbdgo_number {
  int64_t value;
  struct nbdgo_status *status;
};

struct nbdgo_string {
  char *value;
  struct nbdgo_status *status;
};

/* The memory of a buffer.  Its users are the buffer in Go, until it is freed,
 * and each command, until it is retired. */
struct nbdgo_memory {
  uint64_t users; /* first, because Go's atomics need 8-byte alignment */
  void *start;
};

/* A function in Go that the library may call. */
struct nbdgo_closure {
  uint64_t id; /* its slot in the table of closures.go */
  struct nbd_handle *h;
  struct nbdgo_memory *memory; /* used by the command, or NULL */
  bool released;               /* Go has already forgotten the function */
  struct nbdgo_closure *next;  /* in the list of unused ones */
};

/* The closures that the library has freed, and that Go has not taken yet. */
extern struct nbdgo_closure *nbdgo_returned;

/* A panic of a callback, for the end of this thread's call. */
extern _Thread_local uint64_t nbdgo_panic;

/* The handle whose callback this thread runs, with that handle's lock
 * held. */
extern _Thread_local struct nbd_handle *nbdgo_in_callback;

struct nbdgo_number nbdgo_create (void);
struct nbdgo_status *nbdgo_close (uintptr_t handle);

struct nbdgo_status *nbdgo_refused (const char *name);
struct nbdgo_status *nbdgo_status (bool failed);
void nbdgo_free_status (struct nbdgo_status *status);

void nbdgo_free_closure (void *closure);

struct nbdgo_memory *nbdgo_make_memory (size_t size, bool cleared);
void nbdgo_drop_memory (void *memory);

/* Take the result of this thread's last call: an error, a panic, or both. */
static inline struct nbdgo_status *
nbdgo_finish (bool failed)
{
  return failed || nbdgo_panic != 0 ? nbdgo_status (failed) : NULL;
}

static inline struct nbd_handle *
nbdgo_begin_callback (struct nbdgo_closure *closure)
{
  struct nbd_handle *outer = nbdgo_in_callback;

  nbdgo_in_callback = closure->h;
  return outer;
}

static inline void
nbdgo_end_callback (struct nbd_handle *outer)
{
  nbdgo_in_callback = outer;
}

#endif /* NBDGO_GLUE_H */
