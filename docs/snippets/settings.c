/* SPDX-License-Identifier: MIT */
/* Examples: what is chosen before connecting. */
#include "snippet.h"

/* nbd_set_export_name, nbd_get_export_name */
EXAMPLE (created)
{
  if (nbd_set_export_name (nbd, "backup") == -1
      || nbd_connect_unix (nbd, "nbd.sock") == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());

  char *name = nbd_get_export_name (nbd);
  if (name == NULL)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  printf ("connected to the export \"%s\"\n", name);
  free (name);
}

/* nbd_set_request_block_size, nbd_get_request_block_size */
EXAMPLE (created)
{
  /* Test what a server does for clients that ask for no sizes. */
  if (nbd_set_request_block_size (nbd, false) == -1
      || nbd_connect_unix (nbd, "nbd.sock") == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  if (nbd_get_request_block_size (nbd) == 0)
    printf ("the server may assume blocks of 512 bytes\n");
}

/* nbd_set_full_info, nbd_get_full_info */
EXAMPLE (created)
{
  if (nbd_set_full_info (nbd, true) == -1
      || nbd_connect_unix (nbd, "nbd.sock") == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());

  char *text = nbd_get_export_description (nbd);
  if (text == NULL && nbd_get_full_info (nbd))
    printf ("the server was asked, and has no description\n");
  free (text);
}

/* nbd_set_request_extended_headers,
 * nbd_get_request_extended_headers */
EXAMPLE (created)
{
  /* This server hangs up at an option that it does not know. */
  if (nbd_set_request_extended_headers (nbd, false) == -1
      || nbd_connect_unix (nbd, "nbd.sock") == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  if (nbd_get_request_extended_headers (nbd) == 0)
    printf ("requests are shorter than 4 GiB\n");
}

/* nbd_get_extended_headers_negotiated */
EXAMPLE (connected)
{
  uint64_t longest = UINT32_MAX;

  if (nbd_get_extended_headers_negotiated (nbd) > 0)
    longest = INT64_MAX;
  printf ("zeroing goes up to %" PRIu64 " bytes at once\n",
          longest);
}

/* nbd_set_request_structured_replies,
 * nbd_get_request_structured_replies */
EXAMPLE (created)
{
  /* Measure how fast the server is with simple replies. */
  if (nbd_set_request_structured_replies (nbd, false) == -1
      || nbd_connect_unix (nbd, "nbd.sock") == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  if (nbd_get_request_structured_replies (nbd) == 0)
    printf ("measuring simple replies\n");
}

/* nbd_get_structured_replies_negotiated */
EXAMPLE (connected)
{
  if (nbd_get_structured_replies_negotiated (nbd) > 0)
    printf ("reads tell where holes are\n");
}

/* nbd_set_handshake_flags, nbd_get_handshake_flags */
EXAMPLE (created)
{
  uint32_t flags = nbd_get_handshake_flags (nbd);

  /* Test how a server treats a client that knows no options. */
  flags &= ~LIBNBD_HANDSHAKE_FLAG_FIXED_NEWSTYLE;
  if (nbd_set_handshake_flags (nbd, flags) == -1
      || nbd_connect_unix (nbd, "nbd.sock") == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
}

/* nbd_set_pread_initialize, nbd_get_pread_initialize */
EXAMPLE (connected)
{
  static char buf[1 << 20];

  /* Our buffers hold no secrets, so errors need not clear them. */
  if (nbd_set_pread_initialize (nbd, false) == -1
      || nbd_pread (nbd, buf, sizeof buf, 0, 0) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  printf ("cleared: %d\n", nbd_get_pread_initialize (nbd));
}

/* nbd_set_strict_mode, nbd_get_strict_mode */
EXAMPLE (connected)
{
  char sector[512];
  uint64_t end = nbd_get_size (nbd);
  uint32_t strict = nbd_get_strict_mode (nbd);

  /* Let the server refuse what the library would not send. */
  if (nbd_set_strict_mode (nbd, strict & ~LIBNBD_STRICT_BOUNDS)
      == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  if (nbd_pread (nbd, sector, sizeof sector, end, 0) == 0)
    printf ("the server reads beyond its end!\n");
}
