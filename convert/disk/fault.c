/* SPDX-License-Identifier: MIT */
/* Messages about faults of partition tables. */
#include <config.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "disk/table.h"

int
table_fault (char **why, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  if (vasprintf (why, format, args) == -1)
    *why = NULL;
  va_end (args);
  return -1;
}
