/* SPDX-License-Identifier: MIT */
/* Declarations that the generated stubs.c and the hand-written parts of the
 * OCaml library share.
 *
 * A stub must not raise an exception while it holds anything that C has to
 * free.  So each stub has the same steps: nbdml_open, which can raise;
 * arguments, whose mistakes are only noted; nbdml_enter, which raises for
 * mistakes, or gives up the runtime lock; the call; nbdml_leave, which takes
 * the runtime lock again; the result; nbdml_finish, which frees everything
 * and then raises what has to be raised. */

#ifndef NBDML_GLUE_H
#define NBDML_GLUE_H

#define CAML_NAME_SPACE
#include <caml/alloc.h>
#include <caml/bigarray.h>
#include <caml/memory.h>
#include <caml/mlvalues.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <libnbd.h>

#include "domains.h"

#define UNUSED __attribute__ ((unused))

/* The C part of a handle.  A value of type NBD.t has a custom block that
 * points to this struct, a number, and an array.  The array contains the
 * OCaml values that the library refers to: functions that it may call and
 * buffers that it may use.  They live until the library gives them back, or as
 * long as the handle.  A function that refers to its own handle does not keep
 * the handle alive forever.  The value looks like an object, because OCaml
 * compares and hashes objects by their numbers, and does not look at the rest,
 * which changes and contains functions. */
struct handle {
  struct nbd_handle *h;
  uses_count uses; /* calls in progress, or CLOSED */
  kept_lock lock;  /* for the array and the members below */
  size_t *idle;    /* indexes into the array that are unused */
  size_t nr_idle;
  size_t size; /* of the array and of idle */
};

#define CLOSED (-1)
#define Handle_val(v) (*(struct handle **) Data_custom_val (Field (v, 0)))
#define Kept_val(v) Field (v, 2)

/* The most values that one call adds to the array. */
#define KEPT_MAX 3
#define NOTHING ((size_t) -1)

/* The user_data of a closure: indexes into the array. */
struct closure {
  size_t function;
  size_t buffer;
  struct closure *next; /* in a list of struct call */
};

/* Copies of arguments, which are freed when the call has returned. */
struct copy {
  struct copy *next;
  _Alignas(max_align_t) char data[];
};

/* One call of a function of NBD. */
struct call {
  const char *name; /* without nbd_ */
  value *self;      /* the handle; it is a local root */
  struct handle *handle;
  struct nbd_handle *h;
  struct call *outer; /* the call that runs this callback */
  struct copy *copies;
  struct closure *closures; /* not yet owned by the library */
  struct closure *freed;    /* given back without the runtime lock */
  unsigned nr_freed;
  char *mistake; /* in an argument, or NULL */
  value exn;     /* raised by a callback, or Val_unit */
  bool locked;   /* it takes the handle's lock */
  bool released; /* the runtime lock was given up */
  bool out_of_memory;
};

/* The arguments of a callback, for the accessors in callbacks.c. */
struct arguments {
  const char *strings[2];
  const void *data;
  size_t count; /* of bytes or entries */
  uint64_t number;
  unsigned word;
  int *error;
};

/* The function of NBD.ml that runs callbacks of one type: generated. */
struct runner {
  const char *name; /* under which NBD.ml has registered it */
  const value *function;
};

/* calls.c */
extern void nbdml_open (struct call *call, value *self, const char *name,
                        bool locked);
extern void nbdml_enter (struct call *call);
extern void nbdml_leave (struct call *call);
extern void nbdml_finish (struct call *call, bool failed);
extern struct call *nbdml_current (void);
extern bool nbdml_take_lock (void);
extern void nbdml_give_lock (bool taken);

/* errors.c */
extern _Noreturn void nbdml_raise_error (const char *text, int errnum);
extern _Noreturn void nbdml_raise_closed (const char *name);

/* arguments.c */
extern void *nbdml_allocate (struct call *call, size_t size);
extern int nbdml_int (struct call *call, value v, const char *name);
extern int nbdml_signal (struct call *call, value v, const char *name);
extern uint32_t nbdml_mask (struct call *call, value v, const char *name);
extern uint32_t nbdml_uint32 (struct call *call, value v, const char *name);
extern size_t nbdml_size (struct call *call, value v, const char *name);
extern char *nbdml_string (struct call *call, value v, const char *name);
extern char **nbdml_strings (struct call *call, value v, const char *name);
extern void *nbdml_bytes (struct call *call, value v);
extern void *nbdml_room (struct call *call, value v);
extern void nbdml_fill (value v, const void *room);
extern socklen_t nbdml_address (value v, struct sockaddr_storage *address);

/* callbacks.c */
extern struct closure *nbdml_closure (struct call *call, value function);
extern struct closure *nbdml_completion (struct call *call, value option,
                                         value buffer);
extern void nbdml_reserve (value *self);
extern void nbdml_drop_closures (value self, struct closure **list);
extern void nbdml_free_closure (void *closure);
extern int nbdml_run (struct closure *closure, const struct runner *runner,
                      struct arguments *arguments);

/* stubs.c, generated */
extern struct runner nbdml_runners[];

#endif /* NBDML_GLUE_H */
