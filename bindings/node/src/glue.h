/* SPDX-License-Identifier: MIT */
/* What the generated methods.c and the hand-written parts of the addon share.
 *
 * Everything runs in the thread of one JavaScript environment, which is the
 * main thread or a worker: calls, callbacks, and the event loop.  Promises are
 * made in JavaScript; here a command that has finished is only noted, and one
 * call of the function `deliver` tells of all that have. */

#ifndef NBDN_GLUE_H
#define NBDN_GLUE_H

#ifndef NAPI_VERSION
#define NAPI_VERSION 8
#endif
#include <node_api.h>

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <uv.h>

#include <libnbd.h>

/* The most arguments that a function has, the handle included. */
#define MAX_ARGS 6

/* What belongs to one environment: module.c. */
struct instance {
  napi_env env;
  uv_loop_t *loop;
  napi_async_cleanup_hook_handle hook;
  napi_async_context context; /* of what the event loop calls */
  napi_ref make_error;        /* (message, errnum, name) => Error */
  napi_ref deliver;           /* (state): take what has finished */
  struct handle *handles;     /* that are open */
  unsigned users;             /* handles, watchers, and the environment */
  unsigned watchers;          /* of descriptors, until they are closed */
  bool ending;                /* the environment: nothing may be called */
};

/* A command, until it was both retired by the library and delivered. */
struct command {
  struct handle *handle;
  struct command *next; /* of those that have finished */
  int64_t cookie;
  int errnum;
  bool finished, retired, delivered;
};

/* What the value that stands for a handle in JavaScript refers to. */
struct handle {
  struct instance *instance;
  struct handle *prev, *next; /* of instance->handles */
  struct nbd_handle *h;       /* NULL once closed */
  napi_ref state;             /* the object in JavaScript: see nbdn_balance */
  uv_poll_t *watcher;         /* or NULL */
  int fd, events;             /* that it watches */
  unsigned callbacks;         /* that run at this moment */
  unsigned pending;           /* promises */
  bool keeps_alive;           /* the process, without promises too */
  bool is_rooted;             /* state is a strong reference */
  bool is_waited_for;         /* deliver wants to hear of every event */
  struct command *done, **last_done;
  char *message; /* why the connection ended, or NULL */
  int errnum;
};

/* A function in JavaScript for as long as the library may call it. */
struct closure {
  struct handle *handle;
  napi_ref function;
  const char *base; /* of the buffer of a read, which chunks are parts of */
};

/* Memory that the library may use.  JavaScript keeps it. */
struct bytes {
  void *start;
  size_t length;
};

struct address {
  struct sockaddr_storage storage;
  socklen_t length;
};

/* One call from JavaScript. */
struct call {
  napi_env env;
  const char *name;
  struct instance *instance;
  struct handle *handle;
  struct nbd_handle *h;
  bool locked; /* it takes the handle's lock, so it can do something */
  napi_value args[MAX_ARGS];
  void *memory[MAX_ARGS]; /* to free in the end */
  size_t nr_memory;
  struct closure *closures[2]; /* that the library does not own yet */
  size_t nr_closures;
  struct command *command; /* the same */
};

/* handle.c */
extern napi_value nbdn_create (napi_env env, napi_callback_info info);
extern napi_value nbdn_close (napi_env env, napi_callback_info info);
extern napi_value nbdn_take (napi_env env, napi_callback_info info);
extern napi_value nbdn_why (napi_env env, napi_callback_info info);
extern napi_value nbdn_hold (napi_env env, napi_callback_info info);
extern napi_value nbdn_keep_alive (napi_env env, napi_callback_info info);
extern struct handle *nbdn_to_handle (napi_env env, napi_value value);
extern void nbdn_close_handle (struct handle *handle);
extern void nbdn_balance (struct handle *handle);
extern void nbdn_deliver (struct handle *handle);
extern void nbdn_drop_user (struct instance *instance);

/* loop.c */
extern void nbdn_watch (struct handle *handle);
extern void nbdn_unwatch (struct handle *handle);

/* calls.c: `open` reads the arguments, `enter` comes right before the library
 * is called, and one of the others ends the call. */
extern bool nbdn_open (struct call *call, napi_env env,
                       napi_callback_info info, const char *name,
                       bool locked);
extern void nbdn_enter (struct call *call);
extern napi_value nbdn_refused (struct call *call);
extern napi_value nbdn_failed (struct call *call);
extern napi_value nbdn_issued (struct call *call, int64_t cookie);
extern napi_value nbdn_return (struct call *call, napi_value value);
extern napi_value nbdn_nothing (struct call *call);
extern void *nbdn_allocate (struct call *call, size_t size);
extern napi_value nbdn_error (struct instance *instance, const char *name,
                              const char *message, int errnum);

/* arguments.c */
extern bool nbdn_get_bool (struct call *call, int i, const char *name,
                           bool *value);
extern bool nbdn_get_int (struct call *call, int i, const char *name,
                          int *value);
extern bool nbdn_get_uint32 (struct call *call, int i, const char *name,
                             uint32_t *value);
extern bool nbdn_get_uint64 (struct call *call, int i, const char *name,
                             uint64_t *value);
extern bool nbdn_get_size (struct call *call, int i, const char *name,
                           size_t *value);
extern bool nbdn_get_uintptr (struct call *call, int i, const char *name,
                              uintptr_t *value);
extern bool nbdn_get_string (struct call *call, int i, const char *name,
                             char **value);
extern bool nbdn_get_strings (struct call *call, int i, const char *name,
                              char ***value);
extern bool nbdn_get_address (struct call *call, int i, const char *name,
                              struct address *value);
extern bool nbdn_get_bytes (struct call *call, int i, const char *name,
                            struct bytes *value);

/* values.c */
extern napi_value nbdn_from_bool (napi_env env, bool value);
extern napi_value nbdn_from_int64 (napi_env env, int64_t value);
extern napi_value nbdn_from_uint64 (napi_env env, uint64_t value);
extern napi_value nbdn_from_string (napi_env env, const char *value);
extern napi_value nbdn_from_owned_string (napi_env env, char *value);
extern napi_value nbdn_from_extents32 (napi_env env, const uint32_t *entries,
                                       size_t n);
extern napi_value nbdn_from_extents64 (napi_env env,
                                       const nbd_extent *entries, size_t n);

/* closures.c */
extern bool nbdn_get_closure (struct call *call, int i, const char *name,
                              bool lasts, const struct bytes *buffer,
                              struct closure **closure);
extern bool nbdn_new_command (struct call *call);
extern nbd_completion_callback nbdn_completion (struct call *call);
extern void nbdn_free_closure (void *closure);
extern bool nbdn_begin_callback (struct closure *closure,
                                 napi_handle_scope *scope);
extern napi_value nbdn_from_part (struct closure *closure, const void *part);
extern int nbdn_run_callback (struct closure *closure,
                              napi_handle_scope scope, size_t argc,
                              const napi_value *argv, int *error);

/* methods.c, generated */
extern const napi_property_descriptor nbdn_methods[];
extern const size_t nbdn_nr_methods;

#endif /* NBDN_GLUE_H */
