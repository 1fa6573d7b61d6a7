/* SPDX-License-Identifier: MIT */

/* Plays a transcript whole, with each server byte alone, and cut off
 * after every server byte, once with the client looking in between and
 * once with bytes and end of stream arriving together.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "play.h"

/* What a command's end is called may depend on whether the client was
 * sending or receiving when the connection went; that it ended may not.
 */
static void
compare_logs (const struct transcript *t, char *seen, char *unseen)
{
  char *a = seen, *b = unseen;

  while (*a || *b) {
    size_t n = strcspn (a, "\n"), m = strcspn (b, "\n");
    bool options = strncmp (a, "option ", 7) == 0 &&
      strncmp (b, "option ", 7) == 0;

    if (!options && (n != m || strncmp (a, b, n) != 0))
      check_fail (t->path, 0, "the end of stream hid replies: `%.*s' when "
                  "seen one after the other, `%.*s' when at once",
                  (int) n, a, (int) m, b);
    a += n + (a[n] == '\n');
    b += m + (b[m] == '\n');
  }
  free (seen);
  free (unseen);
}

int
main (int argc, char *argv[])
{
  struct transcript t;
  size_t bytes;

  if (argc != 2) {
    fprintf (stderr, "usage: %s transcript\n", argv[0]);
    return EXIT_FAILURE;
  }
  watchdog (300);
  transcript_read (&t, argv[1]);

  check_case ("whole");
  bytes = play_transcript (&t, (struct delivery) { .cut = NO_CUT }, NULL);
  check_case ("byte by byte");
  play_transcript (&t, (struct delivery) { .bytewise = true, .cut = NO_CUT },
                   NULL);
  for (size_t cut = 0; cut < bytes; ++cut) {
    char *seen, *unseen;

    check_case ("cut after %zu of %zu bytes", cut, bytes);
    play_transcript (&t, (struct delivery) { .cut = cut }, &seen);
    check_case ("cut after %zu of %zu bytes, at once", cut, bytes);
    play_transcript (&t, (struct delivery) { .cut = cut, .unseen = true },
                     &unseen);
    compare_logs (&t, seen, unseen);
  }
  printf ("%s: whole, byte by byte and %zu cuts\n", t.path, bytes);
  transcript_free (&t);
  return EXIT_SUCCESS;
}
