/* SPDX-License-Identifier: MIT */
/* Convert the library's error record to Python exceptions. */

#include <errno.h>

#include "glue.h"

/* Each interpreter has its own classes, and keeps them here. */
#define PLACE "libnbdmod.exceptions"

/* Keep nbd.Error and nbd.ClosedHandle, which nbd.py defines. */
PyObject *
nbdpy_set_exceptions (PyObject *module UNUSED, PyObject *types)
{
  PyObject *error, *closed;
  if (!PyArg_ParseTuple (types, "OO:set_exceptions", &error, &closed))
    return NULL;
  PyObject *place = PyInterpreterState_GetDict (PyInterpreterState_Get ());
  if (place == NULL)
    return PyErr_NoMemory ();
  if (PyDict_SetItemString (place, PLACE, types) == -1)
    return NULL;
  Py_RETURN_NONE;
}

/* One of these classes, or `before` until it was set. */
static PyObject *
exception (Py_ssize_t i, PyObject *before)
{
  PyObject *place = PyInterpreterState_GetDict (PyInterpreterState_Get ());
  PyObject *types = place ? PyDict_GetItemString (place, PLACE) : NULL;
  return types ? PyTuple_GET_ITEM (types, i) : before;
}

/* The exception that a signal handler or a callback has raised in a call of
 * this thread. */
static _Thread_local struct {
  PyObject *type, *value, *traceback;
} kept;

void
nbdpy_keep_exception (void)
{
  Py_XDECREF (kept.type);
  Py_XDECREF (kept.value);
  Py_XDECREF (kept.traceback);
  PyErr_Fetch (&kept.type, &kept.value, &kept.traceback);
}

bool
nbdpy_has_kept (void)
{
  return kept.type != NULL;
}

/* Raise the exception that was kept.  Returns false if there is none. */
bool
nbdpy_raise_kept (void)
{
  if (kept.type == NULL)
    return false;
  PyErr_Restore (kept.type, kept.value, kept.traceback);
  kept.type = NULL;
  kept.value = NULL;
  kept.traceback = NULL;
  return true;
}

/* Raise nbd.Error as the library would, for a call that was not made. */
PyObject *
nbdpy_raise_too_large (const char *name, uint64_t count, unsigned most)
{
  CLEANUP (nbdpy_drop)
  PyObject *string = PyUnicode_FromFormat (
    "nbd_%s: count %llu exceeds %u, the most that this library transfers in"
    " one request: %s",
    name, (unsigned long long) count, most, strerror (ERANGE));
  CLEANUP (nbdpy_drop)
  PyObject *args = string ? Py_BuildValue ("(Oi)", string, ERANGE) : NULL;
  if (args != NULL)
    PyErr_SetObject (exception (0, PyExc_RuntimeError), args);
  return NULL;
}

/* Raise nbd.Error for the failure that this thread has just seen. */
PyObject *
nbdpy_raise (void)
{
  if (nbdpy_raise_kept ())
    return NULL;
  const char *text = nbd_get_error ();
  int errnum = nbd_get_errno ();
  if (text == NULL)
    text = "unknown error";

  /* The text may contain file names of others, in any encoding. */
  PyObject *string = PyUnicode_DecodeUTF8 (text, (Py_ssize_t) strlen (text),
                                           "backslashreplace");
  CLEANUP (nbdpy_drop) PyObject *args = NULL;
  if (string != NULL)
    args = Py_BuildValue ("(Ni)", string, errnum);

  /* An interrupt that failed a callback is the cause, so it is raised
   * instead. */
  if (args != NULL && PyErr_CheckSignals () == 0)
    PyErr_SetObject (exception (0, PyExc_RuntimeError), args);
  return NULL;
}

PyObject *
nbdpy_raise_closed (void)
{
  PyErr_SetString (exception (1, PyExc_ValueError),
                   "I/O operation on closed handle");
  return NULL;
}
