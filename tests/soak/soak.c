/* SPDX-License-Identifier: MIT */

/* Random commands of random sizes on several connections, which end in all
 * ways, for a long time.  All data that is read is compared with a model, and
 * the memory use must not grow.
 *
 * usage: soak operations N | soak minutes N
 * SOAK_SEED makes a run begin like an earlier one. */

#include "soak.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "heap.h"

/* How much more memory the program may use at the end. */
#define SLACK_HEAP (256 * 1024)
#define SLACK_RESIDENT (24 * 1024) /* KiB */

static struct soak soak;

uint64_t
soak_random (uint64_t limit)
{
  soak.state ^= soak.state << 13;
  soak.state ^= soak.state >> 7;
  soak.state ^= soak.state << 17;
  return (soak.state >> 11) % limit;
}

static double
now (void)
{
  struct timespec t;

  clock_gettime (CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static long
resident_kib (void)
{
  long total, resident = 0;
  FILE *file = fopen ("/proc/self/statm", "r");

  if (file == NULL)
    return 0;
  if (fscanf (file, "%ld %ld", &total, &resident) != 2)
    resident = 0;
  fclose (file);
  return resident * (sysconf (_SC_PAGESIZE) / 1024);
}

static void
report (const char *when, double seconds)
{
  printf ("%s: %.0f s, %llu commands, %llu failed, %llu bytes compared, "
          "%llu connections, %llu outages, resident %ld KiB, heap %zu KiB\n",
          when, seconds, (unsigned long long) soak.commands,
          (unsigned long long) soak.failed,
          (unsigned long long) soak.compared,
          (unsigned long long) soak.connections,
          (unsigned long long) soak.outages, resident_kib (),
          heap_in_use () / 1024);
  fflush (stdout);
}

/* Wait for events of any connection, and deliver them. */
static void
wait_for_events (void)
{
  struct pollfd fds[SOAK_CONNECTIONS];

  for (unsigned i = 0; i < SOAK_CONNECTIONS; i++) {
    struct connection *c = &soak.connection[i];
    unsigned direction = nbd_aio_get_direction (c->h);

    fds[i] = (struct pollfd) { .fd = -1 };
    if (direction == 0)
      continue;
    fds[i].fd = nbd_aio_get_fd (c->h);
    fds[i].events = (direction & LIBNBD_AIO_DIRECTION_READ ? POLLIN : 0)
                    | (direction & LIBNBD_AIO_DIRECTION_WRITE ? POLLOUT : 0);
  }
  poll (fds, SOAK_CONNECTIONS, 10000);
  for (unsigned i = 0; i < SOAK_CONNECTIONS; i++) {
    struct connection *c = &soak.connection[i];

    if (fds[i].revents & (POLLIN | POLLHUP | POLLERR))
      nbd_aio_notify_read (c->h);
    if ((fds[i].revents & POLLOUT)
        && (nbd_aio_get_direction (c->h) & LIBNBD_AIO_DIRECTION_WRITE))
      nbd_aio_notify_write (c->h);
  }
}

static bool
anything_in_flight (void)
{
  for (unsigned i = 0; i < SOAK_CONNECTIONS; i++)
    if (soak.connection[i].nr_commands > 0)
      return true;
  return false;
}

/* One turn: issue commands on all connections, then handle what has
 * completed. */
static void
turn (void)
{
  for (unsigned i = 0; i < SOAK_CONNECTIONS; i++) {
    struct connection *c = &soak.connection[i];

    for (uint64_t n = soak_random (SOAK_DEPTH / 2); n > 0; --n)
      soak_issue (&soak, c);
  }
  if (anything_in_flight ())
    wait_for_events ();
  for (unsigned i = 0; i < SOAK_CONNECTIONS; i++) {
    struct connection *c = &soak.connection[i];

    soak_retire (&soak, c);
    if (c->lasting && (soak_random (100) == 0 || !c->mortal.listens))
      lasting_disturb (&soak, c);
    if (!nbd_aio_is_ready (c->h) && !nbd_aio_is_processing (c->h))
      soak_reconnect (&soak, c);
    else if (soak_random (100) == 0)
      soak_disconnect (&soak, c);
  }
}

/* Close all handles, so that what remains is a leak.  Then begin again, if
 * wanted. */
static size_t
close_all (bool again)
{
  for (unsigned i = 0; i < SOAK_CONNECTIONS; i++)
    soak_close (&soak, &soak.connection[i]);
  size_t heap = heap_in_use ();

  for (unsigned i = 0; again && i < SOAK_CONNECTIONS; i++)
    soak_connect (&soak, &soak.connection[i]);
  return heap;
}

/* Run turns until this many commands were issued, or this many seconds have
 * passed. */
static void
run (uint64_t commands, double seconds)
{
  double start = now (), shown = start;

  while (commands > 0 ? soak.commands < commands : now () - start < seconds) {
    turn ();
    if (now () - shown >= 60) {
      shown = now ();
      report ("running", shown - start);
    }
  }
}

static void
check_memory (size_t heap_before, long resident_before)
{
  size_t heap = close_all (false);
  long resident = resident_kib ();

  printf ("memory: heap %zu KiB, before %zu; resident %ld KiB, before %ld\n",
          heap / 1024, heap_before / 1024, resident, resident_before);
  if (heap > heap_before + SLACK_HEAP)
    ram_fail ("the heap grew by %zu bytes", heap - heap_before);
#ifndef __SANITIZE_ADDRESS__
  if (resident > resident_before + SLACK_RESIDENT)
    ram_fail ("memory grew by %ld KiB", resident - resident_before);
#endif
}

int
main (int argc, char *argv[])
{
  bool timed = argc == 3 && strcmp (argv[1], "minutes") == 0;
  double amount = argc == 3 ? strtod (argv[2], NULL) : 0;
  const char *seed = getenv ("SOAK_SEED");

  if (amount <= 0 || (!timed && strcmp (argv[1], "operations") != 0)) {
    fprintf (stderr, "usage: %s operations N | %s minutes N\n", argv[0],
             argv[0]);
    return EXIT_FAILURE;
  }
  soak.state = seed ? strtoull (seed, NULL, 0) : (uint64_t) time (NULL);
  soak.state |= UINT64_C (1) << 63;
  printf ("SOAK_SEED=%#llx\n", (unsigned long long) soak.state);
  ram_create (&soak.ram, SOAK_CONNECTIONS * SOAK_REGION);
  soak.model = calloc (SOAK_CONNECTIONS, SOAK_REGION);
  MUST (soak.model != NULL);
  soak_begin (&soak);

  double start = now ();

  run (timed ? 0 : (uint64_t) amount / 10 + 1, amount * 6);
  size_t heap = close_all (true);
  long resident = resident_kib ();

  report ("warmed up", now () - start);
  run (timed ? 0 : (uint64_t) amount, amount * 54);
  check_memory (heap, resident);
  report ("done", now () - start);
  soak_end (&soak);
  ram_free (&soak.ram);
  free (soak.model);
  return EXIT_SUCCESS;
}
