/* SPDX-License-Identifier: MIT */

/* Assertions, skips and the watchdog of all tests. */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "client.h"

jmp_buf check_row;
static bool row_armed;
static int rows, rows_failed;
static char current[512];

static void
print_failure (const char *file, int line, const char *fmt, va_list args)
{
  fflush (stdout);
  fprintf (stderr, "%s:%d: ", file, line);
  if (current[0])
    fprintf (stderr, "[%s] ", current);
  vfprintf (stderr, fmt, args);
  fputc ('\n', stderr);
}

void
check_fail (const char *file, int line, const char *fmt, ...)
{
  va_list args;

  va_start (args, fmt);
  print_failure (file, line, fmt, args);
  va_end (args);
  if (row_armed) {
    rows_failed++;
    longjmp (check_row, 1);
  }
  /* exit would run handlers while other threads may be inside the library. */
  fflush (NULL);
  _exit (EXIT_FAILURE);
}

void
check_case (const char *fmt, ...)
{
  va_list args;

  current[0] = '\0';
  if (fmt == NULL)
    return;
  va_start (args, fmt);
  vsnprintf (current, sizeof current, fmt, args);
  va_end (args);
}

void
check_row_begin (const char *name)
{
  check_case ("%s", name);
  row_armed = true;
  rows++;
}

void
check_rows_end (void)
{
  row_armed = false;
  check_case (NULL);
  if (rows == 0)
    FAIL ("the table is empty");
  if (rows_failed > 0)
    FAIL ("%d of %d rows failed", rows_failed, rows);
  printf ("%d rows passed\n", rows);
}

void
skip (const char *fmt, ...)
{
  va_list args;

  printf ("skipped: ");
  va_start (args, fmt);
  vprintf (fmt, args);
  va_end (args);
  printf ("\n");
  exit (77);
}

void
requires_uris (void)
{
  struct nbd_handle *h = nbd_create ();
  bool supported = nbd_supports_uri (h);

  nbd_close (h);
  if (!supported)
    skip ("this library was built without support for URIs");
}

void
requires_program (const char *name)
{
  const char *path = getenv ("PATH");
  char file[4096];

  for (const char *p = path ? path : ""; *p;) {
    size_t n = strcspn (p, ":");

    snprintf (file, sizeof file, "%.*s/%s", (int) n, p, name);
    if (access (file, X_OK) == 0)
      return;
    p += n + (p[n] == ':');
  }
  skip ("the program %s is not installed", name);
}

void
requires_file (const char *path)
{
  if (access (path, R_OK) == -1)
    skip ("%s cannot be read: %s", path, strerror (errno));
}

static char directory[64];

static void
leave_directory (void)
{
  if (chdir ("/") == 0)
    rmdir (directory);
}

void
work_in_empty_directory (void)
{
  const char *tmp = getenv ("TMPDIR");

  snprintf (directory, sizeof directory, "%s/causewayXXXXXX",
            tmp != NULL && strlen (tmp) < 40 ? tmp : "/tmp");
  if (mkdtemp (directory) == NULL || chdir (directory) == -1)
    FAIL ("%s: %m", directory);
  atexit (leave_directory);
}

void
watchdog (unsigned seconds)
{
  bool slow = getenv ("LIBNBD_VALGRIND") != NULL;

  /* The default action of SIGALRM ends the program, also if its threads
   * hang. */
  alarm (slow ? 4 * seconds : seconds);
}

void
check_int_at (const char *file, int line, const char *what, intmax_t got,
              intmax_t want)
{
  if (got != want)
    check_fail (file, line, "%s: expected %jd, got %jd (last error: %s)",
                what, want, got, nbd_get_error () ?: "none");
}

void
check_string_at (const char *file, int line, const char *what,
                 const char *got, const char *want)
{
  if (got == NULL || strcmp (got, want) != 0)
    check_fail (file, line, "%s: expected \"%s\", got \"%s\"", what, want,
                got ?: "(null)");
}

void
check_contains_at (const char *file, int line, const char *what,
                   const char *got, const char *part)
{
  if (got == NULL || strstr (got, part) == NULL)
    check_fail (file, line, "%s: expected a text with \"%s\", got \"%s\"",
                what, part, got ?: "(null)");
}

/* Some bytes around one place in hexadecimal, for messages. */
static const char *
hex_around (char *text, size_t size, const uint8_t *p, size_t len, size_t at)
{
  size_t from = at < 8 ? 0 : at - 8;
  size_t used = 0;

  text[0] = '\0';
  for (size_t i = from; i < len && i < from + 32 && used + 6 < size; i++)
    used += snprintf (text + used, size - used, "%s%02x",
                      i == at       ? " ["
                      : i == at + 1 ? "] "
                                    : " ",
                      p[i]);
  return text;
}

void
check_bytes_at (const char *file, int line, const char *what, const void *got,
                size_t got_len, const void *want, size_t want_len)
{
  const uint8_t *g = got, *w = want;
  char got_hex[160], want_hex[160];
  size_t common = got_len < want_len ? got_len : want_len;
  size_t at = 0;

  while (at < common && g[at] == w[at])
    at++;
  if (at == got_len && at == want_len)
    return;
  check_fail (file, line,
              "%s: differs at byte %zu\n"
              "  expected %zu bytes:%s\n  got %zu bytes:%s",
              what, at, want_len,
              hex_around (want_hex, sizeof want_hex, w, want_len, at),
              got_len, hex_around (got_hex, sizeof got_hex, g, got_len, at));
}

void
check_error_at (const char *file, int line, const char *what, int errnum,
                const char *text)
{
  int got = nbd_get_errno ();

  if (got != errnum)
    check_fail (file, line, "%s: expected errno %d (%s), got %d (%s)", what,
                errnum, errnum ? strerror (errnum) : "none", got,
                nbd_get_error () ?: "no error");
  if (text)
    check_contains_at (file, line, what, nbd_get_error (), text);
}

void
check_state_at (const char *file, int line, struct nbd_handle *h,
                const char *want)
{
  const char *got = state_name (h);

  if (strcmp (got, want) != 0)
    check_fail (file, line, "state: expected %s, got %s (%s; last error: %s)",
                want, got, nbd_connection_state (h),
                nbd_get_error () ?: "none");
}
