/* SPDX-License-Identifier: MIT */
/* Futures in the place of completion callbacks, for main loops.
 *
 * A command that is given a driver, see driver.c, as its completion returns a
 * future instead of its cookie.  When it completes nothing in Python is called:
 * its closure is put on the handle's list, without the interpreter's lock, and
 * resolve gives all futures of the list their result, which is the errno of the
 * command or 0.  A command that succeeded is retired.  One that failed is not,
 * so that aio_command_completed can say why. */

#include <sys/eventfd.h>

#include "glue.h"

/* What a method returns that has issued a command. */
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

/* Any thread may be completing commands while another one resolves.  Unless it
 * is in a call of notify, after which all is resolved, the loop has to be
 * woken: a blocking call, for instance, completes what others wait for. */
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
  if (!atomic_load (&owner->driving) && owner->waker >= 0)
    eventfd_write (owner->waker, 1);
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

/* The library lets go of a command that succeeded right after it has said so,
 * and only from here on is the closure ours.  Return false if it has to be
 * freed in the ordinary way. */
bool
nbdpy_free_later (struct closure *closure)
{
  if (!closure->has_completed || closure->error != 0)
    return false;
  closure->freed = true;
  put_on_list (closure);
  return true;
}

/* Take the list, in the order in which the commands completed. */
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

/* Take the first one off, and return its future. */
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

/* Return the descriptor that is readable when commands have completed outside
 * of notify; it is the handle's own. */
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

/* Tell the handle that its descriptor is ready, for writing or for reading.  To
 * resolve is left to the caller. */
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

/* Give all their results, whatever happens.  The first exception is raised in
 * the end. */
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

/* Nobody will resolve any more. */
void
nbdpy_forget_futures (struct py_handle *handle)
{
  struct closure *list = take_list (handle);

  while (list != NULL) {
    int error;
    Py_DECREF (next_future (&list, &error));
  }
}
