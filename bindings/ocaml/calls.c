/* SPDX-License-Identifier: MIT */
/* The begin and the end of each call: whether the handle may be used, and the
 * runtime lock.  A call that takes the lock of the handle gives up the
 * runtime lock, because a thread that holds the handle's lock may be about to
 * run a callback, which needs the runtime lock. */

#define CAML_NAME_SPACE
#include <caml/custom.h>
#include <caml/fail.h>
#include <caml/signals.h>

#include <errno.h>
#include <stdio.h>

#include "glue.h"

/* The call that this thread makes.  In a callback it is the call that runs
 * the callback, until the callback makes a call itself. */
static _Thread_local struct call *current;

struct call *
nbdml_current (void)
{
  return current;
}

/* Take the runtime lock for a callback, unless this thread has it. */
bool
nbdml_take_lock (void)
{
  if (current == NULL || !current->released)
    return false;
  caml_leave_blocking_section ();
  current->released = false;
  return true;
}

/* Signals stay pending, because a handler that raises an exception must not
 * unwind through the library. */
void
nbdml_give_lock (bool taken)
{
  if (!taken)
    return;
  current->released = true;
  caml_enter_blocking_section_no_pending ();
}

/* Steps of a call ---------------------------------------------------------- */

/* Count a use of the handle, so that it is not closed meanwhile. */
static bool
begin_use (struct handle *handle)
{
  int uses = handle->uses;
  do {
    if (uses == CLOSED)
      return false;
  } while (!uses_change (&handle->uses, &uses, uses + 1));
  return true;
}

/* The handle's lock is held while a callback runs, so a call that takes it
 * would wait for itself. */
static bool
inside_callback_of (const struct handle *handle)
{
  for (const struct call *call = current; call != NULL; call = call->outer)
    if (call->handle == handle)
      return true;
  return false;
}

static _Noreturn void
raise_in_callback (const char *name)
{
  char text[160];
  snprintf (text, sizeof text,
            "nbd_%s: called from a callback of the same handle, which is "
            "locked then: %s",
            name, strerror (EDEADLK));
  nbdml_raise_error (text, EDEADLK);
}

/* Begin a call.  Nothing is allocated yet, so signal handlers run here, and
 * errors of the handle are raised here. */
void
nbdml_open (struct call *call, value *self, const char *name, bool locked)
{
  if (locked) {
    caml_process_pending_actions ();
    nbdml_reserve (self);
  }
  struct handle *handle = Handle_val (*self);
  if (locked && inside_callback_of (handle))
    raise_in_callback (name);
  if (!begin_use (handle))
    nbdml_raise_closed (name);
  call->name = name;
  call->self = self;
  call->handle = handle;
  call->h = handle->h;
  call->copies = NULL;
  call->closures = NULL;
  call->freed = NULL;
  call->nr_freed = 0;
  call->mistake = NULL;
  call->exn = Val_unit;
  call->locked = locked;
  call->released = false;
  call->out_of_memory = false;
}

static void
free_copies (struct call *call)
{
  while (call->copies != NULL) {
    struct copy *next = call->copies->next;
    free (call->copies);
    call->copies = next;
  }
}

/* Raise the mistake in the arguments, after everything was freed. */
static _Noreturn void
refuse (struct call *call)
{
  char text[200] = "";
  if (call->mistake != NULL)
    snprintf (text, sizeof text, "NBD.%s: %s", call->name, call->mistake);
  free (call->mistake);
  nbdml_drop_closures (*call->self, &call->closures);
  free_copies (call);
  call->handle->uses -= 1;
  if (call->out_of_memory)
    caml_raise_out_of_memory ();
  caml_invalid_argument (text);
}

/* No value may be used from here to nbdml_leave. */
void
nbdml_enter (struct call *call)
{
  if (call->mistake != NULL || call->out_of_memory)
    refuse (call);
  call->closures = NULL; /* the library owns them now */
  if (!call->locked)
    return;
  call->outer = current;
  current = call;
  call->released = true;
  caml_enter_blocking_section_no_pending ();
}

void
nbdml_leave (struct call *call)
{
  if (!call->locked)
    return;
  caml_leave_blocking_section ();
  call->released = false;
  current = call->outer;
  nbdml_drop_closures (*call->self, &call->freed);
}

/* Raise the exception that a callback raised, if there was one. */
static void
raise_kept (struct call *call)
{
  if (call->exn == Val_unit)
    return;
  value exn = call->exn;
  caml_remove_generational_global_root (&call->exn);
  caml_raise (exn);
}

/* Raise the exception of a callback, because it is the cause, or otherwise
 * the error. */
void
nbdml_finish (struct call *call, bool failed)
{
  free_copies (call);
  call->handle->uses -= 1;
  raise_kept (call);
  if (failed)
    nbdml_raise_error (nbd_get_error (), nbd_get_errno ());
}

/* Life of a handle -------------------------------------------------------- */

/* Finalisers of custom blocks must not use the roots of closures.  So NBD.ml
 * closes the handle with Gc.finalise before this is called. */
static void
finalize (value custom)
{
  struct handle *handle = *(struct handle **) Data_custom_val (custom);
  if (handle != NULL)
    free (handle->idle);
  free (handle);
}

static struct custom_operations operations = {
  .identifier = "libguestfs.org/libnbd handle",
  .finalize = finalize,
  .compare = custom_compare_default,
  .hash = custom_hash_default,
  .serialize = custom_serialize_default,
  .deserialize = custom_deserialize_default,
  .compare_ext = custom_compare_ext_default,
  .fixed_length = custom_fixed_length_default,
};

/* A handle costs a descriptor, so after a hundred lost handles the garbage
 * collector should run. */
#define HANDLES_PER_COLLECTION 100

extern value nbdml_create (value unit);
extern value nbdml_close (value v);

static struct handle *
new_handle (void)
{
  struct handle *handle = calloc (1, sizeof *handle);
  if (handle == NULL)
    caml_raise_out_of_memory ();
  handle->uses = CLOSED;
  kept_init (&handle->lock);
  return handle;
}

value
nbdml_create (value unit)
{
  CAMLparam1 (unit);
  CAMLlocal2 (custom, v);
  custom = caml_alloc_custom (&operations, sizeof (struct handle *), 1,
                              HANDLES_PER_COLLECTION);
  *(struct handle **) Data_custom_val (custom) = NULL;
  *(struct handle **) Data_custom_val (custom) = new_handle ();
  v = caml_alloc_small (3, Object_tag);
  Field (v, 0) = custom;
  Field (v, 1) = Val_unit;
  Kept_val (v) = Atom (0);
  caml_set_oo_id (v);
  struct nbd_handle *h = nbd_create ();
  if (h == NULL)
    nbdml_raise_error (nbd_get_error (), nbd_get_errno ());
  Handle_val (v)->h = h;
  Handle_val (v)->uses = 0;
  CAMLreturn (v);
}

/* Close the handle if it is open.  This calls the callbacks of commands in
 * flight, and then frees all closures. */
value
nbdml_close (value v)
{
  CAMLparam1 (v);
  caml_process_pending_actions ();
  struct handle *handle = Handle_val (v);
  int uses = 0;
  if (!uses_change (&handle->uses, &uses, CLOSED)) {
    if (uses == CLOSED)
      CAMLreturn (Val_unit);
    nbdml_raise_error (
      "nbd_close: a call on this handle is still running, in "
      "another thread or around this callback",
      EBUSY);
  }
  struct call call = {
    .name = "close",
    .self = &v,
    .handle = handle,
    .exn = Val_unit,
    .locked = true,
  };
  nbdml_enter (&call);
  nbd_close (handle->h);
  nbdml_leave (&call);
  handle->h = NULL;
  raise_kept (&call);
  CAMLreturn (Val_unit);
}
