/* SPDX-License-Identifier: MIT */
/* LIBNBD_SHUTDOWN_ABANDON_PENDING drops commands of the program only.  A flush
 * of the library's own is sent before the handle disconnects, or is forgotten
 * with the connection; the program never finds it among its commands. */
#include <errno.h>

#include "own-flush.h"
#include "thread.h"

static struct address address;
static struct server server;
static int64_t cookie[BEHIND_HELD_FLUSH];

/* The handle is closed, and knows of no other commands than those writes. */
static void
check_end (struct nbd_handle *h, int result)
{
  CHECK_STATE (h, "CLOSED");
  CHECK_INT (nbd_aio_in_flight (h), 0);
  for (int i = 0; i < BEHIND_HELD_FLUSH; i++)
    CHECK_INT (nbd_aio_command_completed (h, cookie[i]), result);
  CHECK_FAILS (nbd_aio_peek_command_completed (h), EINVAL, "no command");
  lasting_close (h, &server, &address);
}

static void
connected (void)
{
  struct nbd_handle *h = handle_with_held_flush (&server, &address, cookie);
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
  for (int i = 0; i < BEHIND_HELD_FLUSH; i++)
    server_say (&server, "simple 0 %d", (int) cookie[i]);
  server_close (&server);
  blocking_join (&b);
  CHECK_INT (b.result, 0);
  check_end (h, 1);
}

static void
in_an_outage (void)
{
  struct nbd_handle *h = handle_with_held_flush (&server, &address, cookie);

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
