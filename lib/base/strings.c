/* SPDX-License-Identifier: MIT */
/* Strings, and lists of strings, that belong to a struct. */

#include "base/base.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int
nbdi_replace_string (char **field, const char *value)
{
  char *copy = strdup (value);

  if (copy == NULL) {
    nbdi_error (errno, "strdup");
    return -1;
  }
  free (*field);
  *field = copy;
  return 0;
}

int
nbdi_strings_add (struct nbdi_strings *list, const char *s)
{
  char **v = realloc (list->v, (list->len + 2) * sizeof *v);

  if (v == NULL) {
    nbdi_error (errno, "realloc");
    return -1;
  }
  list->v = v;
  v[list->len] = strdup (s);
  if (v[list->len] == NULL) {
    nbdi_error (errno, "strdup");
    return -1;
  }
  v[++list->len] = NULL;
  list->bytes += strlen (s);
  return 0;
}

void
nbdi_strings_clear (struct nbdi_strings *list)
{
  for (size_t i = 0; i < list->len; i++)
    free (list->v[i]);
  free (list->v);
  list->v = NULL;
  list->len = list->bytes = 0;
}
