/* SPDX-License-Identifier: MIT */
/* nbd_shutdown during an outage returns at once if no commands are in
 * flight and no writes are unflushed.  Otherwise it waits for the server,
 * unless the program passes LIBNBD_SHUTDOWN_ABANDON_PENDING. */
#include <errno.h>

#include "lasting.h"
#include "thread.h"

static struct address address;
static struct server server;

static struct nbd_handle *
handle (void)
{
  return lasting_handle (&server, &address, SIMPLE);
}

static void
lose (struct nbd_handle *h)
{
  server_close (&server);
  address_leave (&address);
  while (nbd_get_outage (h) == 0)
    CHECK_OK (nbd_poll (h, 10));
}

static void
end (struct nbd_handle *h)
{
  lasting_close (h, &server, &address);
}

static void
nothing_is_owed (uint32_t flags)
{
  struct nbd_handle *h = handle ();

  lose (h);
  CHECK_INT (nbd_shutdown (h, flags), 0);
  CHECK_STATE (h, "CLOSED");
  end (h);
}

/* A command that waits for the end of the outage fails if it is abandoned. */
static void
pending_is_abandoned (void)
{
  struct nbd_handle *h = handle ();
  struct calls done = { .called = 0 };
  char buf[4];

  int64_t read = CHECK_OK (nbd_aio_pread (h, buf, 4, 0, completion (&done),
                                          0));
  lose (h);
  CHECK_INT (nbd_shutdown (h, LIBNBD_SHUTDOWN_ABANDON_PENDING), 0);
  CHECK_STATE (h, "CLOSED");
  CHECK_FAILS (nbd_aio_command_completed (h, read), ENOTCONN, "");
  CHECK_CALLS (&done, 1);
  end (h);
}

static void
acknowledge_write (struct nbd_handle *h)
{
  int64_t write = CHECK_OK (nbd_aio_pwrite (h, "abcd", 4, 0,
                                            NBD_NULL_COMPLETION, 0));

  server_expect (&server, "request 0 WRITE %llu 0 4 \"abcd\"",
                 WIRE (0, write));
  server_say (&server, "simple 0 %llu", WIRE (0, write));
  pump (h);
  CHECK_INT (nbd_aio_command_completed (h, write), 1);
}

/* A write that was acknowledged and not flushed is sent again before the
 * handle disconnects. */
static void
unflushed_is_owed (void)
{
  struct nbd_handle *h = handle ();
  struct blocking b = { .h = h, .call = blocking_shutdown };

  acknowledge_write (h);
  lose (h);
  address_listen (&address);
  blocking_start (&b);
  server_awaits (&server, &address);
  server_handshake (&server, SIMPLE, 1 << 20, FLAGS_ALL);
  server_need (&server, 32);
  uint64_t cookie = get_uint (server.in.p + 8, 8);
  server_expect (&server, "request 0 WRITE %llu 0 4 \"abcd\"",
                 (unsigned long long) cookie);
  server_say (&server, "simple 0 %llu", (unsigned long long) cookie);
  uint16_t type;
  server_request (&server, &type);
  CHECK_INT (type, 2);
  server_close (&server);
  blocking_join (&b);
  CHECK_INT (b.result, 0);
  CHECK_STATE (h, "CLOSED");
  end (h);
}

static void
unflushed_is_abandoned (void)
{
  struct nbd_handle *h = handle ();

  acknowledge_write (h);
  lose (h);
  CHECK_INT (nbd_shutdown (h, LIBNBD_SHUTDOWN_ABANDON_PENDING), 0);
  CHECK_STATE (h, "CLOSED");
  end (h);
}

/* nbd_shutdown waits for a command that is in flight when the connection is
 * lost. */
static void
pending_is_owed (void)
{
  struct nbd_handle *h = handle ();
  struct blocking b = { .h = h, .call = blocking_shutdown };
  char buf[4];

  int64_t read = CHECK_OK (nbd_aio_pread (h, buf, 4, 0, NBD_NULL_COMPLETION,
                                          0));
  lose (h);
  address_listen (&address);
  blocking_start (&b);
  server_awaits (&server, &address);
  server_handshake (&server, SIMPLE, 1 << 20, FLAGS_ALL);
  uint64_t cookie = server_request (&server, NULL);
  server_say (&server, "simple 0 %llu \"wxyz\"", (unsigned long long) cookie);
  uint16_t type;
  server_request (&server, &type);
  CHECK_INT (type, 2);
  server_close (&server);
  blocking_join (&b);
  CHECK_INT (b.result, 0);
  CHECK_INT (nbd_aio_command_completed (h, read), 1);
  CHECK_BYTES (buf, 4, "wxyz", 4);
  end (h);
}

void
test (void)
{
  nothing_is_owed (0);
  nothing_is_owed (LIBNBD_SHUTDOWN_ABANDON_PENDING);
  pending_is_abandoned ();
  pending_is_owed ();
  unflushed_is_owed ();
  unflushed_is_abandoned ();
}
