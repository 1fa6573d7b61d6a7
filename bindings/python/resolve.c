/* SPDX-License-Identifier: MIT */
/* Futures instead of completion callbacks, for main loops.
 *
 * If the completion of a command is a driver (see driver.c), the method
 * returns a future instead of a cookie.  When the command completes, nothing
 * in Python is called: its closure is put on the handle's list, without the
 * interpreter's lock.  Later, resolve gives all futures of the list their
 * results, which are the errno of the command or 0.  A command that succeeded
 * is retired.  A command that failed is not, so that aio_command_completed
 * can say why. */

#include <sys/eventfd.h>

#include "glue.h"

/* The result of a method that has issued a command. */
PyObject *
nbdpy_from_cookie (struct call *call, int64_t cookie)
{
  if (call->future == NULL)
    return PyLong_FromLongLong (cookie);
  if (nbdpy_begin_future (call->future, cookie) == -1)
    return NULL;
  return nbdpy_steal (&call->future);
}

void
nbdpy_drop_call (struct call *call)
{
  nbdpy_drop (&call->future);
}

void
nbdpy_wake (struct py_handle *handle)
{
  if (handle->waker >= 0)
    eventfd_write (handle->waker, 1);
}

/* Any thread may complete commands while another one resolves.  Completions
 * in a call of notify are resolved after that call.  For all others, such as
 * those in a blocking call, the loop must be woken. */
static void
put_on_list (struct closure *closure)
{
  struct py_handle *owner = closure->owner;
  _Atomic (struct closure *) *list = &owner->completed;

  closure->listed = true;
  closure->next_completed = atomic_load (list);
  while (!atomic_compare_exchange_weak (list, &closure->next_completed,
                                        closure))
    ;
  if (!atomic_load (&owner->driving))
    nbdpy_wake (owner);
}

int
nbdpy_complete_future (struct closure *closure, int error)
{
  closure->error = error;
  closure->has_completed = true;
  if (error == 0)
    return 1;
  put_on_list (closure);
  return 0;
}

/* The library frees the closure of a command that succeeded right after the
 * completion, and only then does the closure belong to us.  Returns false if
 * it must be freed in the normal way. */
bool
nbdpy_free_later (struct closure *closure)
{
  if (!closure->has_completed || closure->error != 0)
    return false;
  closure->freed = true;
  put_on_list (closure);
  return true;
}

/* Take the list, in the order in which commands completed. */
static struct closure *
take_list (struct py_handle *handle)
{
  struct closure *last_first = atomic_exchange (&handle->completed, NULL);
  struct closure *list = NULL;

  while (last_first != NULL) {
    struct closure *next = last_first->next_completed;
    last_first->next_completed = list;
    list = last_first;
    last_first = next;
  }
  return list;
}

/* Remove the first closure from the list, and return its future. */
static PyObject *
next_future (struct closure **list, int *error)
{
  struct closure *closure = *list;
  PyObject *future = Py_NewRef (closure->function);

  *list = closure->next_completed;
  *error = closure->error;
  closure->listed = false;
  if (closure->freed)
    nbdpy_drop_closure (&closure);
  return future;
}

/* Return the descriptor that becomes readable when commands have completed
 * outside of notify, and when the last call has ended that kept the handle
 * from being closed.  It belongs to the handle. */
PyObject *
nbdpy_waker (PyObject *module UNUSED, PyObject *self)
{
  if (!Py_IS_TYPE (self, &nbdpy_handle_type)) {
    PyErr_SetString (PyExc_TypeError, "waker: not a handle");
    return NULL;
  }
  struct py_handle *handle = (struct py_handle *) self;
  if (handle->waker == -1)
    handle->waker = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (handle->waker == -1)
    return PyErr_SetFromErrno (PyExc_OSError);
  return PyLong_FromLong (handle->waker);
}

/* Tell the handle that its descriptor is ready for writing or reading.  The
 * caller must call resolve. */
PyObject *
nbdpy_notify (PyObject *module UNUSED, PyObject *const *args,
              Py_ssize_t nargs)
{
  struct call call;
  bool write;

  if (nbdpy_open (&call, "notify", true, args, nargs, 2) == -1
      || nbdpy_get_bool (&call, 1, &write) == -1
      || nbdpy_still_open (&call) == -1)
    return NULL;
  atomic_store (&call.handle->driving, true);
  nbdpy_enter (&call);
  int ret = write ? nbd_aio_notify_write (call.h)
                  : nbd_aio_notify_read (call.h);
  nbdpy_leave (&call);
  atomic_store (&call.handle->driving, false);
  return ret == -1 ? nbdpy_raise () : nbdpy_none ();
}

/* Give all futures their results, even if one raises an exception.  The first
 * exception is raised at the end. */
PyObject *
nbdpy_resolve (PyObject *module UNUSED, PyObject *self)
{
  PyObject *type = NULL, *value = NULL, *traceback = NULL;
  long count = 0;

  if (!Py_IS_TYPE (self, &nbdpy_handle_type)) {
    PyErr_SetString (PyExc_TypeError, "resolve: not a handle");
    return NULL;
  }
  struct closure *list = take_list ((struct py_handle *) self);
  for (; list != NULL; count++) {
    int error;
    CLEANUP (nbdpy_drop) PyObject *future = next_future (&list, &error);
    if (nbdpy_finish_future (future, error) == 0)
      continue;
    if (type == NULL)
      PyErr_Fetch (&type, &value, &traceback);
    else
      PyErr_WriteUnraisable (future);
  }
  if (type == NULL)
    return PyLong_FromLong (count);
  PyErr_Restore (type, value, traceback);
  return NULL;
}

/* Nobody will call resolve any more. */
void
nbdpy_forget_futures (struct py_handle *handle)
{
  struct closure *list = take_list (handle);

  while (list != NULL) {
    int error;
    Py_DECREF (next_future (&list, &error));
  }
}
