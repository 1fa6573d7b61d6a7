/* SPDX-License-Identifier: MIT */
/* nbd.Buffer: memory for asynchronous commands, its own or an object's. */

#include <stddef.h>
#include <stdlib.h>

#include "glue.h"

struct py_buffer {
  PyObject_HEAD
  PyObject *weak_references;
  char *own;                     /* to be freed, or NULL */
  Py_buffer view;                /* own, or the memory of view.obj */
};

/* Making ----------------------------------------------------------------- */

static struct py_buffer *
new_buffer (PyTypeObject *type)
{
  return (struct py_buffer *) type->tp_alloc (type, 0);
}

/* Memory that reads as zeroes, which the kernel provides page by page. */
static struct py_buffer *
new_own_buffer (PyTypeObject *type, Py_ssize_t length)
{
  struct py_buffer *self = new_buffer (type);
  if (self == NULL)
    return NULL;
  self->own = calloc (length > 0 ? (size_t) length : 1, 1);
  if (self->own == NULL) {
    Py_DECREF (self);
    return (struct py_buffer *) PyErr_NoMemory ();
  }
  self->view.buf = self->own;
  self->view.len = length;
  return self;
}

static PyObject *
buffer_new (PyTypeObject *type, PyObject *args, PyObject *keywords)
{
  static char *names[] = { "len", NULL };
  Py_ssize_t length;
  if (!PyArg_ParseTupleAndKeywords (args, keywords, "n:Buffer", names,
                                    &length))
    return NULL;
  if (length < 0) {
    PyErr_SetString (PyExc_ValueError, "Buffer: len must not be negative");
    return NULL;
  }
  return (PyObject *) new_own_buffer (type, length);
}

static PyObject *
from_bytearray (PyObject *type, PyObject *object)
{
  Py_buffer source;
  if (PyObject_GetBuffer (object, &source, PyBUF_SIMPLE) == -1)
    return NULL;
  struct py_buffer *self = new_own_buffer ((PyTypeObject *) type, source.len);
  if (self != NULL && source.len > 0)
    memcpy (self->own, source.buf, (size_t) source.len);
  PyBuffer_Release (&source);
  return (PyObject *) self;
}

static PyObject *
from_buffer (PyObject *type, PyObject *object)
{
  struct py_buffer *self = new_buffer ((PyTypeObject *) type);
  if (self == NULL)
    return NULL;
  if (PyObject_GetBuffer (object, &self->view, PyBUF_WRITABLE) == 0)
    return (PyObject *) self;

  /* Memory that cannot be changed will do for writes. */
  if (PyErr_ExceptionMatches (PyExc_BufferError)) {
    PyErr_Clear ();
    if (PyObject_GetBuffer (object, &self->view, PyBUF_SIMPLE) == 0)
      return (PyObject *) self;
  }
  Py_DECREF (self);
  return NULL;
}

static void
buffer_dealloc (PyObject *object)
{
  struct py_buffer *self = (struct py_buffer *) object;
  if (self->weak_references != NULL)
    PyObject_ClearWeakRefs (object);
  PyBuffer_Release (&self->view);
  free (self->own);
  Py_TYPE (object)->tp_free (object);
}

/* Reading ---------------------------------------------------------------- */

/* Check a range.  A negative length means up to the end. */
static int
get_range (struct py_buffer *self, Py_ssize_t offset, Py_ssize_t *length,
           const char *name)
{
  if (offset < 0 || offset > self->view.len) {
    PyErr_SetString (PyExc_IndexError, "offset out of range");
    return -1;
  }
  if (*length < 0)
    *length = self->view.len - offset;
  if (*length > self->view.len - offset) {
    PyErr_Format (PyExc_IndexError, "%s out of range", name);
    return -1;
  }
  return 0;
}

static PyObject *
to_bytearray (PyObject *object, PyObject *args, PyObject *keywords)
{
  static char *names[] = { "offset", "length", NULL };
  struct py_buffer *self = (struct py_buffer *) object;
  Py_ssize_t offset = 0, length = -1;
  PyObject *wanted = Py_None;
  if (!PyArg_ParseTupleAndKeywords (args, keywords, "|nO:to_bytearray", names,
                                    &offset, &wanted))
    return NULL;
  if (wanted != Py_None) {
    length = PyNumber_AsSsize_t (wanted, PyExc_OverflowError);
    if (length == -1 && PyErr_Occurred ())
      return NULL;
    if (length < 0) {
      PyErr_SetString (PyExc_IndexError, "length out of range");
      return NULL;
    }
  }
  if (get_range (self, offset, &length, "length") == -1)
    return NULL;
  return PyByteArray_FromStringAndSize ((char *) self->view.buf + offset,
                                        length);
}

static PyObject *
is_zero (PyObject *object, PyObject *args, PyObject *keywords)
{
  static char *names[] = { "offset", "size", NULL };
  struct py_buffer *self = (struct py_buffer *) object;
  Py_ssize_t offset = 0, size = -1;
  if (!PyArg_ParseTupleAndKeywords (args, keywords, "|nn:is_zero", names,
                                    &offset, &size))
    return NULL;
  if (size < -1) {
    PyErr_SetString (PyExc_IndexError,
                     "size must be -1, which means up to the end, or more");
    return NULL;
  }
  if (get_range (self, offset, &size, "size") == -1)
    return NULL;

  /* All bytes are zero if the first is and each equals the one before. */
  const char *p = (const char *) self->view.buf + offset;
  bool zero = size == 0
    || (p[0] == 0 && memcmp (p, p + 1, (size_t) size - 1) == 0);
  return PyBool_FromLong (zero);
}

static PyObject *
to_buffer (PyObject *object, PyObject *unused UNUSED)
{
  return PyMemoryView_FromObject (object);
}

static Py_ssize_t
buffer_length (PyObject *object)
{
  return ((struct py_buffer *) object)->view.len;
}

static PyObject *
size (PyObject *object, PyObject *unused UNUSED)
{
  return PyLong_FromSsize_t (buffer_length (object));
}

static PyObject *
buffer_repr (PyObject *object)
{
  return PyUnicode_FromFormat ("<nbd.Buffer of %zd bytes>",
                               buffer_length (object));
}

static int
get_buffer (PyObject *object, Py_buffer *view, int flags)
{
  struct py_buffer *self = (struct py_buffer *) object;
  return PyBuffer_FillInfo (view, object, self->view.buf, self->view.len,
                            self->view.readonly, flags);
}

/* The type --------------------------------------------------------------- */

static PyMethodDef methods[] = {
  { "from_bytearray", from_bytearray, METH_O | METH_CLASS,
    "from_bytearray($type, ba, /)\n--\n\n"
    "Make a buffer that holds a copy of some bytes." },
  { "from_buffer", from_buffer, METH_O | METH_CLASS,
    "from_buffer($type, buf, /)\n--\n\n"
    "Make a buffer that shares its memory with another object.\n\n"
    "The object can be anything with the buffer protocol.  Nothing is\n"
    "copied: commands read and write the memory of the object itself, which\n"
    "cannot be resized while this buffer exists." },
  { "to_bytearray", NBDPY_FUNCTION (to_bytearray),
    METH_VARARGS | METH_KEYWORDS,
    "to_bytearray($self, offset=0, length=None)\n--\n\n"
    "Return a copy of the contents, or of a part of them." },
  { "to_buffer", to_buffer, METH_NOARGS,
    "to_buffer($self)\n--\n\n"
    "Return a memoryview of the contents.\n\n"
    "Nothing is copied: what a command reads shows up in the view, and what\n"
    "is stored into the view is what a command writes.  Slices of the view\n"
    "can be passed to commands as buffers of their own." },
  { "is_zero", NBDPY_FUNCTION (is_zero), METH_VARARGS | METH_KEYWORDS,
    "is_zero($self, offset=0, size=-1)\n--\n\n"
    "Return whether all bytes, or those of a part, are zero.\n\n"
    "A size of -1 means up to the end of the buffer." },
  { "size", size, METH_NOARGS,
    "size($self)\n--\n\nReturn the number of bytes in the buffer." },
  { NULL, NULL, 0, NULL }
};

static PySequenceMethods as_sequence = { .sq_length = buffer_length };
static PyBufferProcs as_buffer = { .bf_getbuffer = get_buffer };

PyTypeObject nbdpy_buffer_type = {
  PyVarObject_HEAD_INIT (NULL, 0)
  .tp_name = "nbd.Buffer",
  .tp_doc = "Buffer(len)\n--\n\n"
    "Memory that asynchronous commands read from or write to.\n\n"
    "It has the buffer protocol, so bytes(), memoryview() and slices of the\n"
    "latter work.  A new buffer holds zeroes.",
  .tp_basicsize = sizeof (struct py_buffer),
  .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
  .tp_new = buffer_new,
  .tp_dealloc = buffer_dealloc,
  .tp_repr = buffer_repr,
  .tp_methods = methods,
  .tp_as_sequence = &as_sequence,
  .tp_as_buffer = &as_buffer,
  .tp_weaklistoffset = offsetof (struct py_buffer, weak_references),
};
