/* SPDX-License-Identifier: MIT */
/* Keep writing and reading while the server is restarted, and lose nothing.
 *
 *   nbdkit -f file disk.img            in one terminal
 *   survive-restarts nbd://localhost   in another
 *
 * Kill the server, even with SIGKILL, and start it again.  The program
 * overwrites the disk with block numbers and counts of writes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libnbd.h>

#define BLOCK 4096
#define BLOCKS 1024

static uint64_t generation[BLOCKS]; /* 0: not written yet */

static void
fail (const char *what)
{
  fprintf (stderr, "survive-restarts: %s\n", what);
  exit (EXIT_FAILURE);
}

static int64_t
check (int64_t result)
{
  if (result == -1)
    fail (nbd_get_error ());
  return result;
}

/* The connection was lost, or is back. */
static int
tell (void *opaque, unsigned event, const char *message, int64_t value)
{
  (void) opaque, (void) event, (void) value; /* for counting, or alarms */
  return puts (message);
}

static void
fill (uint64_t *buf, uint64_t block)
{
  for (int i = 0; i < BLOCK / 8; i += 2) {
    buf[i] = block;
    buf[i + 1] = generation[block];
  }
}

/* Write a block again, and check another one that was written before. */
static void
write_and_read (struct nbd_handle *nbd, uint64_t write, uint64_t read)
{
  uint64_t buf[BLOCK / 8], want[BLOCK / 8];

  generation[write]++;
  fill (buf, write);
  check (nbd_pwrite (nbd, buf, BLOCK, write * BLOCK, 0));
  if (generation[read] == 0)
    return;
  fill (want, read);
  check (nbd_pread (nbd, buf, BLOCK, read * BLOCK, 0));
  if (memcmp (buf, want, BLOCK) != 0)
    fail ("a block is not as it was written");
}

int
main (int argc, char *argv[])
{
  if (argc != 2 && argc != 3)
    fail ("usage: survive-restarts URI [ROUNDS]");
  long rounds = argc == 3 ? atol (argv[2]) : 1000000;
  struct nbd_handle *nbd = nbd_create ();
  nbd_event_callback event = { .callback = tell };
  setlinebuf (stdout);
  check (nbd ? nbd_set_event_callback (nbd, event) : -1);
  check (nbd_set_connect_timeout (nbd, 60 * 1000)); /* not there yet: wait */
  check (nbd_set_reconnect_timeout (nbd, 60 * 1000)); /* gone: wait again */
  check (nbd_connect_uri (nbd, argv[1]));
  uint64_t blocks = check (nbd_get_size (nbd)) / BLOCK;
  blocks = blocks < BLOCKS ? blocks : BLOCKS;
  if (blocks == 0)
    fail ("the export is smaller than a block of 4096 bytes");

  time_t said = 0;
  for (long i = 0; i < rounds; i++) {
    write_and_read (nbd, random () % blocks, random () % blocks);
    if (i % 256 == 0) /* until then the library keeps a copy of each write */
      check (nbd_flush (nbd, 0));
    if (time (NULL) > said)
      printf ("round %ld, all is as it was written\n", i), time (&said);
  }
  printf ("%ld rounds, %llu reconnects, %llu requests sent again\n", rounds,
          (unsigned long long) nbd_stats_reconnects (nbd),
          (unsigned long long) nbd_stats_replayed (nbd));
  check (nbd_shutdown (nbd, 0));
  nbd_close (nbd);
}
