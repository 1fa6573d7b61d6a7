/* SPDX-License-Identifier: MIT */
/* Declarations that the generated methods.c and the hand-written parts of the
 * addon share.
 *
 * Everything runs in the thread of one JavaScript environment, which is the
 * main thread or a worker: calls, callbacks, and the event loop.  Promises
 * are made in JavaScript.  The addon only notes which commands have finished,
 * and one call of the function `deliver` reports all of them. */

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

/* The largest number of arguments of a function, including the handle. */
#define MAX_ARGS 6

/* The data of one environment; see module.c. */
struct instance {
  napi_env env;
  uv_loop_t *loop;
  napi_async_cleanup_hook_handle hook;
  napi_async_context context; /* of calls from the event loop */
  napi_ref make_error;        /* (message, errnum, name) => Error */
  napi_ref deliver;           /* (state): take finished commands */
  struct handle *handles;     /* open ones */
  unsigned users;             /* handles, watchers, and the environment */
  unsigned watchers; /* of descriptors, until libuv has closed them */
  bool ending;       /* the environment ends: nothing may be called */
};

/* A command, until it was retired by the library and delivered. */
struct command {
  struct handle *handle;
  struct command *next; /* in the list of finished ones */
  int64_t cookie;
  int errnum;
  bool finished, retired, delivered;
};

/* What the value that represents a handle in JavaScript points to. */
struct handle {
  struct instance *instance;
  struct handle *prev, *next; /* of instance->handles */
  struct nbd_handle *h;       /* NULL once closed */
  napi_ref state;             /* the object in JavaScript: see nbdn_balance */
  uv_poll_t *watcher;         /* or NULL */
  int fd, events;             /* that the watcher watches */
  unsigned callbacks;         /* that are running */
  unsigned pending;           /* promises */
  bool keeps_alive;           /* the process, even without promises */
  bool is_rooted;             /* state is a strong reference */
  bool is_waited_for;         /* deliver must be called for every event */
  struct command *done, **last_done;
  char *message; /* why the connection ended, or NULL */
  int errnum;
};

/* A function in JavaScript that the library may call. */
struct closure {
  struct handle *handle;
  napi_ref function;
  const char *base; /* of the buffer of a read, which contains the chunks */
};

/* Memory that the library may use.  An object in JavaScript keeps it. */
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
  bool locked; /* it takes the handle's lock, so it may finish commands */
  napi_value args[MAX_ARGS];
  void *memory[MAX_ARGS]; /* to free at the end */
  size_t nr_memory;
  struct closure *closures[2]; /* not owned by the library yet */
  size_t nr_closures;
  struct command *command; /* likewise */
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

/* calls.c: `open` reads the arguments, `enter` must be called immediately
 * before the library, and one of the others ends the call. */
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
