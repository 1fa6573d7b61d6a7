/* SPDX-License-Identifier: MIT */
/* A small client for tests in shell: each argument is one command.
 *
 *   client "connect-unix /tmp/sock" size "read 0 512 out" shutdown
 *
 * Commands run in order on one handle.  The first one that fails ends the
 * program with status 1 and libnbd's message.  "fails ENOSPC write ..." must
 * fail with this error, "fails any write ..." with any error.  Words are
 * separated by spaces, so no path can contain a space; "''" is an empty
 * word. */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"

void
die (const char *fmt, ...)
{
  va_list args;
  va_start (args, fmt);
  fprintf (stderr, "client: ");
  vfprintf (stderr, fmt, args);
  fprintf (stderr, "\n");
  va_end (args);
  exit (2);
}

uint64_t
number (const char *s)
{
  char *end;
  errno = 0;
  uint64_t n = strtoull (s, &end, 0);
  if (errno != 0 || end == s)
    die ("not a number: %s", s);
  switch (*end) {
  case 'T': n <<= 10; /* fallthrough */
  case 'G': n <<= 10; /* fallthrough */
  case 'M': n <<= 10; /* fallthrough */
  case 'K': n <<= 10; end++;
  }
  if (*end != '\0')
    die ("not a number: %s", s);
  return n;
}

int
errno_by_name (const char *name)
{
  static const struct {
    const char *name;
    int value;
  } table[] = {
    { "0", 0 },
    { "EACCES", EACCES },
    { "ECONNREFUSED", ECONNREFUSED },
    { "ECONNRESET", ECONNRESET },
    { "EINVAL", EINVAL },
    { "EIO", EIO },
    { "ENAMETOOLONG", ENAMETOOLONG },
    { "ENOENT", ENOENT },
    { "ENOMEM", ENOMEM },
    { "ENOSPC", ENOSPC },
    { "ENOTCONN", ENOTCONN },
    { "ENOTSUP", ENOTSUP },
    { "EOVERFLOW", EOVERFLOW },
    { "EPERM", EPERM },
    { "ERANGE", ERANGE },
    { "ESHUTDOWN", ESHUTDOWN },
    { "ESTALE", ESTALE },
  };
  for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
    if (strcmp (table[i].name, name) == 0)
      return table[i].value;
  die ("errno %s is not in the table", name);
}

static const struct verb *
find_verb (const char *name)
{
  static const struct verb *const tables[] = { connect_verbs, query_verbs,
                                               command_verbs, tls_verbs };
  for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++)
    for (const struct verb *v = tables[t]; v->name != NULL; v++)
      if (strcmp (v->name, name) == 0)
        return v;
  die ("no such command: %s", name);
}

/* Cut a command into words, in place; the list ends with NULL. */
static int
split (char *text, char **word)
{
  int n = 0;
  for (char *p = strtok (text, " "); p != NULL; p = strtok (NULL, " ")) {
    if (n == MAX_WORDS)
      die ("too many words");
    if (strcmp (p, "''") == 0)
      p += 2;
    word[n++] = p;
  }
  word[n] = NULL;
  return n;
}

/* Run one command of N words; -1 with libnbd's error set. */
static int
run (struct nbd_handle *h, char **word, int n)
{
  if (n == 0)
    die ("empty command");
  const struct verb *verb = find_verb (word[0]);
  if (verb->args == -1 ? n < 2 : n != verb->args + 1)
    die ("%s: wrong number of arguments", word[0]);
  return verb->run (h, word + 1);
}

/* "fails ERRNO COMMAND..." */
static void
run_failing (struct nbd_handle *h, char **word, int n)
{
  if (n < 3)
    die ("fails: what, and how?");
  if (run (h, word + 2, n - 2) != -1)
    die ("%s succeeded but should fail with %s", word[2], word[1]);
  if (strcmp (word[1], "any") != 0
      && nbd_get_errno () != errno_by_name (word[1]))
    die ("%s: expected %s, got %s (%d)", word[2], word[1], nbd_get_error (),
         nbd_get_errno ());
}

int
main (int argc, char *argv[])
{
  struct nbd_handle *h = nbd_create ();
  if (h == NULL)
    die ("%s", nbd_get_error ());

  for (int i = 1; i < argc; i++) {
    char *word[MAX_WORDS + 1];
    int n = split (argv[i], word);
    if (n > 0 && strcmp (word[0], "fails") == 0)
      run_failing (h, word, n);
    else if (run (h, word, n) == -1) {
      fflush (stdout);
      fprintf (stderr, "client: %s: %s\n", word[0], nbd_get_error ());
      nbd_close (h);
      return EXIT_FAILURE;
    }
  }
  nbd_close (h);
  return EXIT_SUCCESS;
}
