/* SPDX-License-Identifier: MIT */
/* What was completed, in that order. */
#include <config.h>

#include <stddef.h>

#include "command.h"

static struct completed *first, **last = &first;

void
completed_later (struct completed *completed)
{
  completed->next = NULL;
  *last = completed;
  last = &completed->next;
}

bool
completed_run (void)
{
  bool any = first != NULL;
  while (first) {
    struct completed *completed = first;
    first = completed->next;
    if (first == NULL)
      last = &first;
    completed->function (completed);
  }
  return any;
}
