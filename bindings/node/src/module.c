/* SPDX-License-Identifier: MIT */
/* The addon: the data of one environment, from its start to its end. */

#include <stdlib.h>

#include "glue.h"

#define FUNCTION(name, function)                                      \
  {                                                                   \
    (name), NULL, (function), NULL, NULL, NULL, napi_enumerable, NULL \
  }

/* Set the functions that make errors and that take results. */
static napi_value
set_functions (napi_env env, napi_callback_info info)
{
  struct instance *instance;
  size_t argc = 2;
  napi_value args[2];

  if (napi_get_instance_data (env, (void **) &instance) != napi_ok
      || napi_get_cb_info (env, info, &argc, args, NULL, NULL) != napi_ok
      || napi_create_reference (env, args[0], 1, &instance->make_error)
           != napi_ok
      || napi_create_reference (env, args[1], 1, &instance->deliver)
           != napi_ok)
    napi_throw_error (env, NULL, "libnbd: wrong functions");
  return NULL;
}

/* The environment ends: close what the program left open.  No JavaScript runs
 * any more.  The event loop must not end before our watchers are closed. */
static void
end_instance (napi_async_cleanup_hook_handle hook, void *data)
{
  struct instance *instance = data;

  instance->ending = true;
  instance->hook = hook;
  while (instance->handles != NULL)
    nbdn_close_handle (instance->handles);
  napi_async_destroy (instance->env, instance->context);
  if (instance->watchers == 0) {
    instance->hook = NULL;
    napi_remove_async_cleanup_hook (hook);
  }
}

static void
free_instance (napi_env env, void *data, void *hint)
{
  (void) env, (void) hint;
  nbdn_drop_user (data);
}

void
nbdn_drop_user (struct instance *instance)
{
  if (--instance->users == 0)
    free (instance);
}

static bool
start_instance (napi_env env, struct instance *instance)
{
  napi_value name;
  napi_async_cleanup_hook_handle hook;

  instance->env = env;
  instance->users = 1;
  return napi_set_instance_data (env, instance, free_instance, NULL)
           == napi_ok
         && napi_get_uv_event_loop (env, &instance->loop) == napi_ok
         && napi_create_string_utf8 (env, "libnbd", NAPI_AUTO_LENGTH, &name)
              == napi_ok
         && napi_async_init (env, NULL, name, &instance->context) == napi_ok
         && napi_add_async_cleanup_hook (env, end_instance, instance, &hook)
              == napi_ok;
}

NAPI_MODULE_INIT ()
{
  static const napi_property_descriptor own[] = {
    FUNCTION ("setFunctions", set_functions),
    FUNCTION ("create", nbdn_create),
    FUNCTION ("close", nbdn_close),
    FUNCTION ("take", nbdn_take),
    FUNCTION ("why", nbdn_why),
    FUNCTION ("hold", nbdn_hold),
    FUNCTION ("keepAlive", nbdn_keep_alive),
  };
  struct instance *instance = calloc (1, sizeof *instance);

  if (instance == NULL || !start_instance (env, instance)
      || napi_define_properties (env, exports, sizeof own / sizeof own[0],
                                 own)
           != napi_ok
      || napi_define_properties (env, exports, nbdn_nr_methods, nbdn_methods)
           != napi_ok) {
    napi_throw_error (env, NULL, "libnbd: the addon cannot start");
    return NULL;
  }
  return exports;
}
