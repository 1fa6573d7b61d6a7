/* SPDX-License-Identifier: MIT */
/* The handle as a Python object, and the begin and end of each call. */

#include <unistd.h>

#include "glue.h"

/* The state of this thread while a call has given up the interpreter's lock,
 * or NULL.  A callback uses this state, so that it runs in the interpreter
 * that made the call. */
_Thread_local PyThreadState *nbdpy_outside;

/* Take the interpreter's lock.  `thread` is NULL if this thread has the
 * lock. */
void
nbdpy_take_lock (PyThreadState *thread)
{
  nbdpy_outside = NULL;
  if (thread != NULL)
    PyEval_RestoreThread (thread);
}

void
nbdpy_give_lock (void)
{
  nbdpy_outside = PyEval_SaveThread ();
}

/* A signal came while a call waited, or a callback was called.  The signal
 * handler runs now.  If the handler or the callback raises an exception, the
 * call ends, and nbdpy_raise raises the exception. */
static int
run_signal_handlers (void *opaque)
{
  struct py_handle *handle = opaque;
  PyThreadState *thread = nbdpy_outside;
  unsigned long outer_thread;

  nbdpy_take_lock (thread);
  outer_thread = handle->callback_thread;
  handle->callback_thread = PyThread_get_thread_ident ();
  int r = nbdpy_has_kept () ? 1 : PyErr_CheckSignals ();
  if (r == -1)
    nbdpy_keep_exception ();
  handle->callback_thread = outer_thread;
  nbdpy_give_lock ();
  return r;
}

PyObject *
nbdpy_create (PyObject *module UNUSED, PyObject *unused UNUSED)
{
  struct nbd_handle *h = nbd_create ();
  if (h == NULL)
    return nbdpy_raise ();
  struct py_handle *handle = PyObject_GC_New (struct py_handle,
                                              &nbdpy_handle_type);
  if (handle == NULL) {
    nbd_close (h);
    return NULL;
  }
  handle->h = h;
  handle->closures = NULL;
  atomic_init (&handle->completed, NULL);
  atomic_init (&handle->driving, false);
  handle->waker = -1;
  handle->busy = 0;
  handle->is_to_close = false;
  handle->callback_thread = 0;
  PyObject_GC_Track (handle);
  nbd_interrupt_callback interrupt = {
    .callback = run_signal_handlers,
    .user_data = handle,
  };
  nbd_set_interrupt_callback (h, interrupt);
  return (PyObject *) handle;
}

/* Close the handle if it is open.  This calls the callbacks of commands in
 * flight, and then frees all closures. */
static void
close_handle (struct py_handle *handle)
{
  struct nbd_handle *h = handle->h;
  if (h == NULL)
    return;
  handle->h = NULL;

  /* Closing waits for a child process, and callbacks need the interpreter. */
  nbdpy_give_lock ();
  nbd_close (h);
  nbdpy_take_lock (nbdpy_outside);
  if (handle->waker >= 0)
    close (handle->waker);
  handle->waker = -1;
}

PyObject *
nbdpy_close (PyObject *module UNUSED, PyObject *self)
{
  if (!Py_IS_TYPE (self, &nbdpy_handle_type)) {
    PyErr_SetString (PyExc_TypeError, "NBD.close: not a handle");
    return NULL;
  }
  struct py_handle *handle = (struct py_handle *) self;
  if (handle->h == NULL)
    return nbdpy_raise_closed ();

  /* The library would use the handle after it was freed. */
  if (handle->busy > 0) {
    handle->is_to_close = true;
    PyErr_SetString (PyExc_RuntimeError,
                     "NBD.close: a call on this handle is still running,"
                     " in another thread or around this callback or signal"
                     " handler");
    return NULL;
  }
  close_handle (handle);
  Py_RETURN_NONE;
}

/* Prepare a call.  The handle must be open.  If the call takes the handle's
 * lock, it must not come from a callback, which runs with the lock held, so
 * that the call would wait for itself. */
int
nbdpy_open (struct call *call, const char *name, bool locked,
            PyObject *const *args, Py_ssize_t nargs, Py_ssize_t wanted)
{
  if (nargs != wanted || !Py_IS_TYPE (args[0], &nbdpy_handle_type)) {
    PyErr_Format (PyExc_TypeError, "%s: expected a handle and %zd arguments",
                  name, wanted - 1);
    return -1;
  }
  struct py_handle *handle = (struct py_handle *) args[0];
  if (handle->h == NULL) {
    nbdpy_raise_closed ();
    return -1;
  }
  if (locked && handle->callback_thread != 0
      && handle->callback_thread == PyThread_get_thread_ident ()) {
    PyErr_Format (PyExc_RuntimeError,
                  "NBD.%s: called from a callback or a signal handler"
                  " during a call of the same handle, which is locked then",
                  name);
    return -1;
  }
  *call = (struct call) {
    .name = name,
    .h = handle->h,
    .handle = handle,
    .args = args,
  };
  return 0;
}

/* The conversion of arguments can run any code, which may have closed the
 * handle. */
int
nbdpy_still_open (struct call *call)
{
  if (call->handle->h != NULL)
    return 0;
  nbdpy_raise_closed ();
  return -1;
}

/* Give up the interpreter's lock before a call that takes the handle's lock,
 * because a thread that holds the handle's lock may be about to run a
 * callback. */
void
nbdpy_enter (struct call *call)
{
  call->handle->busy++;
  nbdpy_give_lock ();
}

void
nbdpy_leave (struct call *call)
{
  struct py_handle *handle = call->handle;

  nbdpy_take_lock (nbdpy_outside);
  handle->busy--;
  if (handle->is_to_close && handle->busy == 0) {
    handle->is_to_close = false;
    nbdpy_wake (handle);
  }
}

/* The type --------------------------------------------------------------- */

/* Called before anything in a garbage cycle is cleared, so that callbacks of
 * commands in flight find intact objects. */
static void
handle_finalize (PyObject *self)
{
  PyObject *type, *value, *traceback;
  PyErr_Fetch (&type, &value, &traceback);
  close_handle ((struct py_handle *) self);
  nbdpy_forget_futures ((struct py_handle *) self);
  PyErr_Restore (type, value, traceback);
}

static void
handle_dealloc (PyObject *self)
{
  if (PyObject_CallFinalizerFromDealloc (self) == -1)
    return;
  PyObject_GC_UnTrack (self);
  PyObject_GC_Del (self);
}

static int
handle_traverse (PyObject *self, visitproc visit, void *arg)
{
  struct py_handle *handle = (struct py_handle *) self;
  for (struct closure *c = handle->closures; c != NULL; c = c->next) {
    Py_VISIT (c->function);
    Py_VISIT (c->buffer.obj);
    Py_VISIT (c->view);
  }
  return 0;
}

static PyObject *
handle_closed (PyObject *self, void *closure UNUSED)
{
  return PyBool_FromLong (((struct py_handle *) self)->h == NULL);
}

static PyGetSetDef handle_properties[] = {
  { .name = "closed", .get = handle_closed, .doc = "Whether it is closed." },
  { .name = NULL }
};

PyTypeObject nbdpy_handle_type = {
  /* clang-format off */
  PyVarObject_HEAD_INIT (NULL, 0)
  .tp_name = "libnbdmod.Handle",
  /* clang-format on */
  .tp_doc = "A handle of the library.",
  .tp_basicsize = sizeof (struct py_handle),
  .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
  .tp_dealloc = handle_dealloc,
  .tp_finalize = handle_finalize,
  .tp_traverse = handle_traverse,
  .tp_getset = handle_properties,
};
