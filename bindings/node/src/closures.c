/* SPDX-License-Identifier: MIT */
/* Functions in JavaScript as closures of the library, and commands.
 *
 * The functions are never those of the program, but wrappers in lib/core.js,
 * which catch exceptions.  They return 0, or the error number with which the
 * command fails. */

#include <errno.h>
#include <stdlib.h>

#include "glue.h"

/* Make a closure of a function, which may be null.  A closure that lasts
 * longer than a command is referred to by the handle's object, not by the
 * addon, so that a function that refers to its own handle does not keep the
 * handle forever. */
bool
nbdn_get_closure (struct call *call, int i, const char *name, bool lasts,
                  const struct bytes *buffer, struct closure **closure)
{
  struct closure *made = calloc (1, sizeof *made);
  char message[128];
  napi_valuetype type;

  if (napi_typeof (call->env, call->args[i], &type) != napi_ok
      || type != napi_function || made == NULL
      || napi_create_reference (call->env, call->args[i], lasts ? 0 : 1,
                                &made->function)
           != napi_ok) {
    free (made);
    snprintf (message, sizeof message, "%s: %s must be a function",
              call->name, name);
    napi_throw_type_error (call->env, "ERR_INVALID_ARG_TYPE", message);
    return false;
  }
  made->handle = call->handle;
  made->base = buffer != NULL ? buffer->start : NULL;
  call->closures[call->nr_closures++] = made;
  *closure = made;
  return true;
}

void
nbdn_free_closure (void *user_data)
{
  struct closure *closure = user_data;

  napi_delete_reference (closure->handle->instance->env, closure->function);
  free (closure);
}

/* Commands ---------------------------------------------------------------- */

/* Note that the command has finished.  The library keeps a command that has
 * failed, so that it can be asked for the reason. */
static int
finish (void *user_data, int *error)
{
  struct command *command = user_data;
  struct handle *handle = command->handle;

  command->finished = true;
  command->errnum = *error;
  *handle->last_done = command;
  handle->last_done = &command->next;
  return *error == 0;
}

/* The library has retired the command, or has not issued it. */
static void
retire (void *user_data)
{
  struct command *command = user_data;

  if (!command->finished || command->delivered)
    free (command);
  else
    command->retired = true;
}

bool
nbdn_new_command (struct call *call)
{
  call->command = calloc (1, sizeof *call->command);
  if (call->command == NULL) {
    napi_throw_error (call->env, "ENOMEM", "libnbd: memory is short");
    return false;
  }
  call->command->handle = call->handle;
  return true;
}

nbd_completion_callback
nbdn_completion (struct call *call)
{
  return (nbd_completion_callback) {
    .callback = finish,
    .user_data = call->command,
    .free = retire,
  };
}

/* Callbacks --------------------------------------------------------------- */

/* Whether JavaScript can be called now. */
bool
nbdn_begin_callback (struct closure *closure, napi_handle_scope *scope)
{
  struct instance *instance = closure->handle->instance;

  return !instance->ending
         && napi_open_handle_scope (instance->env, scope) == napi_ok;
}

/* The offset in its buffer of a part of a read. */
napi_value
nbdn_from_part (struct closure *closure, const void *part)
{
  ptrdiff_t start = 0;

  if (part != NULL && closure->base != NULL)
    start = (const char *) part - closure->base;
  return nbdn_from_int64 (closure->handle->instance->env, start);
}

int
nbdn_run_callback (struct closure *closure, napi_handle_scope scope,
                   size_t argc, const napi_value *argv, int *error)
{
  napi_env env = closure->handle->instance->env;
  napi_value function = NULL, undefined, result, thrown;
  int32_t answer = EIO;

  closure->handle->callbacks++;
  if (napi_get_reference_value (env, closure->function, &function) != napi_ok
      || function == NULL || napi_get_undefined (env, &undefined) != napi_ok)
    answer = 0;
  else if (napi_call_function (env, undefined, function, argc, argv, &result)
           == napi_ok)
    napi_get_value_int32 (env, result, &answer);
  else
    napi_get_and_clear_last_exception (env, &thrown);
  closure->handle->callbacks--;
  napi_close_handle_scope (env, scope);
  if (answer == 0)
    return 0;
  if (error != NULL)
    *error = answer;
  return error != NULL ? -1 : answer;
}
