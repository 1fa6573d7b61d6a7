/* SPDX-License-Identifier: MIT */
/* Examples: what the server and the export can do. */
#include "snippet.h"

/* nbd_get_size */
EXAMPLE (connected)
{
  int64_t size = nbd_get_size (nbd);

  if (size == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  printf ("%" PRIi64 " MiB\n", size >> 20);
}

/* nbd_get_block_size */
EXAMPLE (connected)
{
  int64_t minimum = nbd_get_block_size (nbd, LIBNBD_SIZE_MINIMUM);
  int64_t maximum = nbd_get_block_size (nbd, LIBNBD_SIZE_MAXIMUM);

  if (minimum == -1 || maximum == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  if (minimum == 0)
    minimum = 512; /* the server did not say, but this is safe */
  if (maximum == 0)
    maximum = 32 << 20;
  printf ("requests: multiples of %" PRIi64 ", up to %" PRIi64 "\n",
          minimum, maximum);
}

/* nbd_get_canonical_export_name, nbd_get_export_description */
EXAMPLE (created)
{
  /* Without this the name and the text are not requested. */
  if (nbd_set_full_info (nbd, true) == -1
      || nbd_connect_unix (nbd, "nbd.sock") == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());

  char *name = nbd_get_canonical_export_name (nbd);
  char *text = nbd_get_export_description (nbd);
  printf ("name: %s\n", name ? name : "unknown");
  printf ("description: %s\n", text ? text : "none");
  free (name);
  free (text);
}

/* nbd_is_read_only */
EXAMPLE (connected)
{
  int r = nbd_is_read_only (nbd);

  if (r == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  if (r)
    errx (EXIT_FAILURE, "this export cannot be written");
}

/* nbd_is_rotational */
EXAMPLE (connected)
{
  /* Disks with moving parts like requests in order. */
  unsigned in_flight = nbd_is_rotational (nbd) > 0 ? 4 : 64;

  printf ("%u requests at once\n", in_flight);
}

/* nbd_can_flush */
EXAMPLE (connected)
{
  if (nbd_can_flush (nbd) > 0 && nbd_flush (nbd, 0) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
}

/* nbd_can_fua */
EXAMPLE (connected)
{
  const char record[512] = "commit";
  uint32_t flags = 0;

  if (nbd_can_fua (nbd) > 0)
    flags = LIBNBD_CMD_FLAG_FUA; /* saves the flush after it */
  if (nbd_pwrite (nbd, record, sizeof record, 0, flags) == -1
      || (flags == 0 && nbd_flush (nbd, 0) == -1))
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
}

/* nbd_can_trim */
EXAMPLE (connected)
{
  if (nbd_can_trim (nbd) > 0 && nbd_trim (nbd, 1 << 20, 0, 0) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
}

/* nbd_can_zero */
EXAMPLE (connected)
{
  static const char zeroes[65536];
  int r;

  if (nbd_can_zero (nbd) > 0)
    r = nbd_zero (nbd, sizeof zeroes, 0, 0);
  else
    r = nbd_pwrite (nbd, zeroes, sizeof zeroes, 0, 0);
  if (r == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
}

/* nbd_can_fast_zero */
EXAMPLE (connected)
{
  /* Clear the whole disk first, if that costs next to nothing. */
  bool cleared = nbd_can_fast_zero (nbd) > 0
                 && nbd_zero (nbd, nbd_get_size (nbd), 0,
                              LIBNBD_CMD_FLAG_FAST_ZERO)
                      == 0;

  printf ("zeroes %s be written\n", cleared ? "need not" : "must");
}

/* nbd_can_block_status_payload */
EXAMPLE (mapped)
{
  if (nbd_can_block_status_payload (nbd) > 0)
    printf ("nbd_block_status_filter can be used\n");
  else
    printf ("nbd_block_status_64 tells about all contexts\n");
}

/* nbd_can_df */
static int
whole_read (void *user_data, const void *subbuf, size_t count,
            uint64_t offset, unsigned status, int *error)
{
  printf ("%zu bytes came in one piece\n", count);
  return 0;
}

EXAMPLE (connected)
{
  char buf[4096];
  uint32_t df = nbd_can_df (nbd) > 0 ? LIBNBD_CMD_FLAG_DF : 0;
  nbd_chunk_callback chunk = { .callback = whole_read };

  if (nbd_pread_structured (nbd, buf, sizeof buf, 0, chunk, df)
      == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
}

/* nbd_can_multi_conn */
EXAMPLE (connected)
{
  unsigned handles = nbd_can_multi_conn (nbd) > 0 ? 4 : 1;

  printf ("writing over %u connections\n", handles);
}

/* nbd_can_cache */
EXAMPLE (connected)
{
  /* Let the server fetch what we are going to read. */
  if (nbd_can_cache (nbd) > 0
      && nbd_cache (nbd, 1 << 20, 0, 0) == -1)
    warnx ("%s", nbd_get_error ());
}

/* nbd_can_meta_context */
EXAMPLE (created)
{
  const char *context = LIBNBD_CONTEXT_BASE_ALLOCATION;

  if (nbd_add_meta_context (nbd, context) == -1
      || nbd_connect_unix (nbd, "nbd.sock") == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  if (nbd_can_meta_context (nbd, context) <= 0)
    errx (EXIT_FAILURE, "the server cannot tell where data is");
}

/* nbd_get_protocol */
EXAMPLE (connected)
{
  const char *protocol = nbd_get_protocol (nbd);

  if (protocol == NULL)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  printf ("handshake: %s\n", protocol);
}
