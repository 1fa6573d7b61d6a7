/* SPDX-License-Identifier: MIT */
/* LIBNBD_SHUTDOWN_ABANDON_PENDING drops commands of the program only.  A flush
 * of the library's own is sent before the handle disconnects, or is forgotten
 * with the connection; the program never finds it among its commands. */
#include <errno.h>

#include "lasting.h"
#include "thread.h"

#define CHUNK 16384
#define IN_FLIGHT 6

static struct address address;
static struct server server;
static char data[CHUNK];
static int64_t cookie[IN_FLIGHT];

/* A handle that holds a flush of its own back, with four writes in flight. */
static struct nbd_handle *
held_flush (void)
{
  struct nbd_handle *h = patient_handle ();

  CHECK_OK (nbd_set_journal_size (h, 4 * CHUNK));
  lasting_connect (h, &server, &address, SIMPLE, FLAGS_ALL);
  for (int i = 0; i < IN_FLIGHT; i++)
    cookie[i] = CHECK_OK (nbd_aio_pwrite (h, data, i < 2 ? CHUNK : 4,
                                          i * CHUNK, NBD_NULL_COMPLETION, 0));
  CHECK_INT (nbd_poll (h, 0), 0);
  server.drives = h;
  for (int i = 0; i < IN_FLIGHT; i++)
    CHECK_INT (server_request (&server, NULL), cookie[i]);
  server.drives = NULL;
  server_say (&server, "simple 0 %d simple 0 %d", (int) cookie[0],
              (int) cookie[1]);
  for (int i = 0; i < 2; i++) {
    CHECK_INT (CHECK_OK (nbd_poll (h, 0)), 1);
    CHECK_INT (nbd_aio_command_completed (h, cookie[i]), 1);
  }
  server_expect_nothing (&server);
  return h;
}

/* The handle is closed, and knows of no other commands than those four. */
static void
check_end (struct nbd_handle *h, int result)
{
  CHECK_STATE (h, "CLOSED");
  CHECK_INT (nbd_aio_in_flight (h), 0);
  for (int i = 2; i < IN_FLIGHT; i++)
    CHECK_INT (nbd_aio_command_completed (h, cookie[i]), result);
  CHECK_FAILS (nbd_aio_peek_command_completed (h), EINVAL, "no command");
  lasting_close (h, &server, &address);
}

static void
connected (void)
{
  struct nbd_handle *h = held_flush ();
  struct blocking b = {
    .h = h,
    .call = blocking_shutdown,
    .flags = LIBNBD_SHUTDOWN_ABANDON_PENDING,
  };
  uint16_t type;

  blocking_start (&b);
  server.waits = true;
  uint64_t flush = server_request (&server, &type);
  CHECK_INT (type, 3);
  server_request (&server, &type);
  CHECK_INT (type, 2);
  server_say (&server, "simple 0 %llu", (unsigned long long) flush);
  for (int i = 2; i < IN_FLIGHT; i++)
    server_say (&server, "simple 0 %d", (int) cookie[i]);
  server_close (&server);
  blocking_join (&b);
  CHECK_INT (b.result, 0);
  check_end (h, 1);
}

static void
in_an_outage (void)
{
  struct nbd_handle *h = held_flush ();

  server_close (&server);
  address_leave (&address);
  while (nbd_get_outage (h) == 0)
    CHECK_OK (nbd_poll (h, 10));
  CHECK_INT (nbd_shutdown (h, LIBNBD_SHUTDOWN_ABANDON_PENDING), 0);
  check_end (h, -1);
}

void
test (void)
{
  connected ();
  in_an_outage ();
}
