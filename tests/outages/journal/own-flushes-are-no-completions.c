/* SPDX-License-Identifier: MIT */

/* nbd_poll returns when a command of the program has completed.  The reply to
 * a flush that the library sent by itself does not end the call, so nbd_poll
 * goes on with what was received after that reply. */

#include "lasting.h"

#define CHUNK 32768

static struct address address;
static struct server server;
static char data[CHUNK];

static int64_t
write_chunk (struct nbd_handle *h, int i)
{
  int64_t cookie = CHECK_OK (nbd_aio_pwrite (h, data, CHUNK, i * CHUNK,
                                             NBD_NULL_COMPLETION, 0));

  CHECK_INT (server_request (&server, NULL), cookie);
  return cookie;
}

void
test (void)
{
  struct nbd_handle *h = patient_handle ();
  uint16_t type;

  CHECK_OK (nbd_set_journal_size (h, 2 * CHUNK));
  lasting_connect (h, &server, &address, SIMPLE, FLAGS_ALL);
  int64_t first = write_chunk (h, 0);
  server_say (&server, "simple 0 %d", (int) first);
  CHECK_INT (CHECK_OK (nbd_poll (h, 0)), 1);
  CHECK_INT (nbd_aio_command_completed (h, first), 1);
  uint64_t flush = server_request (&server, &type);
  CHECK_INT (type, 3);

  int64_t second = write_chunk (h, 1);
  server_say (&server, "simple 0 %llu simple 0 %d",
              (unsigned long long) flush, (int) second);
  CHECK_INT (CHECK_OK (nbd_poll (h, 0)), 1);
  CHECK_INT (nbd_aio_command_completed (h, second), 1);
  lasting_close (h, &server, &address);
}
