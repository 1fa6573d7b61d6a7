/* SPDX-License-Identifier: MIT */
/* Creating and closing handles, and what has finished on them. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "glue.h"

struct handle *
nbdn_to_handle (napi_env env, napi_value value)
{
  void *handle = NULL;
  napi_valuetype type;

  if (value == NULL || napi_typeof (env, value, &type) != napi_ok
      || type != napi_external
      || napi_get_value_external (env, value, &handle) != napi_ok)
    napi_throw_type_error (env, "ERR_INVALID_ARG_TYPE",
                           "libnbd: this is no handle");
  return handle;
}

/* Pending promises keep the handle and the process alive.  Without them,
 * keeps_alive decides.  A handle that nothing keeps alive is closed when its
 * object is collected. */
void
nbdn_balance (struct handle *handle)
{
  napi_env env = handle->instance->env;
  bool wanted = handle->pending > 0 || handle->keeps_alive;
  uint32_t count;

  if (handle->watcher != NULL && wanted)
    uv_ref ((uv_handle_t *) handle->watcher);
  else if (handle->watcher != NULL)
    uv_unref ((uv_handle_t *) handle->watcher);
  if (wanted == handle->is_rooted || handle->instance->ending)
    return;
  handle->is_rooted = wanted;
  if (wanted)
    napi_reference_ref (env, handle->state, &count);
  else
    napi_reference_unref (env, handle->state, &count);
}

/* Creating and closing ---------------------------------------------------- */

/* Close the connection.  This finishes the commands in flight.  The caller
 * must call deliver. */
void
nbdn_close_handle (struct handle *handle)
{
  struct nbd_handle *h = handle->h;

  nbdn_unwatch (handle);
  handle->h = NULL;
  handle->callbacks++; /* they must not use the handle */
  nbd_close (h);
  handle->callbacks--;
  handle->keeps_alive = false;
  nbdn_balance (handle);
  if (handle->prev != NULL)
    handle->prev->next = handle->next;
  else
    handle->instance->handles = handle->next;
  if (handle->next != NULL)
    handle->next->prev = handle->prev;
}

/* The object was collected, or the environment ends. */
static void
finalize_handle (napi_env env, void *data, void *hint)
{
  struct handle *handle = data;
  struct instance *instance = handle->instance;

  (void) hint;
  if (handle->h != NULL) {
    bool ending = instance->ending;
    instance->ending = true; /* no callback can be called */
    nbdn_close_handle (handle);
    instance->ending = ending;
  }
  while (handle->done != NULL) {
    struct command *command = handle->done;
    handle->done = command->next;
    free (command);
  }
  napi_delete_reference (env, handle->state);
  free (handle->message);
  free (handle);
  nbdn_drop_user (instance);
}

/* create (state): a new handle, which is not connected. */
napi_value
nbdn_create (napi_env env, napi_callback_info info)
{
  struct instance *instance;
  struct handle *handle = calloc (1, sizeof *handle);
  size_t argc = 1;
  napi_value state, value = NULL;

  napi_get_instance_data (env, (void **) &instance);
  napi_get_cb_info (env, info, &argc, &state, NULL, NULL);
  if (handle == NULL || (handle->h = nbd_create ()) == NULL) {
    napi_throw (env, nbdn_error (instance, "nbd_create", nbd_get_error (),
                                 nbd_get_errno ()));
    free (handle);
    return NULL;
  }
  handle->instance = instance;
  handle->fd = -1;
  handle->last_done = &handle->done;
  if (napi_create_reference (env, state, 0, &handle->state) != napi_ok
      || napi_create_external (env, handle, finalize_handle, NULL, &value)
           != napi_ok) {
    nbd_close (handle->h);
    free (handle);
    return NULL;
  }
  instance->users++;
  handle->next = instance->handles;
  if (handle->next != NULL)
    handle->next->prev = handle;
  instance->handles = handle;
  return value;
}

napi_value
nbdn_close (napi_env env, napi_callback_info info)
{
  struct call call;

  if (!nbdn_open (&call, env, info, "nbd_close", true))
    return nbdn_refused (&call);
  nbdn_close_handle (call.handle);
  nbdn_deliver (call.handle);
  return NULL;
}

/* What has finished ------------------------------------------------------- */

/* If something has finished, let JavaScript take it. */
void
nbdn_deliver (struct handle *handle)
{
  struct instance *instance = handle->instance;
  napi_env env = instance->env;
  napi_value deliver, state, undefined, error;

  if ((handle->done == NULL && !handle->is_waited_for) || instance->ending
      || napi_get_reference_value (env, handle->state, &state) != napi_ok
      || state == NULL
      || napi_get_reference_value (env, instance->deliver, &deliver)
           != napi_ok
      || napi_get_undefined (env, &undefined) != napi_ok)
    return;
  if (napi_call_function (env, undefined, deliver, 1, &state, NULL)
        == napi_pending_exception
      && napi_get_and_clear_last_exception (env, &error) == napi_ok)
    napi_fatal_exception (env, error);
}

/* take (handle): the cookies and error numbers of all commands that have
 * finished, in one array. */
napi_value
nbdn_take (napi_env env, napi_callback_info info)
{
  size_t argc = 1;
  napi_value value, array, item;
  uint32_t i = 0;

  napi_get_cb_info (env, info, &argc, &value, NULL, NULL);
  struct handle *handle = nbdn_to_handle (env, value);
  if (handle == NULL || napi_create_array (env, &array) != napi_ok)
    return NULL;
  for (struct command *command = handle->done; command != NULL;) {
    struct command *next = command->next;
    napi_create_int64 (env, command->cookie, &item);
    napi_set_element (env, array, i++, item);
    napi_create_int32 (env, command->errnum, &item);
    napi_set_element (env, array, i++, item);
    handle->pending--;
    if (command->retired)
      free (command);
    else
      command->delivered = true;
    command = next;
  }
  handle->done = NULL;
  handle->last_done = &handle->done;
  nbdn_balance (handle);
  return array;
}

/* why (handle, cookie, errnum, name): retire a command that has failed, and
 * return its error.  With cookie 0, return why the connection ended. */
napi_value
nbdn_why (napi_env env, napi_callback_info info)
{
  size_t argc = 4;
  napi_value args[4];
  int64_t cookie = 0;
  int errnum = 0;
  char name[64] = "";
  const char *message = NULL;

  napi_get_cb_info (env, info, &argc, args, NULL, NULL);
  struct handle *handle = nbdn_to_handle (env, args[0]);
  if (handle == NULL)
    return NULL;
  napi_get_value_int64 (env, args[1], &cookie);
  napi_get_value_int32 (env, args[2], &errnum);
  napi_get_value_string_utf8 (env, args[3], name, sizeof name, NULL);
  if (cookie > 0 && handle->h != NULL
      && nbd_aio_command_completed (handle->h, (uint64_t) cookie) == -1) {
    message = nbd_get_error ();
    errnum = nbd_get_errno ();
  }
  else if (cookie == 0 && errnum == 0) {
    message = handle->message;
    errnum = handle->errnum != 0 ? handle->errnum : ENOTCONN;
  }
  return nbdn_error (handle->instance, name, message, errnum);
}

/* hold (handle, delta, waited): change the number of promises other than
 * those of commands, and say whether deliver must be called for every
 * event. */
napi_value
nbdn_hold (napi_env env, napi_callback_info info)
{
  size_t argc = 3;
  napi_value args[3];
  int delta = 0;

  napi_get_cb_info (env, info, &argc, args, NULL, NULL);
  struct handle *handle = nbdn_to_handle (env, args[0]);
  if (handle == NULL)
    return NULL;
  napi_get_value_int32 (env, args[1], &delta);
  napi_get_value_bool (env, args[2], &handle->is_waited_for);
  handle->pending += (unsigned) delta;
  nbdn_balance (handle);
  return NULL;
}

/* keepAlive (handle, yes) */
napi_value
nbdn_keep_alive (napi_env env, napi_callback_info info)
{
  size_t argc = 2;
  napi_value args[2];

  napi_get_cb_info (env, info, &argc, args, NULL, NULL);
  struct handle *handle = nbdn_to_handle (env, args[0]);
  if (handle == NULL || handle->h == NULL)
    return NULL;
  napi_get_value_bool (env, args[1], &handle->keeps_alive);
  nbdn_balance (handle);
  return NULL;
}
