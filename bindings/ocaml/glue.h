/* SPDX-License-Identifier: MIT */
/* What the generated stubs.c and the hand-written parts of the OCaml library
 * share.
 *
 * A stub may not leave by an exception while it holds anything that C has to
 * free, so it goes through the same steps each time: nbdml_open, which can
 * raise; arguments, of which mistakes are only noted; nbdml_enter, which
 * raises for those, or gives up the runtime lock; the call; nbdml_leave,
 * which takes the lock again; the result; nbdml_finish, which frees
 * everything and then raises what there is to raise. */

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

/* The C part of a handle.  A value of type NBD.t is a pair of a custom block
 * that points to it, and an array: what the library keeps of OCaml's, that is
 * functions that it may call and buffers that it may use.  So they live as
 * long as the handle or until the library gives them back, and a function
 * that refers to its own handle does not keep that alive for ever. */
struct handle {
  struct nbd_handle *h;
  uses_count uses; /* calls that are under way, or CLOSED */
  kept_lock lock;  /* for the array and for what follows */
  size_t *idle;    /* indexes into the array that are not used */
  size_t nr_idle;
  size_t size; /* of the array, and of idle */
};

#define CLOSED (-1)
#define Handle_val(v) (*(struct handle **) Data_custom_val (Field (v, 0)))
#define Kept_val(v) Field (v, 1)

/* No call adds more to the array than this. */
#define KEPT_MAX 3
#define NOTHING ((size_t) -1)

/* What the library gets as a closure's user_data: indexes into the array. */
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
  struct call *outer; /* around the callback that makes this call */
  struct copy *copies;
  struct closure *closures; /* not yet handed over to the library */
  struct closure *freed;    /* given back while it had no runtime lock */
  unsigned nr_freed;
  char *mistake; /* in an argument, or NULL */
  value exn;     /* that left a callback, or Val_unit */
  bool locked;   /* it takes the lock of the handle */
  bool released; /* the runtime lock has been given up */
  bool out_of_memory;
};

/* The arguments of a callback, for the accessors in callbacks.c. */
struct arguments {
  const char *strings[2];
  const void *data;
  size_t count; /* of bytes, or of entries */
  uint64_t number;
  unsigned word;
  int *error;
};

/* Which function of NBD.ml calls a callback of which type: generated. */
struct runner {
  const char *name; /* that NBD.ml has registered it by */
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
