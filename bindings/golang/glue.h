/* SPDX-License-Identifier: MIT */
/* What the generated wrappers, and through them the methods in Go, share. */

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
  int errnum;     /* of a failure */
  char *message;  /* of a failure; NULL: no memory for it */
  uint64_t panic; /* not 0 if a callback panicked: see takePanic */
};

/* What the wrappers return.  The status is NULL if the call succeeded, else Go
 * passes it to nbdgo_free_status in the end. */
struct nbdgo_number {
  int64_t value;
  struct nbdgo_status *status;
};

struct nbdgo_string {
  char *value;
  struct nbdgo_status *status;
};

/* The memory of a buffer.  Its users are the buffer in Go, until that is freed,
 * and each command until that is retired. */
struct nbdgo_memory {
  uint64_t users; /* first, since Go's atomics need it aligned to 8 bytes */
  void *start;
};

/* A function in Go for as long as the library may call it. */
struct nbdgo_closure {
  uint64_t id; /* in the table of closures.go */
  struct nbd_handle *h;
  struct nbdgo_memory *memory; /* that the command uses, or NULL */
  bool released;               /* Go has forgotten the function already */
  struct nbdgo_closure *next;  /* of those that are not in use */
};

/* The closures that the library has freed, until Go takes them. */
extern struct nbdgo_closure *nbdgo_returned;

/* A panic that callbacks have left for the end of this thread's call. */
extern _Thread_local uint64_t nbdgo_panic;

/* The handle whose callback this thread is in, with that handle's lock. */
extern _Thread_local struct nbd_handle *nbdgo_in_callback;

struct nbdgo_number nbdgo_create (void);
struct nbdgo_status *nbdgo_close (uintptr_t handle);

struct nbdgo_status *nbdgo_refused (const char *name);
struct nbdgo_status *nbdgo_status (bool failed);
void nbdgo_free_status (struct nbdgo_status *status);

void nbdgo_free_closure (void *closure);

struct nbdgo_memory *nbdgo_make_memory (size_t size, bool cleared);
void nbdgo_drop_memory (void *memory);

/* Take what this thread's last call has left: an error, a panic, or both. */
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
