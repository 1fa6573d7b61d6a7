/* SPDX-License-Identifier: MIT */
/* Examples: reading, writing, and the end. */
#include "snippet.h"

/* nbd_pread */
EXAMPLE (connected)
{
  char sector[512];

  if (nbd_pread (nbd, sector, sizeof sector, 0, 0) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  if (sector[510] == 0x55 && sector[511] == (char) 0xAA)
    printf ("the disk has a master boot record\n");
}

/* nbd_aio_pread */
static int
read_done (void *count, int *error)
{
  if (*error != 0)
    warnx ("cannot read: %s", strerror (*error));
  else
    ++*(unsigned *) count;
  return 1; /* retire the command: nobody asks for its cookie */
}

EXAMPLE (connected)
{
  static char block[16][4096];
  unsigned count = 0;
  nbd_completion_callback done = { read_done, &count, NULL };

  for (size_t i = 0; i < 16; i++)
    if (nbd_aio_pread (nbd, block[i], 4096, i * 4096, done, 0)
        == -1)
      errx (EXIT_FAILURE, "%s", nbd_get_error ());
  while (nbd_aio_in_flight (nbd) > 0)
    if (nbd_poll (nbd, -1) == -1)
      errx (EXIT_FAILURE, "%s", nbd_get_error ());
  printf ("%u of 16 blocks were read\n", count);
}

/* nbd_pread_structured */
static int
show_piece (void *user_data, const void *subbuf, size_t count,
            uint64_t offset, unsigned status, int *error)
{
  if (status == LIBNBD_READ_ERROR)
    printf ("%" PRIu64 ": %s\n", offset, strerror (*error));
  else
    printf ("%" PRIu64 ": %zu bytes, %s\n", offset, count,
            status == LIBNBD_READ_HOLE ? "a hole" : "data");
  return 0;
}

EXAMPLE (connected)
{
  static char buf[1 << 20];
  nbd_chunk_callback chunk = { .callback = show_piece };

  if (nbd_pread_structured (nbd, buf, sizeof buf, 0, chunk, 0)
      == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
}

/* nbd_aio_pread_structured */
static int
count_holes (void *user_data, const void *subbuf, size_t count,
             uint64_t offset, unsigned status, int *error)
{
  uint64_t *holes = user_data;

  if (status == LIBNBD_READ_HOLE)
    *holes += count;
  return 0;
}

EXAMPLE (connected)
{
  static char buf[1 << 20];
  uint64_t holes = 0;
  nbd_chunk_callback chunk = { count_holes, &holes, NULL };
  int64_t cookie;
  int done;

  cookie = nbd_aio_pread_structured (nbd, buf, sizeof buf, 0, chunk,
                                     NBD_NULL_COMPLETION, 0);
  if (cookie == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  while ((done = nbd_aio_command_completed (nbd, cookie)) == 0)
    if (nbd_poll (nbd, -1) == -1)
      errx (EXIT_FAILURE, "%s", nbd_get_error ());
  if (done == 1)
    printf ("%" PRIu64 " bytes are in holes\n", holes);
}

/* nbd_pwrite */
EXAMPLE (connected)
{
  char sector[512] = "hello";

  /* With FUA it is on stable storage when the call returns. */
  uint32_t fua = nbd_can_fua (nbd) > 0 ? LIBNBD_CMD_FLAG_FUA : 0;
  if (nbd_pwrite (nbd, sector, sizeof sector, 4096, fua) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
}

/* nbd_aio_pwrite */
static int
write_done (void *buf, int *error)
{
  free (buf);
  if (*error != 0)
    warnx ("cannot write: %s", strerror (*error));
  return 1; /* retire the command: nobody asks for its cookie */
}

EXAMPLE (connected)
{
  char *buf = calloc (1, 65536);
  if (buf == NULL)
    err (EXIT_FAILURE, "calloc");
  strcpy (buf, "hello");

  nbd_completion_callback done = { write_done, buf, NULL };
  if (nbd_aio_pwrite (nbd, buf, 65536, 0, done, 0) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  while (nbd_aio_in_flight (nbd) > 0)
    if (nbd_poll (nbd, -1) == -1)
      errx (EXIT_FAILURE, "%s", nbd_get_error ());
}

/* nbd_flush */
EXAMPLE (connected)
{
  if (nbd_can_flush (nbd) > 0 && nbd_flush (nbd, 0) == -1)
    errx (EXIT_FAILURE, "the last writes may be lost: %s",
          nbd_get_error ());
}

/* nbd_aio_flush */
static int
flush_done (void *user_data, int *error)
{
  if (*error != 0)
    warnx ("the last writes may be lost: %s", strerror (*error));
  return 1;
}

EXAMPLE (connected)
{
  nbd_completion_callback done = { .callback = flush_done };

  /* Put the writes that have completed on stable storage. */
  if (nbd_can_flush (nbd) > 0 && nbd_aio_flush (nbd, done, 0) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  while (nbd_aio_in_flight (nbd) > 0)
    if (nbd_poll (nbd, -1) == -1)
      errx (EXIT_FAILURE, "%s", nbd_get_error ());
}

/* nbd_trim */
EXAMPLE (connected)
{
  uint64_t size = 1 << 20, offset = 16 << 20;

  if (nbd_can_trim (nbd) > 0
      && nbd_trim (nbd, size, offset, 0) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
}

/* nbd_aio_trim */
static int
trim_done (void *user_data, int *error)
{
  if (*error != 0)
    warnx ("cannot trim: %s", strerror (*error));
  return 1;
}

EXAMPLE (connected)
{
  uint64_t size = 1 << 20, offset = 16 << 20;
  nbd_completion_callback done = { .callback = trim_done };

  if (nbd_can_trim (nbd) > 0
      && nbd_aio_trim (nbd, size, offset, done, 0) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  while (nbd_aio_in_flight (nbd) > 0)
    if (nbd_poll (nbd, -1) == -1)
      errx (EXIT_FAILURE, "%s", nbd_get_error ());
}

/* nbd_cache */
EXAMPLE (connected)
{
  /* We are going to read the first mebibyte soon. */
  if (nbd_can_cache (nbd) > 0
      && nbd_cache (nbd, 1 << 20, 0, 0) == -1)
    warnx ("%s", nbd_get_error ());
}

/* nbd_aio_cache */
static int
cache_done (void *user_data, int *error)
{
  return 1; /* it was only a hint, so a failure does not matter */
}

EXAMPLE (connected)
{
  nbd_completion_callback done = { .callback = cache_done };
  char buf[4096];

  /* The server fetches the next mebibyte while we read from this. */
  if (nbd_can_cache (nbd) > 0
      && nbd_aio_cache (nbd, 1 << 20, 1 << 20, done, 0) == -1)
    warnx ("%s", nbd_get_error ());
  if (nbd_pread (nbd, buf, sizeof buf, 0, 0) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
}

/* nbd_zero */
EXAMPLE (connected)
{
  /* The range reads as zeroes, and stays allocated. */
  if (nbd_zero (nbd, 1 << 20, 0, LIBNBD_CMD_FLAG_NO_HOLE) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
}

/* nbd_aio_zero */
EXAMPLE (connected)
{
  int64_t cookie = nbd_aio_zero (nbd, 1 << 20, 0,
                                 NBD_NULL_COMPLETION, 0);
  int done;

  if (cookie == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  while ((done = nbd_aio_command_completed (nbd, cookie)) == 0)
    if (nbd_poll (nbd, -1) == -1)
      errx (EXIT_FAILURE, "%s", nbd_get_error ());
  if (done == -1)
    warnx ("cannot zero: %s", nbd_get_error ());
}

/* nbd_shutdown */
EXAMPLE (connected)
{
  /* Flush what was written, then close the connection. */
  if (nbd_can_flush (nbd) > 0 && nbd_flush (nbd, 0) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  if (nbd_shutdown (nbd, 0) == -1)
    warnx ("%s", nbd_get_error ());
}

/* nbd_aio_disconnect */
EXAMPLE (connected)
{
  if (nbd_aio_disconnect (nbd, 0) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  while (!nbd_aio_is_closed (nbd) && !nbd_aio_is_dead (nbd))
    if (nbd_poll (nbd, -1) == -1)
      errx (EXIT_FAILURE, "%s", nbd_get_error ());
}
