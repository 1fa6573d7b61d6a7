/* SPDX-License-Identifier: MIT */
/* Convert Python arguments for C, and convert strings back. */

#include <limits.h>
#include <stdlib.h>

#include "glue.h"

static int
wrong_type (struct call *call, int i, const char *name, const char *wanted)
{
  PyErr_Format (PyExc_TypeError, "NBD.%s: %s must be %s, not %.100s",
                call->name, name, wanted, Py_TYPE (call->args[i])->tp_name);
  return -1;
}

/* Numbers ---------------------------------------------------------------- */

int
nbdpy_get_bool (struct call *call, int i, bool *value)
{
  int truth = PyObject_IsTrue (call->args[i]);
  *value = truth == 1;
  return truth == -1 ? -1 : 0;
}

static int
get_unsigned (struct call *call, int i, const char *name, uint64_t max,
              uint64_t *value)
{
  if (!PyIndex_Check (call->args[i]))
    return wrong_type (call, i, name, "int");
  CLEANUP (nbdpy_drop) PyObject *number = PyNumber_Index (call->args[i]);
  if (number == NULL)
    return -1;
  *value = PyLong_AsUnsignedLongLong (number);
  bool failed = *value == (uint64_t) -1 && PyErr_Occurred ();
  if (!failed && *value <= max)
    return 0;
  if (failed && !PyErr_ExceptionMatches (PyExc_OverflowError))
    return -1;
  PyErr_Clear ();
  PyErr_Format (PyExc_OverflowError, "NBD.%s: %s must be in 0..%llu, not %S",
                call->name, name, (unsigned long long) max, number);
  return -1;
}

int
nbdpy_get_uint64 (struct call *call, int i, const char *name, uint64_t *value)
{
  return get_unsigned (call, i, name, UINT64_MAX, value);
}

int
nbdpy_get_uint32 (struct call *call, int i, const char *name, uint32_t *value)
{
  uint64_t number;
  if (get_unsigned (call, i, name, UINT32_MAX, &number) == -1)
    return -1;
  *value = (uint32_t) number;
  return 0;
}

int
nbdpy_get_size (struct call *call, int i, const char *name, size_t *value)
{
  uint64_t number;
  if (get_unsigned (call, i, name, SIZE_MAX, &number) == -1)
    return -1;
  *value = (size_t) number;
  return 0;
}

int
nbdpy_get_uintptr (struct call *call, int i, const char *name,
                   uintptr_t *value)
{
  uint64_t number;
  if (get_unsigned (call, i, name, UINTPTR_MAX, &number) == -1)
    return -1;
  *value = (uintptr_t) number;
  return 0;
}

int
nbdpy_get_int (struct call *call, int i, const char *name, int *value)
{
  if (!PyIndex_Check (call->args[i]))
    return wrong_type (call, i, name, "int");
  CLEANUP (nbdpy_drop) PyObject *number = PyNumber_Index (call->args[i]);
  if (number == NULL)
    return -1;
  int overflow;
  long long wide = PyLong_AsLongLongAndOverflow (number, &overflow);
  if (overflow != 0 || wide < INT_MIN || wide > INT_MAX) {
    PyErr_Format (PyExc_OverflowError, "NBD.%s: %s must be in %d..%d, not %S",
                  call->name, name, INT_MIN, INT_MAX, number);
    return -1;
  }
  *value = (int) wide;
  return 0;
}

/* Strings ---------------------------------------------------------------- */

/* Names are UTF-8.  Other bytes from a server become surrogates in Python,
 * and are converted back to the same bytes. */
static PyObject *
encode (struct call *call, const char *name, PyObject *string)
{
  PyObject *bytes = PyUnicode_AsEncodedString (string, "utf-8",
                                               "surrogateescape");
  if (bytes == NULL
      || !memchr (PyBytes_AS_STRING (bytes), '\0',
                  (size_t) PyBytes_GET_SIZE (bytes)))
    return bytes;
  PyErr_Format (PyExc_ValueError, "NBD.%s: %s has a null character in it",
                call->name, name);
  Py_DECREF (bytes);
  return NULL;
}

int
nbdpy_get_string (struct call *call, int i, const char *name,
                  PyObject **bytes)
{
  if (!PyUnicode_Check (call->args[i]))
    return wrong_type (call, i, name, "str");
  *bytes = encode (call, name, call->args[i]);
  return *bytes == NULL ? -1 : 0;
}

int
nbdpy_get_path (struct call *call, int i, PyObject **bytes)
{
  return PyUnicode_FSConverter (call->args[i], bytes) ? 0 : -1;
}

/* A list of strings.  The strings of a command may also be paths or bytes. */
int
nbdpy_get_strings (struct call *call, int i, const char *name, bool argv,
                   struct strings *strings)
{
  PyObject *arg = call->args[i];
  if (PyUnicode_Check (arg) || PyBytes_Check (arg) || !PySequence_Check (arg))
    return wrong_type (call, i, name, "a list of str");
  strings->items = PySequence_List (arg);
  if (strings->items == NULL)
    return -1;
  Py_ssize_t n = PyList_GET_SIZE (strings->items);
  strings->array = PyMem_New (char *, n + 1);
  if (strings->array == NULL) {
    PyErr_NoMemory ();
    return -1;
  }
  strings->array[n] = NULL;
  for (Py_ssize_t j = 0; j < n; j++) {
    PyObject *item = PyList_GET_ITEM (strings->items, j), *bytes = NULL;
    if (argv) {
      if (!PyUnicode_FSConverter (item, &bytes))
        return -1;
    }
    else if (!PyUnicode_Check (item)) {
      PyErr_Format (PyExc_TypeError,
                    "NBD.%s: %s[%zd] must be str, not %.100s", call->name,
                    name, j, Py_TYPE (item)->tp_name);
      return -1;
    }
    else if ((bytes = encode (call, name, item)) == NULL)
      return -1;
    strings->array[j] = PyBytes_AS_STRING (bytes);
    PyList_SetItem (strings->items, j, bytes);
  }
  return 0;
}

PyObject *
nbdpy_decode (const char *string)
{
  if (string == NULL)
    Py_RETURN_NONE;
  return PyUnicode_DecodeUTF8 (string, (Py_ssize_t) strlen (string),
                               "surrogateescape");
}

PyObject *
nbdpy_decode_and_free (char *string)
{
  PyObject *result = nbdpy_decode (string);
  free (string);
  return result;
}

/* Buffers ---------------------------------------------------------------- */

int
nbdpy_get_bytes (struct call *call, int i, Py_buffer *buffer)
{
  return PyObject_GetBuffer (call->args[i], buffer, PyBUF_SIMPLE);
}

/* The most that the library transfers in one request, see nbd_pread(3). */
#define MAX_REQUEST (64u << 20)

/* A new bytearray of the length that an argument says.  It is not cleared,
 * because the caller sees it only after it was filled.  More than the library
 * permits is refused here: it clears all of the memory even for a read that
 * it refuses, and there may not be that much. */
int
nbdpy_get_room (struct call *call, int i, const char *name,
                PyObject **bytearray)
{
  uint64_t count;
  if (get_unsigned (call, i, name, PY_SSIZE_T_MAX, &count) == -1)
    return -1;
  if (count > MAX_REQUEST) {
    nbdpy_raise_too_large (call->name, count, MAX_REQUEST);
    return -1;
  }
  *bytearray = PyByteArray_FromStringAndSize (NULL, (Py_ssize_t) count);
  return *bytearray == NULL ? -1 : 0;
}

/* Memory for a read by nbd.aio, which returns it. */
PyObject *
nbdpy_room (PyObject *module UNUSED, PyObject *count)
{
  struct call call = { .name = "aio_pread", .args = &count };
  PyObject *bytearray = NULL;

  nbdpy_get_room (&call, 0, "count", &bytearray);
  return bytearray;
}

/* Results and cleanup ---------------------------------------------------- */

PyObject *
nbdpy_none (void)
{
  Py_RETURN_NONE;
}

PyObject *
nbdpy_steal (PyObject **object)
{
  PyObject *stolen = *object;
  *object = NULL;
  return stolen;
}

void
nbdpy_drop (PyObject **object)
{
  Py_CLEAR (*object);
}

void
nbdpy_drop_strings (struct strings *strings)
{
  PyMem_Free (strings->array);
  Py_CLEAR (strings->items);
}
