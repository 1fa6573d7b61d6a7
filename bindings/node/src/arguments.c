/* SPDX-License-Identifier: MIT */
/* Convert values of JavaScript to arguments of the library.  Each function
 * throws an exception and returns false if the value cannot be used. */

#include <arpa/inet.h>
#include <linux/vm_sockets.h>
#include <math.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "glue.h"

typedef napi_status throw_function (napi_env env, const char *code,
                                    const char *message);

static bool
refuse (struct call *call, throw_function *raise, const char *code,
        const char *name, const char *wanted)
{
  char message[160];

  snprintf (message, sizeof message, "%s: %s must be %s", call->name, name,
            wanted);
  raise (call->env, code, message);
  return false;
}

static bool
refuse_type (struct call *call, const char *name, const char *wanted)
{
  return refuse (call, napi_throw_type_error, "ERR_INVALID_ARG_TYPE", name,
                 wanted);
}

static bool
refuse_range (struct call *call, const char *name, const char *wanted)
{
  return refuse (call, napi_throw_range_error, "ERR_OUT_OF_RANGE", name,
                 wanted);
}

static napi_valuetype
type_of (struct call *call, int i)
{
  napi_valuetype type = napi_undefined;

  napi_typeof (call->env, call->args[i], &type);
  return type;
}

bool
nbdn_get_bool (struct call *call, int i, const char *name, bool *value)
{
  return napi_get_value_bool (call->env, call->args[i], value) == napi_ok
         || refuse_type (call, name, "true or false");
}

/* Numbers ----------------------------------------------------------------- */

/* An integer within bounds that a double holds exactly. */
static bool
get_integer (struct call *call, int i, const char *name, double least,
             double most, double *value)
{
  char wanted[80];

  if (napi_get_value_double (call->env, call->args[i], value) != napi_ok)
    return refuse_type (call, name, "a number");
  if (trunc (*value) == *value && *value >= least && *value <= most)
    return true;
  snprintf (wanted, sizeof wanted, "an integer from %.0f to %.0f", least,
            most);
  return refuse_range (call, name, wanted);
}

bool
nbdn_get_int (struct call *call, int i, const char *name, int *value)
{
  double number;

  if (!get_integer (call, i, name, INT32_MIN, INT32_MAX, &number))
    return false;
  *value = (int) number;
  return true;
}

bool
nbdn_get_uint32 (struct call *call, int i, const char *name, uint32_t *value)
{
  double number;

  if (!get_integer (call, i, name, 0, UINT32_MAX, &number))
    return false;
  *value = (uint32_t) number;
  return true;
}

/* A number that is exact, or a BigInt. */
bool
nbdn_get_uint64 (struct call *call, int i, const char *name, uint64_t *value)
{
  bool lossless;
  double number;

  if (type_of (call, i) == napi_bigint)
    return (napi_get_value_bigint_uint64 (call->env, call->args[i], value,
                                          &lossless)
              == napi_ok
            && lossless)
           || refuse_range (call, name, "a BigInt from 0 to 2^64 - 1");
  if (type_of (call, i) != napi_number)
    return refuse_type (call, name, "a number or a BigInt");
  napi_get_value_double (call->env, call->args[i], &number);
  if (trunc (number) != number || number < 0 || number > 0x1.fffffffffffffp52)
    return refuse_range (call, name,
                         "an integer from 0 to Number.MAX_SAFE_INTEGER, or a"
                         " BigInt");
  *value = (uint64_t) number;
  return true;
}

bool
nbdn_get_size (struct call *call, int i, const char *name, size_t *value)
{
  uint64_t number;

  if (!nbdn_get_uint64 (call, i, name, &number))
    return false;
  *value = number;
  return *value == number || refuse_range (call, name, "smaller");
}

bool
nbdn_get_uintptr (struct call *call, int i, const char *name,
                  uintptr_t *value)
{
  size_t number;

  if (!nbdn_get_size (call, i, name, &number))
    return false;
  *value = number;
  return true;
}

/* Strings ----------------------------------------------------------------- */

/* A string, or bytes if a path is not text.  It must not contain a NUL, which
 * would end it in C. */
static bool
get_text (struct call *call, napi_value from, const char *name, char **value)
{
  struct bytes bytes = { .length = 0 };
  bool is_buffer = false;
  size_t length;

  if (napi_get_value_string_utf8 (call->env, from, NULL, 0, &length)
      == napi_ok) {
    *value = nbdn_allocate (call, length + 1);
    if (*value == NULL)
      return false;
    napi_get_value_string_utf8 (call->env, from, *value, length + 1, NULL);
  }
  else if (
    napi_is_buffer (call->env, from, &is_buffer) == napi_ok && is_buffer
    && napi_get_buffer_info (call->env, from, &bytes.start, &bytes.length)
         == napi_ok) {
    length = bytes.length;
    *value = nbdn_allocate (call, length + 1);
    if (*value == NULL)
      return false;
    if (length > 0)
      memcpy (*value, bytes.start, length);
  }
  else
    return refuse_type (call, name, "a string");
  return strlen (*value) == length
         || refuse_range (call, name, "without a character of value 0");
}

bool
nbdn_get_string (struct call *call, int i, const char *name, char **value)
{
  return get_text (call, call->args[i], name, value);
}

/* The array and its strings are one piece of memory, so that the call has to
 * free only that. */
bool
nbdn_get_strings (struct call *call, int i, const char *name, char ***value)
{
  napi_value item;
  uint32_t n;
  size_t length, room = 0;

  if (napi_get_array_length (call->env, call->args[i], &n) != napi_ok)
    return refuse_type (call, name, "an array of strings");
  for (uint32_t at = 0; at < n; at++) {
    napi_get_element (call->env, call->args[i], at, &item);
    if (napi_get_value_string_utf8 (call->env, item, NULL, 0, &length)
        != napi_ok)
      return refuse_type (call, name, "an array of strings");
    room += length + 1;
  }
  *value = nbdn_allocate (call, (n + 1) * sizeof **value + room);
  if (*value == NULL)
    return false;

  char *end = (char *) (*value + n + 1);
  for (uint32_t at = 0; at < n; at++) {
    (*value)[at] = end;
    napi_get_element (call->env, call->args[i], at, &item);
    napi_get_value_string_utf8 (call->env, item, end, room, &length);
    if (strlen (end) != length)
      return refuse_range (call, name, "without a character of value 0");
    end += length + 1;
    room -= length + 1;
  }
  return true;
}

/* Addresses --------------------------------------------------------------- */

/* A member of an object, or NULL if it is undefined. */
static napi_value
member (struct call *call, int i, const char *name)
{
  napi_value value = NULL;
  napi_valuetype type = napi_undefined;

  if (napi_get_named_property (call->env, call->args[i], name, &value)
      == napi_ok)
    napi_typeof (call->env, value, &type);
  return type == napi_undefined ? NULL : value;
}

static bool
get_unix (struct call *call, napi_value path, const char *name,
          struct address *value)
{
  struct sockaddr_un *address = (struct sockaddr_un *) &value->storage;
  char *text;

  if (!get_text (call, path, name, &text))
    return false;
  size_t length = strlen (text);
  if (length >= sizeof address->sun_path)
    return refuse_range (call, name, "a path of less than 108 bytes");
  address->sun_family = AF_UNIX;
  memcpy (address->sun_path, text, length + 1);
  value->length = (socklen_t) (offsetof (struct sockaddr_un, sun_path)
                               + length + 1);
  return true;
}

static bool
get_internet (struct call *call, napi_value host, uint16_t port,
              const char *name, struct address *value)
{
  struct sockaddr_in *in = (struct sockaddr_in *) &value->storage;
  struct sockaddr_in6 *in6 = (struct sockaddr_in6 *) &value->storage;
  char *text;

  if (!get_text (call, host, name, &text))
    return false;
  if (inet_pton (AF_INET, text, &in->sin_addr) == 1) {
    in->sin_family = AF_INET;
    in->sin_port = htons (port);
    value->length = sizeof *in;
    return true;
  }
  if (inet_pton (AF_INET6, text, &in6->sin6_addr) == 1) {
    in6->sin6_family = AF_INET6;
    in6->sin6_port = htons (port);
    value->length = sizeof *in6;
    return true;
  }
  return refuse_range (call, name, "an address whose host is numeric");
}

bool
nbdn_get_address (struct call *call, int i, const char *name,
                  struct address *value)
{
  struct sockaddr_vm *vm = (struct sockaddr_vm *) &value->storage;
  napi_value host, port, cid;
  uint32_t number = 0, id;

  memset (value, 0, sizeof *value);
  if (type_of (call, i) == napi_string)
    return get_unix (call, call->args[i], name, value);
  if (type_of (call, i) != napi_object)
    return refuse_type (call, name, "a path or an object");
  napi_value path = member (call, i, "path");
  if (path != NULL)
    return get_unix (call, path, name, value);
  host = member (call, i, "host");
  port = member (call, i, "port");
  cid = member (call, i, "cid");
  if (port == NULL
      || napi_get_value_uint32 (call->env, port, &number) != napi_ok)
    return refuse_type (call, name, "{path}, {host, port} or {cid, port}");
  if (host != NULL && number <= UINT16_MAX)
    return get_internet (call, host, (uint16_t) number, name, value);
  if (cid == NULL || napi_get_value_uint32 (call->env, cid, &id) != napi_ok)
    return refuse_type (call, name, "{path}, {host, port} or {cid, port}");
  vm->svm_family = AF_VSOCK;
  vm->svm_cid = id;
  vm->svm_port = number;
  value->length = sizeof *vm;
  return true;
}

/* Memory ------------------------------------------------------------------ */

/* The bytes of a Uint8Array.  lib/core.js converts all other memory to
 * that. */
bool
nbdn_get_bytes (struct call *call, int i, const char *name,
                struct bytes *value)
{
  napi_typedarray_type type;
  bool is_array = false;

  napi_is_typedarray (call->env, call->args[i], &is_array);
  if (!is_array
      || napi_get_typedarray_info (call->env, call->args[i], &type,
                                   &value->length, &value->start, NULL, NULL)
           != napi_ok
      || type != napi_uint8_array)
    return refuse_type (call, name, "an Uint8Array");
  if (value->start == NULL)
    value->start = (void *) "";
  return true;
}
