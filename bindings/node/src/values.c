/* SPDX-License-Identifier: MIT */
/* Convert results of the library to values of JavaScript.  NULL means
 * undefined, and an exception is pending then. */

#include <stdlib.h>

#include "glue.h"

/* Number.MAX_SAFE_INTEGER: a larger number becomes a BigInt. */
#define MAX_SAFE_INTEGER ((INT64_C (1) << 53) - 1)

napi_value
nbdn_from_bool (napi_env env, bool value)
{
  napi_value result = NULL;

  napi_get_boolean (env, value, &result);
  return result;
}

napi_value
nbdn_from_int64 (napi_env env, int64_t value)
{
  napi_value result = NULL;

  if (value > MAX_SAFE_INTEGER || value < -MAX_SAFE_INTEGER)
    napi_create_bigint_int64 (env, value, &result);
  else
    napi_create_int64 (env, value, &result);
  return result;
}

napi_value
nbdn_from_uint64 (napi_env env, uint64_t value)
{
  napi_value result = NULL;

  if (value > (uint64_t) MAX_SAFE_INTEGER)
    napi_create_bigint_uint64 (env, value, &result);
  else
    napi_create_int64 (env, (int64_t) value, &result);
  return result;
}

napi_value
nbdn_from_string (napi_env env, const char *value)
{
  napi_value result = NULL;

  napi_create_string_utf8 (env, value, NAPI_AUTO_LENGTH, &result);
  return result;
}

napi_value
nbdn_from_owned_string (napi_env env, char *value)
{
  napi_value result = nbdn_from_string (env, value);

  free (value);
  return result;
}

/* A flat array: length, flags, length, flags, ... */
napi_value
nbdn_from_extents32 (napi_env env, const uint32_t *entries, size_t n)
{
  napi_value array = NULL, item;

  napi_create_array_with_length (env, n, &array);
  for (size_t i = 0; array != NULL && i < n; i++) {
    napi_create_uint32 (env, entries[i], &item);
    napi_set_element (env, array, (uint32_t) i, item);
  }
  return array;
}

napi_value
nbdn_from_extents64 (napi_env env, const nbd_extent *entries, size_t n)
{
  napi_value array = NULL;

  napi_create_array_with_length (env, 2 * n, &array);
  for (size_t i = 0; array != NULL && i < n; i++) {
    uint32_t at = (uint32_t) (2 * i);
    napi_set_element (env, array, at,
                      nbdn_from_uint64 (env, entries[i].length));
    napi_set_element (env, array, at + 1,
                      nbdn_from_uint64 (env, entries[i].flags));
  }
  return array;
}
