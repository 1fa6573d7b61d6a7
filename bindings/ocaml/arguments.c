/* SPDX-License-Identifier: MIT */
/* Convert values to arguments of the library.  Values may move once the
 * runtime lock is given up, so everything behind a pointer is copied, except
 * the memory of NBD.Buffer.  Mistakes are noted, and raised by
 * nbdml_enter. */

#define CAML_NAME_SPACE
#define CAML_INTERNALS /* for caml_convert_signal_number */
#include <caml/signals.h>
#include <caml/socketaddr.h>
#include <caml/version.h>

#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>

#include "glue.h"

#if OCAML_VERSION >= 50000 && !defined(get_sockaddr)
#define get_sockaddr caml_unix_get_sockaddr
#endif

/* Note a mistake, if it is the first one. */
static void __attribute__ ((format (printf, 2, 3)))
mistake (struct call *call, const char *format, ...)
{
  if (call->mistake != NULL)
    return;
  va_list args;
  va_start (args, format);
  if (vasprintf (&call->mistake, format, args) == -1) {
    call->mistake = NULL;
    call->out_of_memory = true;
  }
  va_end (args);
}

/* Allocate memory that lives until the call has returned, or return NULL.
 * The memory is zeroed. */
void *
nbdml_allocate (struct call *call, size_t size)
{
  struct copy *copy = calloc (1, sizeof *copy + (size > 0 ? size : 1));
  if (copy == NULL) {
    call->out_of_memory = true;
    return NULL;
  }
  copy->next = call->copies;
  call->copies = copy;
  return copy->data;
}

/* Numbers ----------------------------------------------------------------- */

static bool
in_range (struct call *call, const char *name, int64_t number, int64_t least,
          int64_t most)
{
  if (number >= least && number <= most)
    return true;
  mistake (call, "%s: %" PRId64 " is out of range", name, number);
  return false;
}

int
nbdml_int (struct call *call, value v, const char *name)
{
  intnat number = Long_val (v);
  return in_range (call, name, number, INT_MIN, INT_MAX) ? (int) number : 0;
}

/* OCaml has its own numbers for signals, all of them negative. */
int
nbdml_signal (struct call *call, value v, const char *name)
{
  int number = nbdml_int (call, v, name);
  return number < 0 ? caml_convert_signal_number (number) : number;
}

/* The bits of a list of flags, which NBD.ml has computed. */
uint32_t
nbdml_mask (struct call *call, value v, const char *name)
{
  intnat mask = Long_val (v);
#if SIZEOF_PTR > 4
  if (!in_range (call, name, mask, 0, UINT32_MAX))
    return 0;
#else
  (void) call;
  (void) name;
#endif
  return (uint32_t) mask;
}

uint32_t
nbdml_uint32 (struct call *call, value v, const char *name)
{
  int64_t number = Int64_val (v);
  return in_range (call, name, number, 0, UINT32_MAX) ? (uint32_t) number : 0;
}

size_t
nbdml_size (struct call *call, value v, const char *name)
{
  intnat number = Long_val (v);
  return in_range (call, name, number, 0, Max_long) ? (size_t) number : 0;
}

/* Strings and memory ------------------------------------------------------ */

char *
nbdml_string (struct call *call, value v, const char *name)
{
  size_t length = caml_string_length (v);
  if (strlen (String_val (v)) != length) {
    mistake (call, "%s: has a null character in it", name);
    return NULL;
  }
  char *copy = nbdml_allocate (call, length + 1);
  if (copy != NULL)
    memcpy (copy, String_val (v), length);
  return copy;
}

/* A list of strings as an array that ends with NULL. */
char **
nbdml_strings (struct call *call, value v, const char *name)
{
  size_t n = 0;
  for (value rest = v; rest != Val_emptylist; rest = Field (rest, 1))
    ++n;
  char **array = nbdml_allocate (call, (n + 1) * sizeof *array);
  if (array == NULL)
    return NULL;
  for (size_t i = 0; i < n; ++i, v = Field (v, 1))
    array[i] = nbdml_string (call, Field (v, 0), name);
  return array;
}

/* A copy of bytes for a write. */
void *
nbdml_bytes (struct call *call, value v)
{
  void *copy = nbdml_allocate (call, caml_string_length (v));
  if (copy != NULL)
    memcpy (copy, Bytes_val (v), caml_string_length (v));
  return copy;
}

/* Memory for as many bytes as the value has. */
void *
nbdml_room (struct call *call, value v)
{
  return nbdml_allocate (call, caml_string_length (v));
}

/* Copy what was read into the value. */
void
nbdml_fill (value v, const void *room)
{
  memcpy (Bytes_val (v), room, caml_string_length (v));
}

/* Raises Unix.Unix_error if the address is too long, so it must be called
 * first. */
socklen_t
nbdml_address (value v, struct sockaddr_storage *address)
{
  union sock_addr_union any;
  socklen_param_type length;
  get_sockaddr (v, &any, &length);
  memcpy (address, &any, length);
  return length;
}
