/* SPDX-License-Identifier: MIT */

/* Plays a transcript in many ways: whole; each server byte alone; cut off
 * after every server byte, once with the client reading before the end of the
 * stream and once with both at once; with a socket that fails there; with a
 * socket that cannot send from there on; and with server bytes changed.  Some
 * bytes are changed, or, with CHECK_LONG=1 in the environment, each byte to
 * every other value. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "play.h"

/* How many bytes are changed, unless all are. */
#define SAMPLE 48

/* The error of an option may depend on whether the client was sending or
 * receiving when the connection was lost.  All other events must be the
 * same. */
static void
compare_logs (const struct transcript *t, char *seen, char *unseen)
{
  char *a = seen, *b = unseen;

  while (*a || *b) {
    size_t n = strcspn (a, "\n"), m = strcspn (b, "\n");
    bool options = strncmp (a, "option ", 7) == 0
                   && strncmp (b, "option ", 7) == 0;

    if (!options && (n != m || strncmp (a, b, n) != 0))
      check_fail (t->path, 0,
                  "the end of stream hid replies: `%.*s' when "
                  "seen one after the other, `%.*s' when at once",
                  (int) n, a, (int) m, b);
    a += n + (a[n] == '\n');
    b += m + (b[m] == '\n');
  }
  free (seen);
  free (unseen);
}

static void
play_cuts (const struct transcript *t, size_t bytes)
{
  for (size_t cut = 0; cut < bytes; cut++) {
    struct delivery delivery = { WHOLE };
    char *seen, *unseen;

    delivery.cut = cut;

    check_case ("cut after %zu of %zu bytes", cut, bytes);
    play_transcript (t, delivery, &seen);
    check_case ("cut after %zu of %zu bytes, at once", cut, bytes);
    delivery.unseen = true;
    play_transcript (t, delivery, &unseen);
    compare_logs (t, seen, unseen);
  }
}

/* After these failures, any error is allowed. */
static void
play_failures (const struct transcript *t, size_t bytes)
{
  for (size_t i = 0; i < bytes; i++) {
    struct delivery lost = { WHOLE }, mute = { WHOLE };

    check_case ("socket lost after %zu of %zu bytes", i, bytes);
    lost.cut = i;
    lost.lost = true;
    play_transcript (t, lost, NULL);
    check_case ("nothing can be sent after %zu of %zu bytes", i, bytes);
    mute.mute = i;
    play_transcript (t, mute, NULL);
  }
}

static void
play_change (const struct transcript *t, size_t bytes, size_t change,
             uint8_t flip)
{
  struct delivery delivery = { WHOLE };

  check_case ("byte %zu of %zu changed by 0x%02x", change, bytes, flip);
  delivery.change = change;
  delivery.flip = flip;
  play_transcript (t, delivery, NULL);
}

/* The choice depends only on the transcript, so that a failure can be
 * repeated. */
static size_t
play_some_changes (const struct transcript *t, size_t bytes)
{
  static const uint8_t flips[] = { 0x01, 0xff, 0x80, 0x04 };
  size_t step = bytes <= SAMPLE ? 1 : bytes / SAMPLE, n = 0;

  for (size_t change = 0; change < bytes; change += step)
    play_change (t, bytes, change, flips[n++ % sizeof flips]);
  return n;
}

static size_t
play_all_changes (const struct transcript *t, size_t bytes)
{
  for (size_t change = 0; change < bytes; change++)
    for (unsigned flip = 1; flip <= 0xff; flip++)
      play_change (t, bytes, change, flip);
  return bytes * 0xff;
}

int
main (int argc, char *argv[])
{
  struct transcript t;
  size_t bytes, changes;

  if (argc != 2) {
    fprintf (stderr, "usage: %s transcript\n", argv[0]);
    return EXIT_FAILURE;
  }
  watchdog (getenv ("CHECK_LONG") ? 3600 : 300);
  transcript_read (&t, argv[1]);

  check_case ("whole");
  bytes = play_transcript (&t, (struct delivery) { WHOLE }, NULL);
  check_case ("byte by byte");
  play_transcript (&t, (struct delivery) { .bytewise = true, WHOLE }, NULL);
  play_cuts (&t, bytes);
  play_failures (&t, bytes);
  changes = getenv ("CHECK_LONG") ? play_all_changes (&t, bytes)
                                  : play_some_changes (&t, bytes);
  printf ("%s: whole, byte by byte, %zu cuts and %zu changes\n", t.path,
          bytes, changes);
  transcript_free (&t);
  return EXIT_SUCCESS;
}
