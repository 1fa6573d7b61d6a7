/* SPDX-License-Identifier: MIT */
/* The part of NBD.Buffer that Bigarray lacks: copying whole strings of
 * bytes. */

#include "glue.h"

extern value nbdml_buffer_of_bytes (value bytes, value buffer);
extern value nbdml_buffer_to_bytes (value buffer, value bytes);

value
nbdml_buffer_of_bytes (value bytes, value buffer)
{
  memcpy (Caml_ba_data_val (buffer), Bytes_val (bytes),
          caml_string_length (bytes));
  return Val_unit;
}

value
nbdml_buffer_to_bytes (value buffer, value bytes)
{
  memcpy (Bytes_val (bytes), Caml_ba_data_val (buffer),
          caml_string_length (bytes));
  return Val_unit;
}
