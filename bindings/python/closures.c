/* SPDX-License-Identifier: MIT */
/* Python callables as closures of the library.
 *
 * The library owns a closure from the call that it is passed to until it
 * calls nbdpy_free_closure.  All callbacks are called with the handle's lock
 * held and without the interpreter's lock, which each of them takes. */

#include <limits.h>

#include "glue.h"

static PyObject *c_int;      /* ctypes.c_int, the type of `err` */
static PyObject *value_name; /* "value" */

int
nbdpy_init_closures (void)
{
  PyObject *ctypes = PyImport_ImportModule ("ctypes");
  if (ctypes == NULL)
    return -1;
  c_int = PyObject_GetAttrString (ctypes, "c_int");
  Py_DECREF (ctypes);
  value_name = PyUnicode_InternFromString ("value");
  return c_int == NULL || value_name == NULL ? -1 : 0;
}

/* Life ------------------------------------------------------------------- */

static struct closure *
new_closure (struct py_handle *owner)
{
  struct closure *closure = PyMem_Calloc (1, sizeof *closure);
  if (closure == NULL) {
    PyErr_NoMemory ();
    return NULL;
  }
  closure->owner = owner;
  closure->next = owner->closures;
  if (closure->next != NULL)
    closure->next->prev = closure;
  owner->closures = closure;
  return closure;
}

/* Drop everything.  The closure leaves the handle's list first, because
 * dropping objects can run any code, including the garbage collector. */
static void
destroy (struct closure *closure)
{
  if (closure->prev != NULL)
    closure->prev->next = closure->next;
  else
    closure->owner->closures = closure->next;
  if (closure->next != NULL)
    closure->next->prev = closure->prev;

  Py_XDECREF (closure->view);
  PyBuffer_Release (&closure->buffer);
  Py_XDECREF (closure->function);
  PyMem_Free (closure);
}

/* Free a closure that no call has taken over, because an argument was
 * wrong. */
void
nbdpy_drop_closure (struct closure **closure)
{
  if (*closure != NULL)
    destroy (*closure);
}

struct closure *
nbdpy_hand_over (struct closure **closure)
{
  struct closure *taken = *closure;
  *closure = NULL;
  return taken;
}

/* Arguments -------------------------------------------------------------- */

/* Make a closure, or complete the one that already keeps the buffer.  For
 * None, if that is allowed, *closure does not change.  An optional callable
 * is a completion.  If a driver is passed instead, a future is made; see
 * resolve.c. */
int
nbdpy_get_closure (struct call *call, int i, const char *name, bool optional,
                   struct closure **closure)
{
  PyObject *arg = call->args[i];
  if (optional && arg == Py_None)
    return 0;
  bool is_future = optional && PyObject_TypeCheck (arg, &nbdpy_driver_type);
  if (!is_future && !PyCallable_Check (arg)) {
    PyErr_Format (PyExc_TypeError, "NBD.%s: %s must be callable, not %.100s",
                  call->name, name, Py_TYPE (arg)->tp_name);
    return -1;
  }
  if (*closure == NULL && (*closure = new_closure (call->handle)) == NULL)
    return -1;
  if (is_future && (call->future = nbdpy_new_future (arg)) == NULL)
    return -1;
  (*closure)->function = Py_NewRef (is_future ? call->future : arg);
  (*closure)->is_future = is_future;
  return 0;
}

/* Lend the memory of an argument to the library as long as the closure lives.
 * A bytearray cannot be resized meanwhile. */
int
nbdpy_lend_buffer (struct call *call, int i, bool writable,
                   struct closure **closure, struct memory *memory)
{
  if (*closure == NULL && (*closure = new_closure (call->handle)) == NULL)
    return -1;
  Py_buffer *buffer = &(*closure)->buffer;
  if (PyObject_GetBuffer (call->args[i], buffer,
                          writable ? PyBUF_WRITABLE : PyBUF_SIMPLE)
      == -1)
    return -1;
  memory->start = buffer->buf;
  memory->length = (size_t) buffer->len;
  return 0;
}

/* Make chunks read-only slices of an object's memory.  A slice that the
 * program keeps refers to the object, so it stays valid. */
int
nbdpy_set_view (struct closure *closure, PyObject *object)
{
  CLEANUP (nbdpy_drop) PyObject *view = PyMemoryView_FromObject (object);
  if (view == NULL)
    return -1;
  const Py_buffer *buffer = PyMemoryView_GET_BUFFER (view);
  if (buffer->ndim != 1 || strcmp (buffer->format, "B") != 0) {
    PyObject *bytes = PyObject_CallMethod (view, "cast", "s", "B");
    if (bytes == NULL)
      return -1;
    Py_SETREF (view, bytes);
  }
  closure->view = PyObject_CallMethod (view, "toreadonly", NULL);
  return closure->view == NULL ? -1 : 0;
}

/* Callbacks -------------------------------------------------------------- */

/* From here to leave_python, this thread holds the interpreter's lock, and a
 * call on the same handle is refused, because it would wait forever. */
static void
enter_python (struct callback *cb, struct closure *closure)
{
  cb->thread = nbdpy_outside;
  nbdpy_take_lock (cb->thread);
  cb->closure = closure;
  cb->outer_thread = closure->owner->callback_thread;
  closure->owner->callback_thread = PyThread_get_thread_ident ();
}

static void
leave_python (struct callback *cb, struct py_handle *owner)
{
  owner->callback_thread = cb->outer_thread;
  if (cb->thread != NULL)
    nbdpy_give_lock ();
}

void
nbdpy_free_closure (void *user_data)
{
  struct closure *closure = user_data;
  struct py_handle *owner = closure->owner;
  struct callback cb;

  if (closure->is_future && nbdpy_free_later (closure))
    return;
  /* A daemon thread may call this after the interpreter has ended. */
  if (!Py_IsInitialized ())
    return;
  enter_python (&cb, closure);
  closure->freed = true;
  if (closure->listed)
    PyBuffer_Release (&closure->buffer);
  else
    destroy (closure);
  leave_python (&cb, owner);
}

void
nbdpy_begin_callback (struct callback *cb, void *closure)
{
  enter_python (cb, closure);
  cb->count = 0;
}

/* Add an argument.  Steals the reference. */
void
nbdpy_push (struct callback *cb, PyObject *arg)
{
  cb->args[++cb->count] = arg;
}

/* Whether this is the thread that handles signals and exits. */
static bool
is_main_thread (void)
{
  CLEANUP (nbdpy_drop) PyObject *module = PyImport_ImportModule ("threading");
  CLEANUP (nbdpy_drop)
  PyObject *thread = module
                       ? PyObject_CallMethod (module, "main_thread", NULL)
                       : NULL;
  CLEANUP (nbdpy_drop)
  PyObject *ident = thread ? PyObject_GetAttrString (thread, "ident") : NULL;
  bool is_main = ident != NULL
                 && PyLong_AsUnsignedLong (ident)
                      == PyThread_get_thread_ident ();
  PyErr_Clear ();
  return is_main;
}

/* Called by the main thread when it is back in Python, unless the call has
 * failed and has raised the exception. */
static int
raise_later (void *unused UNUSED)
{
  return nbdpy_raise_kept () ? -1 : 0;
}

/* Raise an exception where the call was made, if possible. */
static void
raise_outside (PyObject *function)
{
  PyObject *type, *value, *traceback;

  PyErr_Fetch (&type, &value, &traceback);
  bool is_possible = is_main_thread ()
                     && Py_AddPendingCall (raise_later, NULL) == 0;
  PyErr_Restore (type, value, traceback);
  if (is_possible)
    nbdpy_keep_exception ();
  else
    PyErr_WriteUnraisable (function);
}

/* Show an exception, because nobody can catch it.  An interrupt is not meant
 * for the callback: it is raised again when the call returns to Python.  So
 * are other exceptions that end the program, such as SystemExit. */
static void
show_exception (PyObject *function)
{
  if (PyErr_ExceptionMatches (PyExc_KeyboardInterrupt)) {
    PyErr_Clear ();
    PyErr_SetInterrupt ();
  }
  else if (PyErr_ExceptionMatches (PyExc_Exception))
    PyErr_WriteUnraisable (function);
  else
    raise_outside (function);
}

/* The result of a callback.  None is 0, and so is everything that is not a
 * number. */
static int
returned (PyObject *result)
{
  if (!PyLong_Check (result))
    return 0;
  int overflow;
  long number = PyLong_AsLongAndOverflow (result, &overflow);
  return overflow != 0 || number < INT_MIN || number > INT_MAX ? 0
                                                               : (int) number;
}

/* Get the error that the callback has set in err.value. */
static int
take_error (PyObject *err, int *error)
{
  CLEANUP (nbdpy_drop) PyObject *value = PyObject_GetAttr (err, value_name);
  if (value == NULL)
    return -1;
  *error = (int) PyLong_AsLong (value);
  return PyErr_Occurred () ? -1 : 0;
}

int
nbdpy_run_callback (struct callback *cb, int *error)
{
  struct py_handle *owner = cb->closure->owner;
  PyObject *function = cb->closure->function, *result = NULL;
  int ret = -1;

  Py_INCREF (function);
  if (!PyErr_Occurred ())
    result = PyObject_Vectorcall (function, cb->args + 1,
                                  (size_t) cb->count
                                    | PY_VECTORCALL_ARGUMENTS_OFFSET,
                                  NULL);
  if (result != NULL) {
    ret = returned (result);
    Py_DECREF (result);
  }
  else
    show_exception (function);

  PyObject *err = cb->args[cb->count];
  if (error != NULL && err != NULL && take_error (err, error) == -1) {
    show_exception (function);
    ret = -1;
  }
  for (Py_ssize_t i = 1; i <= cb->count; i++)
    Py_XDECREF (cb->args[i]);
  Py_DECREF (function);
  leave_python (cb, owner);
  return ret;
}

PyObject *
nbdpy_from_error (const int *error)
{
  CLEANUP (nbdpy_drop) PyObject *number = PyLong_FromLong (*error);
  return number ? PyObject_CallOneArg (c_int, number) : NULL;
}

/* A part of the memory of a read, without a copy. */
PyObject *
nbdpy_from_subbuf (struct closure *closure, const void *subbuf, size_t count)
{
  if (count == 0)
    return PyMemoryView_FromMemory ((char *) "", 0, PyBUF_READ);
  const Py_buffer *whole = PyMemoryView_GET_BUFFER (closure->view);
  Py_ssize_t start = (const char *) subbuf - (const char *) whole->buf;
  Py_ssize_t end = start + (Py_ssize_t) count;
  CLEANUP (nbdpy_drop) PyObject *from = PyLong_FromSsize_t (start);
  CLEANUP (nbdpy_drop) PyObject *to = PyLong_FromSsize_t (end);
  CLEANUP (nbdpy_drop) PyObject *slice = NULL;
  if (from && to)
    slice = PySlice_New (from, to, NULL);
  return slice ? PyObject_GetItem (closure->view, slice) : NULL;
}

/* A flat list: length, flags, length, flags, ... */
PyObject *
nbdpy_from_extents32 (const uint32_t *entries, size_t n)
{
  PyObject *list = PyList_New ((Py_ssize_t) n);
  for (size_t i = 0; list != NULL && i < n; i++) {
    PyObject *number = PyLong_FromUnsignedLong (entries[i]);
    if (number == NULL)
      Py_CLEAR (list);
    else
      PyList_SET_ITEM (list, (Py_ssize_t) i, number);
  }
  return list;
}

/* A list of pairs (length, flags). */
PyObject *
nbdpy_from_extents64 (const nbd_extent *entries, size_t n)
{
  PyObject *list = PyList_New ((Py_ssize_t) n);
  for (size_t i = 0; list != NULL && i < n; i++) {
    PyObject *pair = Py_BuildValue ("(KK)",
                                    (unsigned long long) entries[i].length,
                                    (unsigned long long) entries[i].flags);
    if (pair == NULL)
      Py_CLEAR (list);
    else
      PyList_SET_ITEM (list, (Py_ssize_t) i, pair);
  }
  return list;
}
