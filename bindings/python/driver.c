/* SPDX-License-Identifier: MIT */
/* libnbdmod.Driver drives a handle from a main loop.  It is passed instead of
 * completion callbacks, and makes a future for each command.  The code for
 * the loop is in Python, in a class that is derived from this one. */

#include <stddef.h>

#include "glue.h"

#include <structmember.h>

/* Commands must be issued by tasks of the driver's own loop.  To ask asyncio
 * is expensive, and needed only in another thread than the last time: asyncio
 * itself keeps two loops of one thread apart. */
int
nbdpy_check_loop (struct driver *driver)
{
  unsigned long thread = PyThread_get_thread_ident ();
  if (driver->thread == thread || driver->running == Py_None)
    return 0;
  CLEANUP (nbdpy_drop)
  PyObject *loop = driver->running ? PyObject_CallNoArgs (driver->running)
                                   : NULL;
  if (PyErr_Occurred ())
    return -1;
  if (loop == driver->loop && loop != NULL) {
    driver->thread = thread;
    return 0;
  }
  PyErr_SetString (PyExc_RuntimeError,
                   "the disk belongs to another event loop");
  return -1;
}

static int
driver_init (PyObject *object, PyObject *args, PyObject *keywords UNUSED)
{
  struct driver *self = (struct driver *) object;
  PyObject *loop, *running, *type;
  if (!PyArg_ParseTuple (args, "OOO!:Driver", &loop, &running, &PyType_Type,
                         &type))
    return -1;
  if (!PyType_IsSubtype ((PyTypeObject *) type, &nbdpy_future_type)) {
    PyErr_SetString (PyExc_TypeError, "Driver: no type of futures");
    return -1;
  }
  Py_XSETREF (self->loop, Py_NewRef (loop));
  Py_XSETREF (self->running, Py_NewRef (running));
  Py_XSETREF (self->type, Py_NewRef (type));
  return 0;
}

static int
driver_clear (PyObject *object)
{
  struct driver *self = (struct driver *) object;
  Py_CLEAR (self->loop);
  Py_CLEAR (self->running);
  Py_CLEAR (self->type);
  return 0;
}

static int
driver_traverse (PyObject *object, visitproc visit, void *arg)
{
  struct driver *self = (struct driver *) object;
  Py_VISIT (self->loop);
  Py_VISIT (self->running);
  Py_VISIT (self->type);
  return 0;
}

static void
driver_dealloc (PyObject *object)
{
  PyObject_GC_UnTrack (object);
  driver_clear (object);
  Py_TYPE (object)->tp_free (object);
}

static PyMemberDef driver_members[] = {
  { .name = "loop",
    .type = T_OBJECT_EX,
    .offset = offsetof (struct driver, loop),
    .flags = READONLY },
  { .name = "is_expected",
    .type = T_BOOL,
    .offset = offsetof (struct driver, is_expected) },
  { .name = NULL }
};

PyTypeObject nbdpy_driver_type = {
  /* clang-format off */
  PyVarObject_HEAD_INIT (NULL, 0)
  .tp_name = "libnbdmod.Driver",
  /* clang-format on */
  .tp_doc = "Driver(loop, running, type)\n--\n\n"
            "What drives a handle, in the place of completion callbacks.",
  .tp_basicsize = sizeof (struct driver),
  .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
  .tp_new = PyType_GenericNew,
  .tp_init = driver_init,
  .tp_dealloc = driver_dealloc,
  .tp_traverse = driver_traverse,
  .tp_clear = driver_clear,
  .tp_members = driver_members,
};
