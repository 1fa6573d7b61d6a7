/* SPDX-License-Identifier: MIT */
/* Examples: debug output and counters. */
#include "snippet.h"

/* nbd_set_debug, nbd_get_debug */
EXAMPLE (connected)
{
  char sector[512];
  bool before = nbd_get_debug (nbd) > 0;

  /* Debug output of this read goes to standard error. */
  if (nbd_set_debug (nbd, true) == -1
      || nbd_pread (nbd, sector, sizeof sector, 0, 0) == -1
      || nbd_set_debug (nbd, before) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
}

/* nbd_set_debug_callback, nbd_clear_debug_callback */
static int
log_line (void *log, const char *context, const char *msg)
{
  fprintf (log, "%s: %s\n", context, msg);
  return 0;
}

EXAMPLE (created)
{
  nbd_debug_callback debug = { log_line, stdout, NULL };

  if (nbd_set_debug_callback (nbd, debug) == -1
      || nbd_set_debug (nbd, true) == -1
      || nbd_connect_unix (nbd, "nbd.sock") == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  /* From here on lines go to standard error again. */
  if (nbd_clear_debug_callback (nbd) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
}

/* nbd_connection_state */
EXAMPLE (connected)
{
  const char *state = nbd_connection_state (nbd);

  fprintf (stderr, "for the bug report: %s\n", state ? state : "?");
}

/* nbd_stats_bytes_sent, nbd_stats_chunks_sent,
 * nbd_stats_bytes_received, nbd_stats_chunks_received */
EXAMPLE (connected)
{
  printf ("sent: %" PRIu64 " bytes in %" PRIu64 " messages\n",
          nbd_stats_bytes_sent (nbd), nbd_stats_chunks_sent (nbd));
  printf ("received: %" PRIu64 " bytes in %" PRIu64 " messages\n",
          nbd_stats_bytes_received (nbd),
          nbd_stats_chunks_received (nbd));
}
