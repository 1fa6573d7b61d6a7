/* SPDX-License-Identifier: MIT */
/* Untrusted text, made safe for messages. */

#include "base/base.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Longer strings are cut in messages. */
#define MAX_PRINTABLE 512

const char nbdi_dots[] = "...";
static const char null[] = "NULL";

void
nbdi_cleanup_text (const char **text)
{
  if (*text != nbdi_dots && *text != null)
    free ((char *) *text);
}

/* Quote bytes so that they are safe on a terminal and in a log. */
const char *
nbdi_printable_bytes (const uint8_t *p, size_t len)
{
  size_t shown = len < MAX_PRINTABLE ? len : MAX_PRINTABLE;
  char *s = malloc (shown * 4 + sizeof "\"\"...");
  char *q = s;

  if (s == NULL)
    return nbdi_dots;
  *q++ = '"';
  for (size_t i = 0; i < shown; i++) {
    if (p[i] >= 0x20 && p[i] < 0x7f && p[i] != '"' && p[i] != '\\')
      *q++ = (char) p[i];
    else
      q += sprintf (q, "\\x%02x", p[i]);
  }
  strcpy (q, shown < len ? "\"..." : "\"");
  return s;
}

const char *
nbdi_printable (const char *s)
{
  if (s == NULL)
    return null;
  return nbdi_printable_bytes ((const uint8_t *) s, strlen (s));
}

const char *
nbdi_printable_list (char **list)
{
  char *out = NULL;
  size_t size;

  if (list == NULL)
    return null;
  FILE *f = open_memstream (&out, &size);
  if (f == NULL)
    return nbdi_dots;
  fputc ('[', f);
  for (size_t i = 0; list[i] != NULL; i++) {
    CLEANUP_TEXT const char *s = nbdi_printable (list[i]);
    fprintf (f, "%s%s", i > 0 ? ", " : "", s);
  }
  fputc (']', f);
  if (fclose (f) == EOF) {
    free (out);
    return nbdi_dots;
  }
  return out;
}
