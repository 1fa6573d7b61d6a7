/* SPDX-License-Identifier: MIT */
/* Errors, closures and panics on the C side of the Go package. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "glue.h"
#include "_cgo_export.h"

_Thread_local uint64_t nbdgo_panic;
_Thread_local struct nbd_handle *nbdgo_in_callback;

/* Without memory the Go runtime could not continue, either. */
static struct nbdgo_status *
new_status (void)
{
  struct nbdgo_status *status = calloc (1, sizeof *status);
  if (status == NULL)
    abort ();
  return status;
}

/* The status of a call that was refused, because it would wait for a lock
 * that its own thread holds. */
struct nbdgo_status *
nbdgo_refused (const char *name)
{
  struct nbdgo_status *status = new_status ();

  status->failed = true;
  status->errnum = EDEADLK;
  if (asprintf (&status->message,
                "%s: called from a callback of the same handle, which would"
                " wait for ever: %s",
                name, strerror (EDEADLK))
      == -1)
    status->message = NULL;
  return status;
}

struct nbdgo_status *
nbdgo_status (bool failed)
{
  struct nbdgo_status *status = new_status ();

  if (failed) {
    const char *message = nbd_get_error ();
    status->failed = true;
    status->errnum = nbd_get_errno ();
    status->message = strdup (message ? message : "unknown error");
  }
  status->panic = nbdgo_panic;
  nbdgo_panic = 0;
  return status;
}

void
nbdgo_free_status (struct nbdgo_status *status)
{
  free (status->message);
  free (status);
}

struct nbdgo_number
nbdgo_create (void)
{
  struct nbd_handle *h = nbd_create ();

  return (struct nbdgo_number) {
    .value = (intptr_t) h,
    .status = nbdgo_finish (h == NULL),
  };
}

struct nbdgo_status *
nbdgo_close (uintptr_t handle)
{
  nbd_close ((struct nbd_handle *) handle);
  return nbdgo_finish (false);
}

/* Buffers ----------------------------------------------------------------- */

/* Allocate memory whose first user is the buffer in Go.  Returns NULL without
 * memory. */
struct nbdgo_memory *
nbdgo_make_memory (size_t size, bool cleared)
{
  struct nbdgo_memory *memory = malloc (sizeof *memory);

  if (memory == NULL)
    return NULL;
  if (size == 0)
    size = 1;
  memory->users = 1;
  memory->start = cleared ? calloc (size, 1) : malloc (size);
  if (memory->start == NULL) {
    free (memory);
    return NULL;
  }
  return memory;
}

/* The free function of commands without a completion callback, so any thread
 * may call this at any time. */
void
nbdgo_drop_memory (void *user_data)
{
  struct nbdgo_memory *memory = user_data;

  if (memory == NULL
      || __atomic_sub_fetch (&memory->users, 1, __ATOMIC_ACQ_REL) > 0)
    return;
  free (memory->start);
  free (memory);
}

/* Closures ---------------------------------------------------------------- */

struct nbdgo_closure *nbdgo_returned;

/* Any thread may call this at any time.  Only Go takes closures from the
 * list, all at once. */
void
nbdgo_free_closure (void *user_data)
{
  struct nbdgo_closure *closure = user_data;

  if (closure == NULL)
    return;
  if (!closure->released)
    nbdgoRelease (closure->id);
  closure->released = false;
  nbdgo_drop_memory (closure->memory);
  closure->memory = NULL;
  closure->next = __atomic_load_n (&nbdgo_returned, __ATOMIC_RELAXED);
  while (!__atomic_compare_exchange_n (&nbdgo_returned, &closure->next,
                                       closure, true, __ATOMIC_RELEASE,
                                       __ATOMIC_RELAXED))
    ;
}
