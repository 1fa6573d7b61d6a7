/* SPDX-License-Identifier: MIT */
/* Declarations that the generated methods.c and the hand-written parts of the
 * Python module share.  All functions are called with the interpreter's lock
 * held, unless a comment says otherwise. */

#ifndef NBDPY_GLUE_H
#define NBDPY_GLUE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include <libnbd.h>

#define CLEANUP(fn) __attribute__ ((cleanup (fn)))
#define UNUSED __attribute__ ((unused))

/* Cast a function of any type to what a method table needs. */
#define NBDPY_FUNCTION(fn) ((PyCFunction) (void (*) (void)) (fn))

struct closure;

/* The object that NBD._o refers to.  It owns the library's handle.  It knows
 * the closures that the library holds, so that the garbage collector can
 * follow a callback that refers to its own handle. */
struct py_handle {
  PyObject_HEAD
  struct nbd_handle *h; /* NULL once closed */
  struct closure *closures;
  _Atomic (struct closure *) completed; /* of futures without a result */
  atomic_bool driving; /* notify runs, and resolve is called after it */
  int waker;           /* eventfd that wakes the loop, or -1 */
  Py_ssize_t busy;     /* calls in progress */
  bool is_to_close;    /* wake the loop when there are none */
  unsigned long callback_thread; /* runs a callback; 0: none */
};

/* One call of a method. */
struct call {
  const char *name; /* without nbd_ */
  struct nbd_handle *h;
  struct py_handle *handle;
  PyObject *const *args; /* the handle is the first one */
  PyObject *future;      /* returned instead of a cookie, or NULL */
};

/* A callable that the library may call, and the objects that must live until
 * the library gives the closure back.  It has no callable if it only keeps
 * the buffer of an asynchronous command. */
struct closure {
  struct py_handle *owner;
  struct closure *prev, *next;
  PyObject *function;
  Py_buffer buffer; /* memory lent to the library; .obj may be NULL */
  PyObject *view;   /* chunks are slices of it; or NULL */

  /* If the callable is a future, see resolve.c. */
  bool is_future, has_completed;
  bool listed, freed; /* freed by the library */
  int error;
  struct closure *next_completed;
};

/* A callback that runs. */
struct callback {
  PyThreadState *thread; /* NULL if it had the lock before */
  struct closure *closure;
  unsigned long outer_thread;
  Py_ssize_t count;
  PyObject *args[6]; /* the first one is scratch space for Python */
};

/* An object that drives a handle from a main loop. */
struct driver {
  PyObject_HEAD
  PyObject *loop;
  PyObject *running;    /* returns the running loop; or None */
  PyObject *type;       /* of futures */
  unsigned long thread; /* in which the loop was checked, or 0 */
  char is_expected;     /* it will look at the handle before the loop waits */
};

struct address {
  struct sockaddr_storage storage;
  socklen_t length;
};

/* Memory that the library may use.  A closure keeps it. */
struct memory {
  void *start;
  size_t length;
};

struct strings {
  PyObject *items; /* a list of bytes objects */
  char **array;    /* their contents, and NULL at the end */
};

/* handle.c */
extern _Thread_local PyThreadState *nbdpy_outside;
extern PyTypeObject nbdpy_handle_type;
extern PyObject *nbdpy_create (PyObject *module, PyObject *unused);
extern PyObject *nbdpy_close (PyObject *module, PyObject *handle);
extern int nbdpy_open (struct call *call, const char *name, bool locked,
                       PyObject *const *args, Py_ssize_t nargs,
                       Py_ssize_t wanted);
extern int nbdpy_still_open (struct call *call);
extern void nbdpy_take_lock (PyThreadState *thread);
extern void nbdpy_give_lock (void);
extern void nbdpy_enter (struct call *call);
extern void nbdpy_leave (struct call *call);

/* errors.c */
extern PyObject *nbdpy_set_exceptions (PyObject *module, PyObject *types);
extern void nbdpy_keep_exception (void);
extern bool nbdpy_has_kept (void);
extern bool nbdpy_raise_kept (void);
extern PyObject *nbdpy_raise (void);
extern PyObject *nbdpy_raise_closed (void);
extern PyObject *nbdpy_raise_too_large (const char *name, uint64_t count,
                                        unsigned most);

/* arguments.c */
extern int nbdpy_get_bool (struct call *call, int i, bool *value);
extern int nbdpy_get_int (struct call *call, int i, const char *name,
                          int *value);
extern int nbdpy_get_uint32 (struct call *call, int i, const char *name,
                             uint32_t *value);
extern int nbdpy_get_uint64 (struct call *call, int i, const char *name,
                             uint64_t *value);
extern int nbdpy_get_size (struct call *call, int i, const char *name,
                           size_t *value);
extern int nbdpy_get_uintptr (struct call *call, int i, const char *name,
                              uintptr_t *value);
extern int nbdpy_get_string (struct call *call, int i, const char *name,
                             PyObject **bytes);
extern int nbdpy_get_path (struct call *call, int i, PyObject **bytes);
extern int nbdpy_get_strings (struct call *call, int i, const char *name,
                              bool argv, struct strings *strings);
extern int nbdpy_get_bytes (struct call *call, int i, Py_buffer *buffer);
extern int nbdpy_get_room (struct call *call, int i, const char *name,
                           PyObject **bytearray);
extern PyObject *nbdpy_room (PyObject *module, PyObject *count);
extern PyObject *nbdpy_decode (const char *string);
extern PyObject *nbdpy_decode_and_free (char *string);
extern PyObject *nbdpy_none (void);
extern PyObject *nbdpy_steal (PyObject **object);
extern void nbdpy_drop (PyObject **object);
extern void nbdpy_drop_strings (struct strings *strings);

/* address.c */
extern int nbdpy_get_address (struct call *call, int i, const char *name,
                              struct address *address);

/* closures.c */
extern int nbdpy_init_closures (void);
extern int nbdpy_get_closure (struct call *call, int i, const char *name,
                              bool optional, struct closure **closure);
extern int nbdpy_lend_buffer (struct call *call, int i, bool writable,
                              struct closure **closure,
                              struct memory *memory);
extern int nbdpy_set_view (struct closure *closure, PyObject *object);
extern struct closure *nbdpy_hand_over (struct closure **closure);
extern void nbdpy_drop_closure (struct closure **closure);

/* These two are called by the library, without the interpreter's lock. */
extern void nbdpy_free_closure (void *closure);
extern void nbdpy_begin_callback (struct callback *cb, void *closure);

/* Run the callback, and give the interpreter's lock back. */
extern int nbdpy_run_callback (struct callback *cb, int *error);

extern void nbdpy_push (struct callback *cb, PyObject *arg);
extern PyObject *nbdpy_from_error (const int *error);
extern PyObject *nbdpy_from_subbuf (struct closure *closure,
                                    const void *subbuf, size_t count);
extern PyObject *nbdpy_from_extents32 (const uint32_t *entries, size_t n);
extern PyObject *nbdpy_from_extents64 (const nbd_extent *entries, size_t n);

/* driver.c */
extern PyTypeObject nbdpy_driver_type;
extern int nbdpy_check_loop (struct driver *driver);

/* future.c */
extern PyTypeObject nbdpy_future_type;
extern int nbdpy_init_future (void);
extern PyObject *nbdpy_new_future (PyObject *driver);
extern int nbdpy_begin_future (PyObject *future, int64_t cookie);
extern int nbdpy_finish_future (PyObject *future, int result);

/* resolve.c */
extern PyObject *nbdpy_from_cookie (struct call *call, int64_t cookie);
extern void nbdpy_drop_call (struct call *call);
extern PyObject *nbdpy_waker (PyObject *module, PyObject *handle);
extern void nbdpy_wake (struct py_handle *handle);
extern PyObject *nbdpy_notify (PyObject *module, PyObject *const *args,
                               Py_ssize_t nargs);
extern PyObject *nbdpy_resolve (PyObject *module, PyObject *handle);
extern void nbdpy_forget_futures (struct py_handle *handle);

/* These two are called by the library, without the interpreter's lock. */
extern int nbdpy_complete_future (struct closure *closure, int error);
extern bool nbdpy_free_later (struct closure *closure);

/* buffer.c */
extern PyTypeObject nbdpy_buffer_type;

/* methods.c, generated */
extern PyMethodDef nbdpy_methods[];

#endif /* NBDPY_GLUE_H */
