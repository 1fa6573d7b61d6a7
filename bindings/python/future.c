/* SPDX-License-Identifier: MIT */
/* libnbdmod.Future: the result of a command, which one task awaits.
 *
 * asyncio takes it for one of its own futures.  It does less: it is awaited
 * once, its result is only the errno of the command or 0, and the task that
 * awaits it continues directly in the call that sets the result, without
 * another turn of the loop.  So only callbacks of the loop may set the
 * result, not tasks.
 *
 * What depends on the loop is in the driver, a Python class that is derived
 * from libnbdmod.Driver, in its methods failed, withdraw and changed. */

#include <stddef.h>

#include "glue.h"

#include <structmember.h>

/* The result of a command, or of another operation that ends. */
struct future {
  PyObject_HEAD
  struct driver *driver;
  long long cookie;
  PyObject *callback, *context; /* of the waiting task, or NULL */
  PyObject *message;            /* why it was cancelled, or NULL */
  enum { PENDING, DONE, CANCELLED } state;
  int result;
  char blocking; /* for asyncio: it was yielded and not seen yet */
};

static PyObject *call_soon_name, *changed_name, *context_name;

int
nbdpy_init_future (void)
{
  call_soon_name = PyUnicode_InternFromString ("call_soon");
  changed_name = PyUnicode_InternFromString ("changed");
  context_name = Py_BuildValue ("(s)", "context");
  return call_soon_name == NULL || changed_name == NULL
             || context_name == NULL
             || PyType_Ready (&nbdpy_driver_type) == -1
           ? -1
           : PyType_Ready (&nbdpy_future_type);
}

/* Commands --------------------------------------------------------------- */

/* Make a future for a command that this thread will issue next. */
PyObject *
nbdpy_new_future (PyObject *object)
{
  struct driver *driver = (struct driver *) object;
  if (nbdpy_check_loop (driver) == -1)
    return NULL;
  PyTypeObject *type = (PyTypeObject *) driver->type;
  struct future *self = (struct future *) type->tp_alloc (type, 0);
  if (self != NULL)
    self->driver = (struct driver *) Py_NewRef (object);
  return (PyObject *) self;
}

/* The command was issued.  The driver looks at the handle after the task has
 * issued all its commands. */
int
nbdpy_begin_future (PyObject *object, int64_t cookie)
{
  struct future *self = (struct future *) object;
  self->cookie = cookie;
  if (self->driver->is_expected)
    return 0;
  CLEANUP (nbdpy_drop)
  PyObject *none = PyObject_CallMethodNoArgs ((PyObject *) self->driver,
                                              changed_name);
  return none ? 0 : -1;
}

/* Results ---------------------------------------------------------------- */

static PyObject *
get_result (struct future *self)
{
  CLEANUP (nbdpy_drop) PyObject *asyncio = NULL;
  CLEANUP (nbdpy_drop) PyObject *cancelled = NULL;

  switch (self->state) {
  case DONE:
    if (self->result == 0)
      Py_RETURN_NONE;
    return PyObject_CallMethod ((PyObject *) self->driver, "failed", "Oi",
                                self, self->result);
  case CANCELLED:
    asyncio = PyImport_ImportModule ("asyncio.exceptions");
    cancelled = asyncio ? PyObject_GetAttrString (asyncio, "CancelledError")
                        : NULL;
    if (cancelled != NULL)
      PyErr_SetObject (cancelled, self->message);
    return NULL;
  default:
    PyErr_SetString (PyExc_RuntimeError, "the command has not completed");
    return NULL;
  }
}

/* Call the callback in its context. */
static int
call_back (struct future *self)
{
  CLEANUP (nbdpy_drop) PyObject *callback = self->callback;
  CLEANUP (nbdpy_drop) PyObject *context = self->context;
  self->callback = self->context = NULL;
  if (callback == NULL)
    return 0;
  if (context != NULL && PyContext_Enter (context) == -1)
    return -1;
  CLEANUP (nbdpy_drop)
  PyObject *none = PyObject_CallOneArg (callback, (PyObject *) self);
  if (context == NULL)
    return none ? 0 : -1;

  PyObject *type, *value, *traceback;
  PyErr_Fetch (&type, &value, &traceback);
  if (PyContext_Exit (context) == -1)
    PyErr_WriteUnraisable (callback);
  PyErr_Restore (type, value, traceback);
  return none ? 0 : -1;
}

/* Let the loop call a callback. */
static int
call_back_soon (struct future *self, PyObject *callback, PyObject *context)
{
  PyObject *args[] = { self->driver->loop, callback, (PyObject *) self,
                       context };
  CLEANUP (nbdpy_drop)
  PyObject *handle = PyObject_VectorcallMethod (
    call_soon_name, args, 3, context != NULL ? context_name : NULL);
  return handle ? 0 : -1;
}

int
nbdpy_finish_future (PyObject *future, int result)
{
  struct future *self = (struct future *) future;

  /* A cancelled future gets no result. */
  if (self->state != PENDING)
    return 0;
  self->state = DONE;
  self->result = result;
  return call_back (self);
}

/* Methods ---------------------------------------------------------------- */

static PyObject *
future_set_result (PyObject *self, PyObject *number)
{
  int result = (int) PyLong_AsLong (number);
  if (PyErr_Occurred () || nbdpy_finish_future (self, result) == -1)
    return NULL;
  Py_RETURN_NONE;
}

static PyObject *
future_result (PyObject *self, PyObject *unused UNUSED)
{
  return get_result ((struct future *) self);
}

static PyObject *
future_done (PyObject *self, PyObject *unused UNUSED)
{
  return PyBool_FromLong (((struct future *) self)->state != PENDING);
}

static PyObject *
future_get_loop (PyObject *self, PyObject *unused UNUSED)
{
  return Py_NewRef (((struct future *) self)->driver->loop);
}

static PyObject *
future_cancel (PyObject *object, PyObject *args, PyObject *keywords)
{
  static char *names[] = { "msg", NULL };
  struct future *self = (struct future *) object;
  PyObject *message = Py_None;
  if (!PyArg_ParseTupleAndKeywords (args, keywords, "|O:cancel", names,
                                    &message))
    return NULL;
  if (self->state != PENDING)
    Py_RETURN_FALSE;
  self->state = CANCELLED;
  if (message != Py_None)
    Py_XSETREF (self->message, Py_NewRef (message));

  CLEANUP (nbdpy_drop) PyObject *callback = self->callback;
  CLEANUP (nbdpy_drop) PyObject *context = self->context;
  self->callback = self->context = NULL;
  if (callback != NULL && call_back_soon (self, callback, context) == -1)
    return NULL;
  Py_RETURN_TRUE;
}

/* add_done_callback(callback, *, context=None) */
static PyObject *
future_add_done_callback (PyObject *object, PyObject *const *args,
                          Py_ssize_t nargs, PyObject *keywords)
{
  struct future *self = (struct future *) object;
  if (nargs != 1 || (keywords != NULL && PyTuple_GET_SIZE (keywords) != 1)) {
    PyErr_SetString (PyExc_TypeError,
                     "add_done_callback: expected a callback and a context");
    return NULL;
  }
  PyObject *context = keywords != NULL && args[1] != Py_None ? args[1] : NULL;
  if (self->state != PENDING) {
    if (call_back_soon (self, args[0], context) == -1)
      return NULL;
    Py_RETURN_NONE;
  }
  if (self->callback != NULL) {
    PyErr_SetString (PyExc_RuntimeError,
                     "a result of a command is awaited only once");
    return NULL;
  }
  self->callback = Py_NewRef (args[0]);
  self->context = Py_XNewRef (context);
  Py_RETURN_NONE;
}

/* Awaiting --------------------------------------------------------------- */

static PySendResult
future_send (PyObject *object, PyObject *unused UNUSED, PyObject **result)
{
  struct future *self = (struct future *) object;

  if (self->state == PENDING) {
    self->blocking = 1;
    *result = Py_NewRef (object);
    return PYGEN_NEXT;
  }
  *result = get_result (self);
  return *result ? PYGEN_RETURN : PYGEN_ERROR;
}

static PyObject *
future_next (PyObject *object)
{
  PyObject *result;
  if (future_send (object, NULL, &result) != PYGEN_RETURN)
    return result;
  PyErr_SetObject (PyExc_StopIteration, result);
  Py_DECREF (result);
  return NULL;
}

/* Give up the command, and tell the driver. */
static int
withdraw (PyObject *self)
{
  CLEANUP (nbdpy_drop)
  PyObject *none = PyObject_CallMethod (
    (PyObject *) ((struct future *) self)->driver, "withdraw", "O", self);
  return none ? 0 : -1;
}

/* The awaiting coroutine is told to continue with an exception. */
static PyObject *
future_throw (PyObject *self, PyObject *args)
{
  PyObject *type, *value = Py_None, *traceback = Py_None;
  if (!PyArg_ParseTuple (args, "O|OO:throw", &type, &value, &traceback)
      || withdraw (self) == -1)
    return NULL;
  if (PyExceptionInstance_Check (type))
    PyErr_SetObject ((PyObject *) Py_TYPE (type), type);
  else
    PyErr_SetObject (type, value);
  return NULL;
}

/* The awaiting coroutine is told to end. */
static PyObject *
future_close (PyObject *self, PyObject *unused UNUSED)
{
  if (withdraw (self) == -1)
    return NULL;
  Py_RETURN_NONE;
}

/* The type --------------------------------------------------------------- */

static PyObject *
future_new (PyTypeObject *type, PyObject *args, PyObject *keywords UNUSED)
{
  PyObject *driver;
  if (!PyArg_ParseTuple (args, "O!:Future", &nbdpy_driver_type, &driver))
    return NULL;
  struct future *self = (struct future *) type->tp_alloc (type, 0);
  if (self != NULL)
    self->driver = (struct driver *) Py_NewRef (driver);
  return (PyObject *) self;
}

static int
future_clear (PyObject *object)
{
  struct future *self = (struct future *) object;
  Py_CLEAR (self->callback);
  Py_CLEAR (self->context);
  Py_CLEAR (self->message);
  return 0;
}

static int
future_traverse (PyObject *object, visitproc visit, void *arg)
{
  struct future *self = (struct future *) object;
  Py_VISIT (self->driver);
  Py_VISIT (self->callback);
  Py_VISIT (self->context);
  Py_VISIT (self->message);
  return 0;
}

static void
future_dealloc (PyObject *object)
{
  PyObject_GC_UnTrack (object);
  future_clear (object);
  Py_CLEAR (((struct future *) object)->driver);
  Py_TYPE (object)->tp_free (object);
}

static PyMethodDef methods[] = {
  { "set_result", future_set_result, METH_O, "Give the result." },
  { "throw", future_throw, METH_VARARGS, "Withdraw, and raise." },
  { "close", future_close, METH_NOARGS, "Withdraw." },
  { "result", future_result, METH_NOARGS, "Return the result." },
  { "done", future_done, METH_NOARGS, "Whether it has a result." },
  { "get_loop", future_get_loop, METH_NOARGS, "Return the loop." },
  { "cancel", NBDPY_FUNCTION (future_cancel), METH_VARARGS | METH_KEYWORDS,
    "Let whoever waits go on without a result." },
  { "add_done_callback", NBDPY_FUNCTION (future_add_done_callback),
    METH_FASTCALL | METH_KEYWORDS, "Tell what to call with it when done." },
  { NULL, NULL, 0, NULL }
};

static PyMemberDef members[] = { { .name = "_asyncio_future_blocking",
                                   .type = T_BOOL,
                                   .offset = offsetof (struct future,
                                                       blocking) },
                                 { .name = "driver",
                                   .type = T_OBJECT_EX,
                                   .offset = offsetof (struct future, driver),
                                   .flags = READONLY },
                                 { .name = "cookie",
                                   .type = T_LONGLONG,
                                   .offset = offsetof (struct future, cookie),
                                   .flags = READONLY },
                                 { .name = NULL } };

static PyAsyncMethods as_async = {
  .am_await = Py_NewRef,
  .am_send = future_send,
};

PyTypeObject nbdpy_future_type = {
  /* clang-format off */
  PyVarObject_HEAD_INIT (NULL, 0)
  .tp_name = "libnbdmod.Future",
  /* clang-format on */
  .tp_doc =
    "Future(driver)\n--\n\nThe result of a command, which is awaited.",
  .tp_basicsize = sizeof (struct future),
  .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
  .tp_new = future_new,
  .tp_dealloc = future_dealloc,
  .tp_traverse = future_traverse,
  .tp_clear = future_clear,
  .tp_iter = PyObject_SelfIter,
  .tp_iternext = future_next,
  .tp_as_async = &as_async,
  .tp_methods = methods,
  .tp_members = members,
};
