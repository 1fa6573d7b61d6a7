/* SPDX-License-Identifier: MIT */
/* Start a helper, for tests in shell.
 * usage: helpers run WORDS... | url URL | in-order URL | read FORMAT NAME
 *        | read-nbd FORMAT ADDRESS | write FORMAT FILE [compressed]
 *        | create FORMAT FILE SIZE [OPTIONS] | serve WORDS...
 *        | cut SIZE (of a qcow2 image on standard input)
 *
 * For servers the path of the socket is printed.  A line on standard input then
 * ends the helper; the line "said" prints its messages instead.  The end of
 * standard input ends this program without ending the helper first. */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "disk/qcow2.h"
#include "helper/helper.h"
#include "source/input.h"
#include "tool.h"

static char *why;

static void
failed (void)
{
  tool_check_signal ();
  tool_fail ("errno %d: %s", errno == ENOTSUP ? ENOTSUP : 0, why);
}

static void
follow (struct helper *h, const char *socket)
{
  char line[64];

  if (h == NULL)
    failed ();
  printf ("%s\n", socket);
  fflush (stdout);
  while (read (STDIN_FILENO, line, sizeof line) > 0) {
    char *said = NULL;
    if (strncmp (line, "said", 4) != 0) {
      if (helper_end (h, &why) == -1)
        failed ();
      exit (0);
    }
    said = helper_said (h);
    printf ("%s\n", said ? said : "nothing");
    fflush (stdout);
    free (said);
  }
  tool_check_signal ();
}

static void
pass_on (struct helper *h, int fd)
{
  char buffer[65536];
  uint64_t at = 0;
  ssize_t n;

  if (h == NULL)
    failed ();
  struct input *in = input_from_helper (fd, "in", h);
  while ((n = input_read (in, buffer, sizeof buffer, at, &why)) > 0) {
    fwrite (buffer, 1, n, stdout);
    tool_check_signal ();
    at += n;
  }
  if (n == -1)
    failed ();
  input_free (in);
  if (helper_wait (h, &why) == -1)
    failed ();
}

static enum format
format_of (const char *name)
{
  enum format f;

  if (name == NULL || !format_by_name (name, &f))
    tool_fail ("what format?");
  return f;
}

static void
carry_out (const char *what, char **words)
{
  const char *const *command = (const char *const *) words;
  char *socket = NULL, *text;
  struct helper *h;
  int fd;

  if (strcmp (what, "run") == 0) {
    text = helper_run (command, &why);
    if (text == NULL)
      failed ();
    fputs (text, stdout);
    free (text);
  }
  else if (strcmp (what, "serve") == 0) {
    socket = helper_path ("serve");
    h = helper_serve (command, socket, &why);
    follow (h, socket);
  }
  else if (strcmp (what, "url") == 0) {
    h = helper_url (words[0], &socket, &why);
    follow (h, socket);
  }
  else if (strcmp (what, "in-order") == 0) {
    h = helper_url_in_order (words[0], &fd, &why);
    pass_on (h, fd);
  }
  else if (strncmp (what, "read", 4) == 0) {
    h = helper_read_format (format_of (words[0]), words[1], what[4] == '-',
                            &socket, &why);
    follow (h, socket);
  }
  else if (strcmp (what, "write") == 0) {
    h = helper_write_format (format_of (words[0]), words[1], words[2] != NULL,
                             &socket, &why);
    follow (h, socket);
  }
  else if (strcmp (what, "create") == 0) {
    if (helper_create (format_of (words[0]), words[1],
                       strtoull (words[2], NULL, 10), words[3], &why)
        == -1)
      failed ();
  }
  else if (strcmp (what, "cut") == 0) {
    if (qcow2_cut (STDIN_FILENO, strtoull (words[0], NULL, 10)) == -1)
      tool_fail ("cut: %m");
  }
  else
    tool_fail ("what is %s?", what);
  free (socket);
}

int
main (int argc, char **argv)
{
  static const struct tool_option options[] = { { .id = 0 } };
  static const struct tool tool = { .name = "helpers", .options = options };

  tool_start (&tool, 1, argv);
  tool_catch_signals ();
  if (argc < 2)
    tool_fail ("what?");
  carry_out (argv[1], argv + 2);
  tool_finish (0);
}
