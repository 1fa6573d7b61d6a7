/* SPDX-License-Identifier: MIT */
/* What is wrong with a partition table, in words. */
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
