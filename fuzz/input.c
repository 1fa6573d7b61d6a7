/* SPDX-License-Identifier: MIT */

/* Reads an input, and ends the process when a condition does not hold. */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

void
broken (const char *fmt, ...)
{
  va_list args;

  va_start (args, fmt);
  vfprintf (stderr, fmt, args);
  va_end (args);
  fprintf (stderr, "\nthe last error: %s\n",
           nbd_get_error () ? nbd_get_error () : "none");
  abort ();
}

unsigned
take_u8 (struct input *in)
{
  if (in->left == 0)
    return 0;
  in->left--;
  return *in->p++;
}

unsigned
take_u16 (struct input *in)
{
  unsigned high = take_u8 (in);

  return high << 8 | take_u8 (in);
}
