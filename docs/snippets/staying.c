/* SPDX-License-Identifier: MIT */
/* Examples: staying connected. */
#include "snippet.h"

/* nbd_set_reconnect_timeout, nbd_get_reconnect_timeout */
EXAMPLE (created)
{
  /* A server that restarts within a minute is not even noticed. */
  if (nbd_set_reconnect_timeout (nbd, 60 * 1000) == -1
      || nbd_connect_unix (nbd, "nbd.sock") == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  printf ("outages may last %d ms\n",
          nbd_get_reconnect_timeout (nbd));
}

/* nbd_set_connect_timeout, nbd_get_connect_timeout */
EXAMPLE (created)
{
  /* The server may be starting, just as we are. */
  if (nbd_set_connect_timeout (nbd, 30 * 1000) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  if (nbd_connect_unix (nbd, "nbd.sock") == -1)
    errx (EXIT_FAILURE, "no server within %d ms: %s",
          nbd_get_connect_timeout (nbd), nbd_get_error ());
}

/* nbd_set_command_timeout, nbd_get_command_timeout */
EXAMPLE (created)
{
  char sector[512];

  if (nbd_set_command_timeout (nbd, 5000) == -1
      || nbd_connect_unix (nbd, "nbd.sock") == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  if (nbd_pread (nbd, sector, sizeof sector, 0, 0) == -1)
    warnx ("not read within %d ms: %s",
           nbd_get_command_timeout (nbd), nbd_get_error ());
}

/* nbd_set_stall_timeout, nbd_get_stall_timeout */
EXAMPLE (created)
{
  /* A server that is silent for 20 seconds hangs: connect again. */
  if (nbd_set_stall_timeout (nbd, 20 * 1000) == -1
      || nbd_set_reconnect_timeout (nbd, 120 * 1000) == -1
      || nbd_connect_unix (nbd, "nbd.sock") == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  printf ("silence ends after %d ms\n",
          nbd_get_stall_timeout (nbd));
}

/* nbd_set_keepalive, nbd_get_keepalive */
EXAMPLE (created)
{
  /* The firewall forgets connections that are idle for 5 minutes. */
  if (nbd_set_keepalive (nbd, 120 * 1000) == -1
      || nbd_connect_tcp (nbd, "localhost", port) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  printf ("probes after %d ms\n", nbd_get_keepalive (nbd));
}

/* nbd_set_unflushed_policy, nbd_get_unflushed_policy */
EXAMPLE (created)
{
  /* Our program can write everything again, so keep no copies. */
  if (nbd_set_reconnect_timeout (nbd, 60 * 1000) == -1
      || nbd_set_unflushed_policy (nbd, LIBNBD_UNFLUSHED_STRICT)
           == -1
      || nbd_connect_unix (nbd, "nbd.sock") == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  if (nbd_flush (nbd, 0) == -1
      && nbd_get_unflushed_policy (nbd) == LIBNBD_UNFLUSHED_STRICT)
    warnx ("write again since the last flush: %s",
           nbd_get_error ());
}

/* nbd_set_journal_size, nbd_get_journal_size */
EXAMPLE (created)
{
  /* The machine has little memory. */
  if (nbd_set_journal_size (nbd, 8 << 20) == -1
      || nbd_set_reconnect_timeout (nbd, 60 * 1000) == -1
      || nbd_connect_unix (nbd, "nbd.sock") == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  printf ("copies of writes take up to %" PRIu64 " bytes\n",
          nbd_get_journal_size (nbd));
}

/* nbd_set_quarantine, nbd_get_quarantine */
EXAMPLE (created)
{
  /* This server finishes old requests before it accepts us. */
  if (nbd_set_quarantine (nbd, 0) == -1
      || nbd_set_reconnect_timeout (nbd, 60 * 1000) == -1
      || nbd_connect_unix (nbd, "nbd.sock") == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  if (nbd_get_quarantine (nbd) == 0)
    printf ("lost requests have no effect any more\n");
}

/* nbd_set_connections, nbd_get_connections */
EXAMPLE (created)
{
  if (nbd_set_connections (nbd, 4) == -1
      || nbd_connect_unix (nbd, "nbd.sock") == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  if (nbd_can_multi_conn (nbd) > 0)
    printf ("up to %u connections\n", nbd_get_connections (nbd));
}

/* nbd_set_uri_options */
EXAMPLE (created)
{
  const char *options = "reconnect-timeout=2m&connections=4";

  /* Our user wrote these options, and knows their syntax. */
  if (nbd_set_uri_options (nbd, options) == -1
      || nbd_connect_unix (nbd, "nbd.sock") == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
}
