/* SPDX-License-Identifier: MIT */
/* nbd.Buffer: memory for asynchronous commands, its own or that of an
 * object. */

#include <stddef.h>

#include "glue.h"

/* The memory belongs to a Python object, of which a view is taken only while
 * it is used.  So the object can be resized in between, and refuses to be
 * resized while a command uses its memory. */
struct py_buffer {
  PyObject_HEAD
  PyObject *weak_references;
  PyObject *attributes;
  PyObject *object; /* a bytearray of its own, or shared */
  bool cleared;     /* false: undefined content */
};

/* Making ----------------------------------------------------------------- */

static PyObject *
buffer_new (PyTypeObject *type, PyObject *args UNUSED,
            PyObject *keywords UNUSED)
{
  struct py_buffer *self = (struct py_buffer *) type->tp_alloc (type, 0);
  if (self == NULL)
    return NULL;
  self->cleared = true;
  self->object = PyByteArray_FromStringAndSize (NULL, 0);
  if (self->object == NULL)
    Py_CLEAR (self);
  return (PyObject *) self;
}

/* Use the memory of an object.  Steals the reference. */
static void
set_object (PyObject *buffer, PyObject *object, bool cleared)
{
  struct py_buffer *self = (struct py_buffer *) buffer;
  self->cleared = cleared;
  Py_SETREF (self->object, object);
}

static int
buffer_init (PyObject *self, PyObject *args, PyObject *keywords)
{
  static char *names[] = { "len", NULL };
  Py_ssize_t length;
  if (!PyArg_ParseTupleAndKeywords (args, keywords, "n:Buffer", names,
                                    &length))
    return -1;
  if (length < 0) {
    PyErr_SetString (PyExc_ValueError, "Buffer: len must not be negative");
    return -1;
  }
  PyObject *memory = PyByteArray_FromStringAndSize (NULL, length);
  if (memory == NULL)
    return -1;
  set_object (self, memory, false);
  return 0;
}

/* Make a buffer with the memory of an object.  Steals the reference, which is
 * NULL after an exception.  A derived type has an __init__, which must be
 * called. */
static PyObject *
make_buffer (PyObject *type, PyObject *object)
{
  if (object == NULL)
    return NULL;
  PyObject *self = PyObject_CallFunction (type, "i", 0);
  if (self != NULL && !PyObject_TypeCheck (self, &nbdpy_buffer_type)) {
    PyErr_Format (PyExc_TypeError, "%R made a %.100s, not a Buffer", type,
                  Py_TYPE (self)->tp_name);
    Py_CLEAR (self);
  }
  if (self == NULL) {
    Py_DECREF (object);
    return NULL;
  }
  set_object (self, object, true);
  return self;
}

static PyObject *
from_bytearray (PyObject *type, PyObject *args, PyObject *keywords)
{
  static char *names[] = { "ba", NULL };
  PyObject *source;
  if (!PyArg_ParseTupleAndKeywords (args, keywords, "O:from_bytearray", names,
                                    &source))
    return NULL;
  return make_buffer (
    type, PyObject_CallOneArg ((PyObject *) &PyByteArray_Type, source));
}

static PyObject *
from_buffer (PyObject *type, PyObject *args, PyObject *keywords)
{
  static char *names[] = { "buf", NULL };
  PyObject *source;
  if (!PyArg_ParseTupleAndKeywords (args, keywords, "O:from_buffer", names,
                                    &source))
    return NULL;

  /* Raise at once the exception that commands would raise later. */
  Py_buffer view;
  if (PyObject_GetBuffer (source, &view, PyBUF_SIMPLE) == -1)
    return NULL;
  PyBuffer_Release (&view);
  Py_INCREF (source);
  return make_buffer (type, source);
}

static void
buffer_dealloc (PyObject *object)
{
  struct py_buffer *self = (struct py_buffer *) object;
  PyObject_GC_UnTrack (object);
  if (self->weak_references != NULL)
    PyObject_ClearWeakRefs (object);
  Py_CLEAR (self->attributes);
  Py_CLEAR (self->object);
  Py_TYPE (object)->tp_free (object);
}

/* No tp_clear is needed: a garbage cycle also contains something else that
 * can be cleared. */
static int
buffer_traverse (PyObject *object, visitproc visit, void *arg)
{
  struct py_buffer *self = (struct py_buffer *) object;
  Py_VISIT (self->attributes);
  Py_VISIT (self->object);
  return 0;
}

/* Memory ----------------------------------------------------------------- */

/* Get a view of the memory, which the caller must release. */
static int
get_view (PyObject *object, Py_buffer *view, int flags)
{
  struct py_buffer *self = (struct py_buffer *) object;
  return PyObject_GetBuffer (self->object, view, flags);
}

/* Clear new memory before anybody can see it.  Only our own bytearrays are
 * ever not cleared. */
static void
clear (PyObject *object)
{
  struct py_buffer *self = (struct py_buffer *) object;
  if (!self->cleared)
    memset (PyByteArray_AS_STRING (self->object), 0,
            (size_t) PyByteArray_GET_SIZE (self->object));
  self->cleared = true;
}

/* Lend the memory, and with it the buffer itself.  A program that keeps
 * buffers in a pool can see by the end of the view that a command no longer
 * needs it. */
static int
get_buffer (PyObject *object, Py_buffer *view, int flags)
{
  Py_buffer *inner = PyMem_Malloc (sizeof *inner);
  view->obj = NULL;
  if (inner == NULL) {
    PyErr_NoMemory ();
    return -1;
  }
  clear (object);
  if (get_view (object, inner, flags & PyBUF_WRITABLE) == -1) {
    PyMem_Free (inner);
    return -1;
  }
  if (PyBuffer_FillInfo (view, object, inner->buf, inner->len,
                         inner->readonly, flags)
      == -1) {
    PyBuffer_Release (inner);
    PyMem_Free (inner);
    return -1;
  }
  view->internal = inner;
  return 0;
}

static void
release_buffer (PyObject *object UNUSED, Py_buffer *view)
{
  PyBuffer_Release (view->internal);
  PyMem_Free (view->internal);
}

/* Reading ---------------------------------------------------------------- */

/* Check a range.  A negative length means up to the end. */
static int
get_range (const Py_buffer *view, Py_ssize_t offset, Py_ssize_t *length,
           const char *name)
{
  if (offset < 0 || offset > view->len) {
    PyErr_SetString (PyExc_IndexError, "offset out of range");
    return -1;
  }
  if (*length < 0)
    *length = view->len - offset;
  if (*length > view->len - offset) {
    PyErr_Format (PyExc_IndexError, "%s out of range", name);
    return -1;
  }
  return 0;
}

static PyObject *
to_bytearray (PyObject *object, PyObject *args, PyObject *keywords)
{
  static char *names[] = { "offset", "length", NULL };
  CLEANUP (PyBuffer_Release) Py_buffer view = { .obj = NULL };
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
  clear (object);
  if (get_view (object, &view, PyBUF_SIMPLE) == -1
      || get_range (&view, offset, &length, "length") == -1)
    return NULL;
  return PyByteArray_FromStringAndSize ((char *) view.buf + offset, length);
}

static PyObject *
is_zero (PyObject *object, PyObject *args, PyObject *keywords)
{
  static char *names[] = { "offset", "size", NULL };
  CLEANUP (PyBuffer_Release) Py_buffer view = { .obj = NULL };
  Py_ssize_t offset = 0, size = -1;
  if (!PyArg_ParseTupleAndKeywords (args, keywords, "|nn:is_zero", names,
                                    &offset, &size))
    return NULL;
  if (size < -1) {
    PyErr_SetString (PyExc_IndexError,
                     "size must be -1, which means up to the end, or more");
    return NULL;
  }
  clear (object);
  if (get_view (object, &view, PyBUF_SIMPLE) == -1
      || get_range (&view, offset, &size, "size") == -1)
    return NULL;

  /* All bytes are zero if the first one is, and each equals the one
   * before. */
  const char *p = (const char *) view.buf + offset;
  bool zero = size == 0
              || (p[0] == 0 && memcmp (p, p + 1, (size_t) size - 1) == 0);
  return PyBool_FromLong (zero);
}

static PyObject *
to_buffer (PyObject *object, PyObject *unused UNUSED)
{
  clear (object);
  return Py_NewRef (((struct py_buffer *) object)->object);
}

static Py_ssize_t
buffer_length (PyObject *object)
{
  Py_buffer view;
  if (get_view (object, &view, PyBUF_SIMPLE) == -1)
    return -1;
  Py_ssize_t length = view.len;
  PyBuffer_Release (&view);
  return length;
}

static PyObject *
size (PyObject *object, PyObject *unused UNUSED)
{
  Py_ssize_t length = buffer_length (object);
  return length == -1 ? NULL : PyLong_FromSsize_t (length);
}

static PyObject *
buffer_repr (PyObject *object)
{
  Py_ssize_t length = buffer_length (object);
  if (length == -1) {
    PyErr_Clear ();
    return PyUnicode_FromString ("<nbd.Buffer without memory>");
  }
  return PyUnicode_FromFormat ("<nbd.Buffer of %zd bytes>", length);
}

/* Two attributes of libnbd's buffers: the object, and whether its memory was
 * cleared.  The second one does not exist before that. */

static PyObject *
get_o (PyObject *object, void *closure UNUSED)
{
  return to_buffer (object, NULL);
}

static PyObject *
get_init (PyObject *object, void *closure UNUSED)
{
  if (((struct py_buffer *) object)->cleared)
    Py_RETURN_TRUE;
  PyErr_SetString (PyExc_AttributeError, "_init");
  return NULL;
}

/* The type --------------------------------------------------------------- */

static PyMethodDef methods[] = {
  { "from_bytearray", NBDPY_FUNCTION (from_bytearray),
    METH_VARARGS | METH_KEYWORDS | METH_CLASS,
    "from_bytearray($type, ba)\n--\n\n"
    "Make a buffer of a copy of some bytes.\n\n"
    "ba is whatever bytearray() takes: a bytes-like object, a series of\n"
    "numbers, or how many zeroes there are to be." },
  { "from_buffer", NBDPY_FUNCTION (from_buffer),
    METH_VARARGS | METH_KEYWORDS | METH_CLASS,
    "from_buffer($type, buf)\n--\n\n"
    "Make a buffer that shares its memory with another object.\n\n"
    "The object can be anything with the buffer protocol.  Nothing is\n"
    "copied: commands read and write the memory of the object itself.  It\n"
    "can be resized, and then the buffer has the new size, but not while a\n"
    "command uses it." },
  { "to_bytearray", NBDPY_FUNCTION (to_bytearray),
    METH_VARARGS | METH_KEYWORDS,
    "to_bytearray($self, offset=0, length=None)\n--\n\n"
    "Return a copy of the contents, or of a part of them." },
  { "to_buffer", to_buffer, METH_NOARGS,
    "to_buffer($self)\n--\n\n"
    "Return the object whose memory it is.\n\n"
    "That is the one given to from_buffer, or else a bytearray.  Nothing is\n"
    "copied: what a command reads shows up there, and what is stored there\n"
    "is what a command writes." },
  { "is_zero", NBDPY_FUNCTION (is_zero), METH_VARARGS | METH_KEYWORDS,
    "is_zero($self, offset=0, size=-1)\n--\n\n"
    "Return whether all bytes, or those of a part, are zero.\n\n"
    "A size of -1 means up to the end of the buffer." },
  { "size", size, METH_NOARGS,
    "size($self)\n--\n\nReturn the number of bytes in the buffer." },
  { NULL, NULL, 0, NULL }
};

static PyGetSetDef properties[] = {
  { .name = "__dict__",
    .get = PyObject_GenericGetDict,
    .set = PyObject_GenericSetDict },
  { .name = "_o", .get = get_o, .doc = "What to_buffer returns." },
  { .name = "_init", .get = get_init, .doc = "True once it was cleared." },
  { .name = NULL }
};

static PySequenceMethods as_sequence = { .sq_length = buffer_length };
static PyBufferProcs as_buffer = {
  .bf_getbuffer = get_buffer,
  .bf_releasebuffer = release_buffer,
};

PyTypeObject nbdpy_buffer_type = {
  /* clang-format off */
  PyVarObject_HEAD_INIT (NULL, 0)
  .tp_name = "nbd.Buffer",
  /* clang-format on */
  .tp_doc =
    "Buffer(len)\n--\n\n"
    "Memory that asynchronous commands read from or write to.\n\n"
    "It has the buffer protocol, so bytes(), memoryview() and slices of the\n"
    "latter work, which can be passed to commands too.  A new buffer holds\n"
    "zeroes.",
  .tp_basicsize = sizeof (struct py_buffer),
  .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
  .tp_new = buffer_new,
  .tp_init = buffer_init,
  .tp_dealloc = buffer_dealloc,
  .tp_traverse = buffer_traverse,
  .tp_repr = buffer_repr,
  .tp_methods = methods,
  .tp_getset = properties,
  .tp_dictoffset = offsetof (struct py_buffer, attributes),
  .tp_as_sequence = &as_sequence,
  .tp_as_buffer = &as_buffer,
  .tp_weaklistoffset = offsetof (struct py_buffer, weak_references),
};
