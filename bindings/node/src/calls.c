/* SPDX-License-Identifier: MIT */
/* The steps of each call: from JavaScript to the library and back. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "glue.h"

/* Make an error in JavaScript.  Without a message, its text is made from the
 * number. */
napi_value
nbdn_error (struct instance *instance, const char *name, const char *message,
            int errnum)
{
  napi_env env = instance->env;
  napi_value make, undefined, args[3], error = NULL;
  char text[128];

  if (message == NULL) {
    snprintf (text, sizeof text, "%s: %s", name, strerror (errnum));
    message = text;
  }
  if (napi_get_reference_value (env, instance->make_error, &make) == napi_ok
      && napi_get_undefined (env, &undefined) == napi_ok
      && napi_create_string_utf8 (env, message, NAPI_AUTO_LENGTH, &args[0])
           == napi_ok
      && napi_create_int32 (env, errnum, &args[1]) == napi_ok
      && napi_create_string_utf8 (env, name, NAPI_AUTO_LENGTH, &args[2])
           == napi_ok)
    napi_call_function (env, undefined, make, 3, args, &error);
  return error;
}

static void
throw_error (struct call *call, const char *message, int errnum)
{
  napi_value error = nbdn_error (call->instance, call->name, message, errnum);

  if (error != NULL)
    napi_throw (call->env, error);
}

/* Refuse a call in a callback of the same handle, because it would wait
 * forever for the handle's lock. */
static bool
is_possible (struct call *call, bool locked)
{
  char message[160];

  if (call->handle->callbacks > 0 && locked) {
    snprintf (message, sizeof message,
              "%s: called from a callback of the same handle, which would"
              " wait for ever: %s",
              call->name, strerror (EDEADLK));
    throw_error (call, message, EDEADLK);
    return false;
  }
  if (call->h == NULL) {
    snprintf (message, sizeof message, "%s: the handle was closed",
              call->name);
    throw_error (call, message, EBADF);
    return false;
  }
  return true;
}

bool
nbdn_open (struct call *call, napi_env env, napi_callback_info info,
           const char *name, bool locked)
{
  size_t argc = MAX_ARGS;

  memset (call, 0, sizeof *call);
  call->env = env;
  call->name = name;
  call->locked = locked;
  if (napi_get_cb_info (env, info, &argc, call->args, NULL, NULL) != napi_ok)
    return false;
  call->handle = nbdn_to_handle (env, call->args[0]);
  if (call->handle == NULL)
    return false;
  call->instance = call->handle->instance;
  call->h = call->handle->h;
  return is_possible (call, locked);
}

/* Allocate memory that is freed at the end of the call. */
void *
nbdn_allocate (struct call *call, size_t size)
{
  void *memory = calloc (1, size);

  if (memory == NULL)
    throw_error (call, NULL, ENOMEM);
  else
    call->memory[call->nr_memory++] = memory;
  return memory;
}

/* From here on the library owns the closures. */
void
nbdn_enter (struct call *call)
{
  call->nr_closures = 0;
}

static void
free_memory (struct call *call)
{
  for (size_t i = 0; i < call->nr_memory; i++)
    free (call->memory[i]);
  for (size_t i = 0; i < call->nr_closures; i++)
    nbdn_free_closure (call->closures[i]);
}

/* An exception was thrown before the library was called. */
napi_value
nbdn_refused (struct call *call)
{
  free_memory (call);
  free (call->command);
  return NULL;
}

/* After the library was called: watch for what it waits for now, and deliver
 * what it has finished. */
static void
leave (struct call *call)
{
  free_memory (call);
  if (!call->locked)
    return; /* the call has only read something */
  nbdn_watch (call->handle);
  nbdn_deliver (call->handle);
}

napi_value
nbdn_failed (struct call *call)
{
  napi_value error = nbdn_error (call->instance, call->name, nbd_get_error (),
                                 nbd_get_errno ());

  leave (call);
  if (error != NULL)
    napi_throw (call->env, error);
  return NULL;
}

napi_value
nbdn_return (struct call *call, napi_value value)
{
  leave (call);
  return value;
}

napi_value
nbdn_nothing (struct call *call)
{
  return nbdn_return (call, NULL);
}

/* A command was issued.  The caller in JavaScript must note its cookie before
 * `deliver` can report it, so the caller calls deliver.  A negative cookie
 * tells it to do so, because something has finished. */
napi_value
nbdn_issued (struct call *call, int64_t cookie)
{
  struct handle *handle = call->handle;
  napi_value value = NULL;

  call->command->cookie = cookie;
  handle->pending++;
  nbdn_balance (handle);
  free_memory (call);
  nbdn_watch (handle);
  napi_create_int64 (call->env, handle->done != NULL ? -cookie : cookie,
                     &value);
  return value;
}
