/* SPDX-License-Identifier: MIT */
/* The extension module libnbdmod, the private part of the module nbd. */

#include "glue.h"

static PyMethodDef own_methods[] = {
  { "create", nbdpy_create, METH_NOARGS, "Make a handle." },
  { "close", nbdpy_close, METH_O, "Close a handle." },
  { "room", nbdpy_room, METH_O, "Make memory for a read." },
  { "waker", nbdpy_waker, METH_O,
    "Return what is readable when commands have completed elsewhere." },
  { "notify", NBDPY_FUNCTION (nbdpy_notify), METH_FASTCALL,
    "Tell the handle of an event." },
  { "resolve", nbdpy_resolve, METH_O,
    "Give their results to futures of completed commands." },
  { "set_exceptions", nbdpy_set_exceptions, METH_VARARGS,
    "Tell which classes to raise: for errors, and for closed handles." },
  { NULL, NULL, 0, NULL }
};

static struct PyModuleDef definition = {
  PyModuleDef_HEAD_INIT,
  .m_name = "libnbdmod",
  .m_doc = "The C half of the module nbd; import that instead.",
  .m_size = -1,
  .m_methods = own_methods,
};

PyMODINIT_FUNC
PyInit_libnbdmod (void)
{
  if (nbdpy_init_closures () == -1 || nbdpy_init_future () == -1
      || PyType_Ready (&nbdpy_handle_type) == -1)
    return NULL;

  PyObject *module = PyModule_Create (&definition);
  if (module == NULL)
    return NULL;
  if (PyModule_AddFunctions (module, nbdpy_methods) == -1
      || PyModule_AddType (module, &nbdpy_buffer_type) == -1
      || PyModule_AddType (module, &nbdpy_driver_type) == -1
      || PyModule_AddType (module, &nbdpy_future_type) == -1) {
    Py_DECREF (module);
    return NULL;
  }
  return module;
}
