/* SPDX-License-Identifier: MIT */
/* From the library's error record to Python exceptions. */

#include "glue.h"

/* nbd.Error and nbd.ClosedHandle, which nbd.py defines. */
static PyObject *error_type;
static PyObject *closed_type;

PyObject *
nbdpy_set_exceptions (PyObject *module UNUSED, PyObject *types)
{
  PyObject *error, *closed;
  if (!PyArg_ParseTuple (types, "OO:set_exceptions", &error, &closed))
    return NULL;
  Py_INCREF (error);
  Py_XSETREF (error_type, error);
  Py_INCREF (closed);
  Py_XSETREF (closed_type, closed);
  Py_RETURN_NONE;
}

/* Raise nbd.Error for the failure that this thread has just seen. */
PyObject *
nbdpy_raise (void)
{
  const char *text = nbd_get_error ();
  int errnum = nbd_get_errno ();
  if (text == NULL)
    text = "unknown error";

  /* Other people's file names may be part of it, in any encoding. */
  PyObject *string = PyUnicode_DecodeUTF8 (text, (Py_ssize_t) strlen (text),
                                           "backslashreplace");
  CLEANUP (nbdpy_drop) PyObject *args =
    string ? Py_BuildValue ("(Ni)", string, errnum) : NULL;

  /* An interrupt that failed a callback is the cause and comes first. */
  if (args != NULL && PyErr_CheckSignals () == 0)
    PyErr_SetObject (error_type ? error_type : PyExc_RuntimeError, args);
  return NULL;
}

PyObject *
nbdpy_raise_closed (void)
{
  PyErr_SetString (closed_type ? closed_type : PyExc_ValueError,
                   "I/O operation on closed handle");
  return NULL;
}
