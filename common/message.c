/* SPDX-License-Identifier: MIT */
/* Messages for people. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "internal.h"

static void
message (const char *format, va_list args)
{
  flockfile (stderr);
  fprintf (stderr, "%s: ", tool_self->name);
  vfprintf (stderr, format, args);
  fputc ('\n', stderr);
  funlockfile (stderr);
}

void
tool_error (const char *format, ...)
{
  tool_progress_hide ();
  va_list args;
  va_start (args, format);
  message (format, args);
  va_end (args);
}

void
tool_fail (const char *format, ...)
{
  tool_check_signal ();
  tool_progress_hide ();
  va_list args;
  va_start (args, format);
  message (format, args);
  va_end (args);
  exit (EXIT_FAILURE);
}

void
tool_usage_error (const char *format, ...)
{
  if (format != NULL) {
    va_list args;
    va_start (args, format);
    message (format, args);
    va_end (args);
    tool_error ("try %s --help", tool_self->name);
  }
  else {
    fputc ('\n', stderr);
    tool_print_usage (stderr);
  }
  exit (tool_self->usage_status ? tool_self->usage_status : EXIT_FAILURE);
}

/* The names of these calls say how the tool waits, not what it wanted. */
const char *
tool_without_call (const char *error)
{
  const char *rest = strstr (error, ": ");
  if (rest != NULL
      && (strncmp (error, "nbd_poll", strlen ("nbd_poll")) == 0
          || strncmp (error, "nbd_aio_", strlen ("nbd_aio_")) == 0))
    return rest + strlen (": ");
  return error;
}

/* An error of the library, and the words that tool_nbd_error returns for it.
 * Only the main thread uses them. */
static char *named, *told;

void
tool_reword_error (char *words)
{
  const char *error = nbd_get_error ();
  free (named);
  free (told);
  named = error ? tool_format ("%s", error) : NULL;
  told = words;
}

static bool
was_reworded (const char *error)
{
  if (told == NULL || error == NULL || named == NULL)
    return told != NULL && error == named;
  return strcmp (error, named) == 0;
}

void
tool_name_error (const char *call)
{
  const char *error = nbd_get_error ();
  if (error != NULL)
    tool_reword_error (tool_format ("%s: %s", call,
                                    tool_without_call (error)));
}

const char *
tool_nbd_error (void)
{
  const char *error = nbd_get_error ();
  if (was_reworded (error))
    return told;
  return error ? tool_without_call (error) : "the connection ended";
}

void
tool_nbd_fail (const char *what)
{
  tool_fail ("%s%s%s", what ? what : "", what ? ": " : "", tool_nbd_error ());
}

void *
tool_alloc (size_t size)
{
  void *p = calloc (1, size);
  if (p == NULL)
    tool_fail ("out of memory");
  return p;
}

char *
tool_vformat (const char *format, va_list args)
{
  char *text;
  if (vasprintf (&text, format, args) == -1)
    tool_fail ("out of memory");
  return text;
}

char *
tool_format (const char *format, ...)
{
  va_list args;
  va_start (args, format);
  char *text = tool_vformat (format, args);
  va_end (args);
  return text;
}
