/* SPDX-License-Identifier: MIT */
/* OCaml functions as closures of the library.
 *
 * The library owns a closure from the call that it is passed to until it
 * calls nbdml_free_closure.  During that time the closure's function and its
 * buffer are in the array of the handle, where the garbage collector finds
 * them.  The handle is a root of each call on it.  Callbacks run only inside
 * of such calls, with the lock of the handle held, and mostly without the
 * runtime lock.
 *
 * A callback is run by a function of NBD.ml, which gets the arguments from
 * the accessors below.  So every failure, even lack of memory, is an
 * exception in OCaml code.  It is caught here, kept in the call that runs the
 * callback, and raised when that call has returned. */

#define CAML_NAME_SPACE
#include <caml/callback.h>
#include <caml/fail.h>

#include "glue.h"

/* Life -------------------------------------------------------------------- */

/* The number of closures that one call may keep to be dropped when it
 * returns.  To take the runtime lock for each of them would cost more than
 * everything else. */
#define FREED_MAX 64

/* Another domain may have grown the array first; then nothing is left to
 * do. */
static void
grow (value *self)
{
  CAMLparam0 ();
  CAMLlocal1 (kept);
  struct handle *handle = Handle_val (*self);
  size_t size = handle->size * 2 + KEPT_MAX + 1;
  kept = caml_alloc (size, 0);
  size_t *idle = malloc (size * sizeof *idle);
  if (idle == NULL)
    caml_raise_out_of_memory ();
  kept_begin (&handle->lock);
  if (size > handle->size) {
    size_t *old = handle->idle;
    for (size_t i = 0; i < handle->size; i++)
      Store_field (kept, i, Field (Kept_val (*self), i));
    if (handle->nr_idle > 0)
      memcpy (idle, old, handle->nr_idle * sizeof *idle);
    while (handle->size < size)
      idle[handle->nr_idle++] = handle->size++;
    handle->idle = idle;
    idle = old;
    caml_modify (&Kept_val (*self), kept);
  }
  kept_end (&handle->lock);
  free (idle);
  CAMLreturn0;
}

/* Make room for what the next call may add to the array.  This can raise
 * Out_of_memory, so it must come before everything else. */
void
nbdml_reserve (value *self)
{
  while (Handle_val (*self)->nr_idle < KEPT_MAX)
    grow (self);
}

static size_t
keep (struct call *call, value v)
{
  struct handle *handle = call->handle;
  size_t i = NOTHING;
  if (v == Val_unit)
    return NOTHING;
  kept_begin (&handle->lock);
  if (handle->nr_idle > 0) {
    i = handle->idle[--handle->nr_idle];
    caml_modify (&Field (Kept_val (*call->self), i), v);
  }
  else /* other domains have used the room */
    call->out_of_memory = true;
  kept_end (&handle->lock);
  return i;
}

static void
let_go (value self, size_t i)
{
  struct handle *handle = Handle_val (self);
  if (i == NOTHING)
    return;
  kept_begin (&handle->lock);
  caml_modify (&Field (Kept_val (self), i), Val_unit);
  handle->idle[handle->nr_idle++] = i;
  kept_end (&handle->lock);
}

static struct closure *
new_closure (struct call *call, value function, value buffer)
{
  struct closure *closure = malloc (sizeof *closure);
  if (closure == NULL) {
    call->out_of_memory = true;
    return NULL;
  }
  closure->function = keep (call, function);
  closure->buffer = keep (call, buffer);
  closure->next = call->closures;
  call->closures = closure;
  return closure;
}

struct closure *
nbdml_closure (struct call *call, value function)
{
  return new_closure (call, function, Val_unit);
}

/* The closure of an optional function.  Without a function it may still have
 * to keep a buffer.  NULL if there is nothing to keep. */
struct closure *
nbdml_completion (struct call *call, value option, value buffer)
{
  value function = Is_block (option) ? Field (option, 0) : Val_unit;
  if (function == Val_unit && buffer == Val_unit)
    return NULL;
  return new_closure (call, function, buffer);
}

/* Drop closures that the library does not own, or no longer owns. */
void
nbdml_drop_closures (value self, struct closure **list)
{
  while (*list != NULL) {
    struct closure *closure = *list;
    *list = closure->next;
    let_go (self, closure->function);
    let_go (self, closure->buffer);
    free (closure);
  }
}

/* The library gives a closure back.  It does so only inside of calls on the
 * closure's handle, which will soon take the runtime lock again. */
void
nbdml_free_closure (void *user_data)
{
  struct closure *closure = user_data;
  struct call *call = nbdml_current ();
  closure->next = call->freed;
  call->freed = closure;
  if (++call->nr_freed < FREED_MAX)
    return;
  call->nr_freed = 0;
  bool taken = nbdml_take_lock ();
  nbdml_drop_closures (*call->self, &call->freed);
  nbdml_give_lock (taken);
}

/* Running ----------------------------------------------------------------- */

/* Keep the first exception.  Later ones are consequences of it. */
static void
keep_exception (struct call *call, value exn)
{
  if (call->exn != Val_unit)
    return;
  call->exn = exn;
  caml_register_generational_global_root (&call->exn);
}

/* Return what the callback returned, or -1 if it raised an exception.  The
 * pointer to the arguments can be passed as an OCaml integer, because it is
 * even; NBD.ml passes it to the accessors. */
int
nbdml_run (struct closure *closure, const struct runner *runner,
           struct arguments *arguments)
{
  int ret = -1;
  struct call *call = nbdml_current ();
  bool taken = nbdml_take_lock ();
  value function = Field (Kept_val (*call->self), closure->function);
  value result = caml_callback2_exn (*runner->function, function,
                                     (value) arguments | 1);
  if (Is_exception_result (result))
    keep_exception (call, Extract_exception (result));
  else
    ret = Int_val (result);
  nbdml_give_lock (taken);
  return ret;
}

/* Called by NBD.ml when all runners are registered. */
extern value nbdml_begin (value unit);

value
nbdml_begin (value unit UNUSED)
{
  for (struct runner *runner = nbdml_runners; runner->name != NULL; runner++)
    runner->function = caml_named_value (runner->name);
  return Val_unit;
}

/* Arguments of callbacks -------------------------------------------------- */

static struct arguments *
arguments_val (value v)
{
  return (struct arguments *) (v & ~(value) 1);
}

extern value nbdml_arg_string (value v, value i);
extern value nbdml_arg_bytes (value v);
extern int64_t nbdml_arg_number (value v);
extern value nbdml_arg_number_byte (value v);
extern value nbdml_arg_word (value v);
extern value nbdml_arg_count (value v);
extern int64_t nbdml_arg_entry32 (value v, value i);
extern value nbdml_arg_entry32_byte (value v, value i);
extern int64_t nbdml_arg_length (value v, value i);
extern value nbdml_arg_length_byte (value v, value i);
extern int64_t nbdml_arg_flags (value v, value i);
extern value nbdml_arg_flags_byte (value v, value i);
extern value nbdml_arg_error (value v);
extern value nbdml_arg_set_error (value v, value error);

value
nbdml_arg_string (value v, value i)
{
  return caml_copy_string (arguments_val (v)->strings[Int_val (i)]);
}

value
nbdml_arg_bytes (value v)
{
  struct arguments *arguments = arguments_val (v);
  value bytes = caml_alloc_string (arguments->count);
  if (arguments->count > 0)
    memcpy (Bytes_val (bytes), arguments->data, arguments->count);
  return bytes;
}

int64_t
nbdml_arg_number (value v)
{
  return (int64_t) arguments_val (v)->number;
}

value
nbdml_arg_number_byte (value v)
{
  return caml_copy_int64 (nbdml_arg_number (v));
}

value
nbdml_arg_word (value v)
{
  return Val_long (arguments_val (v)->word);
}

value
nbdml_arg_count (value v)
{
  return Val_long (arguments_val (v)->count);
}

int64_t
nbdml_arg_entry32 (value v, value i)
{
  return ((const uint32_t *) arguments_val (v)->data)[Long_val (i)];
}

value
nbdml_arg_entry32_byte (value v, value i)
{
  return caml_copy_int64 (nbdml_arg_entry32 (v, i));
}

int64_t
nbdml_arg_length (value v, value i)
{
  const nbd_extent *extents = arguments_val (v)->data;
  return (int64_t) extents[Long_val (i)].length;
}

value
nbdml_arg_length_byte (value v, value i)
{
  return caml_copy_int64 (nbdml_arg_length (v, i));
}

int64_t
nbdml_arg_flags (value v, value i)
{
  const nbd_extent *extents = arguments_val (v)->data;
  return (int64_t) extents[Long_val (i)].flags;
}

value
nbdml_arg_flags_byte (value v, value i)
{
  return caml_copy_int64 (nbdml_arg_flags (v, i));
}

value
nbdml_arg_error (value v)
{
  return Val_int (*arguments_val (v)->error);
}

value
nbdml_arg_set_error (value v, value error)
{
  *arguments_val (v)->error = Int_val (error);
  return Val_unit;
}
