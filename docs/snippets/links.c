/* SPDX-License-Identifier: MIT */
/* Examples: what becomes of connections and commands. */
#include "snippet.h"

#include <pthread.h>
#include <signal.h>

/* nbd_set_event_callback, nbd_clear_event_callback */
static int
log_event (void *user_data, unsigned event, const char *message,
           int64_t value)
{
  fprintf (stderr, "%s\n", message);
  if (event == LIBNBD_EVENT_BACK)
    fprintf (stderr, "it took %" PRIi64 " ms\n", value);
  return 0;
}

EXAMPLE (created)
{
  nbd_event_callback event = { .callback = log_event };

  if (nbd_set_event_callback (nbd, event) == -1
      || nbd_set_reconnect_timeout (nbd, 60 * 1000) == -1
      || nbd_connect_unix (nbd, "nbd.sock") == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  /* From here on events are not reported. */
  nbd_clear_event_callback (nbd);
}

/* nbd_set_interrupt_callback, nbd_clear_interrupt_callback */
static volatile sig_atomic_t stop; /* a handler of SIGINT sets it */

static int
want_to_stop (void *user_data)
{
  return stop;
}

EXAMPLE (connected)
{
  char sector[512];
  nbd_interrupt_callback interrupt = { .callback = want_to_stop };

  if (nbd_set_interrupt_callback (nbd, interrupt) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  if (nbd_pread (nbd, sector, sizeof sector, 0, 0) == -1 && stop)
    printf ("interrupted; cleaning up\n");
  /* From here on signals do not interrupt calls. */
  nbd_clear_interrupt_callback (nbd);
}

/* nbd_cancel */
static void *
user_gave_up (void *nbd)
{
  if (nbd_cancel (nbd) > 0)
    printf ("the commands that were waited for have ended\n");
  return NULL;
}

EXAMPLE (connected)
{
  char sector[512];
  pthread_t thread;

  if (pthread_create (&thread, NULL, user_gave_up, nbd) != 0)
    errx (EXIT_FAILURE, "no threads");
  if (nbd_pread (nbd, sector, sizeof sector, 0, 0) == -1)
    warnx ("%s", nbd_get_error ()); /* ECANCELED */
  pthread_join (thread, NULL);
}

/* nbd_aio_cancel */
EXAMPLE (connected)
{
  char sector[512];
  int64_t cookie = nbd_aio_pread (nbd, sector, sizeof sector, 0,
                                  NBD_NULL_COMPLETION, 0);

  if (cookie == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  /* It took too long, and the buffer is needed for something else. */
  if (nbd_aio_cancel (nbd, cookie) > 0
      && nbd_aio_command_completed (nbd, cookie) == -1)
    printf ("cancelled: %s\n", nbd_get_error ());
}

/* nbd_get_outage */
EXAMPLE (connected)
{
  int64_t outage = nbd_get_outage (nbd);

  if (outage > 0)
    printf ("no connection for %" PRIi64 " s\n", outage / 1000);
}

/* nbd_stats_reconnects, nbd_stats_replayed */
EXAMPLE (connected)
{
  printf ("%" PRIu64 " outages, %" PRIu64 " requests sent again\n",
          nbd_stats_reconnects (nbd), nbd_stats_replayed (nbd));
}

/* nbd_stats_journal_bytes */
EXAMPLE (connected)
{
  /* A flush that succeeds empties the journal. */
  if (nbd_stats_journal_bytes (nbd) > 1 << 20
      && nbd_flush (nbd, 0) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
}

/* nbd_stats_ghosts */
EXAMPLE (connected)
{
  uint64_t ghosts = nbd_stats_ghosts (nbd);

  if (ghosts > 0)
    printf ("%" PRIu64 " lost requests may still have effect\n",
            ghosts);
}

/* nbd_aio_is_drained */
EXAMPLE (connected)
{
  /* Our loop is edge-triggered: read until nothing is left. */
  do
    if (nbd_aio_notify_read (nbd) == -1)
      errx (EXIT_FAILURE, "%s", nbd_get_error ());
  while (!nbd_aio_is_drained (nbd));
}
