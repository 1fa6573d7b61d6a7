/* SPDX-License-Identifier: MIT */
/* A server that shuts down refuses commands with ESHUTDOWN.  Then the handle
 * sends it nothing more, disconnects when all that is in flight was answered,
 * and lets the next server carry out what was refused. */
#include <errno.h>

#include "lasting.h"

#define SIZE (8 << 20) /* more than the socket takes at once */
#define JOURNAL LIBNBD_UNFLUSHED_JOURNAL
#define TRUST LIBNBD_UNFLUSHED_TRUST

static struct address address;
static struct server server;
static struct events told;
static char big[SIZE];

static struct nbd_handle *
handle (int policy)
{
  struct nbd_handle *h = patient_handle ();

  told = (struct events) { .letters = "" };
  CHECK_OK (nbd_set_event_callback (h, events (&told)));
  CHECK_OK (nbd_set_unflushed_policy (h, policy));
  set_style (h, SIMPLE);
  address_open (&address);
  address_listen (&address);
  CHECK_OK (nbd_aio_connect_unix (h, address.path));
  server_serves (&server, &address, h, SIMPLE, SIZE, FLAGS_ALL);
  return h;
}

static void
answer (const char *result, unsigned long long cookie)
{
  server_say (&server, "simple %s %llu", result, cookie);
}

static int64_t
issue_write (struct nbd_handle *h, size_t count, uint64_t offset)
{
  return CHECK_OK (nbd_aio_pwrite (h, big, count, offset, NBD_NULL_COMPLETION,
                                   0));
}

static int64_t
issue_flush (struct nbd_handle *h)
{
  return CHECK_OK (nbd_aio_flush (h, NBD_NULL_COMPLETION, 0));
}

/* The handle has disconnected; another server serves it. */
static void
next_server (struct nbd_handle *h)
{
  uint16_t type;

  server_request (&server, &type);
  CHECK_INT (type, 2);
  CHECK (server_sees_end (&server));
  CHECK_CONTAINS (told.message[LIBNBD_EVENT_LOST],
                  "(the server is shutting down)");
  server_close (&server);
  server_serves (&server, &address, h, SIMPLE, SIZE, FLAGS_ALL);
}

/* The server is asked for this, and does it. */
static void
carries_out (struct nbd_handle *h, int64_t cookie, uint16_t wanted)
{
  uint16_t type;
  uint64_t wire;

  server.drives = h;
  wire = server_request (&server, &type);
  server.drives = NULL;
  CHECK_INT (type, wanted);
  answer ("0", wire);
  pump (h);
  if (cookie > 0)
    CHECK_INT (nbd_aio_command_completed (h, cookie), 1);
}

static void
end (struct nbd_handle *h)
{
  server_expect_nothing (&server);
  CHECK_INT (nbd_aio_in_flight (h), 0);
  lasting_close (h, &server, &address);
}

static void
others_are_answered (void)
{
  struct nbd_handle *h = handle (JOURNAL);
  int64_t refused = issue_flush (h), in_flight = issue_write (h, 4, 0);

  check_case ("others are answered");
  pump (h);
  server_request (&server, NULL);
  server_request (&server, NULL);
  answer ("ESHUTDOWN", refused);
  pump (h);
  CHECK_INT (nbd_aio_command_completed (h, refused), 0);
  int64_t new = issue_write (h, 4, 0);
  pump (h);
  server_expect_nothing (&server);
  answer ("0", in_flight);
  pump (h);
  CHECK_INT (nbd_aio_command_completed (h, in_flight), 1);
  CHECK_STRING (told.letters, "CL");
  next_server (h);
  carries_out (h, 0, 1); /* the journal */
  carries_out (h, refused, 3);
  carries_out (h, new, 1);
  CHECK_STRING (told.letters, "CLB");
  end (h);
}

/* The journal is sent once more. */
static void
journal_is_refused (void)
{
  struct nbd_handle *h = handle (JOURNAL);
  int64_t write = issue_write (h, 4, 0);

  check_case ("the journal");
  carries_out (h, write, 1);
  server_close (&server);
  server_serves (&server, &address, h, SIMPLE, SIZE, FLAGS_ALL);
  answer ("ESHUTDOWN", server_request (&server, NULL));
  pump (h);
  CHECK_INT (told.letters[2], 'A');
  uint16_t type;
  server_request (&server, &type);
  CHECK_INT (type, 2);
  server_close (&server);
  server_serves (&server, &address, h, SIMPLE, SIZE, FLAGS_ALL);
  carries_out (h, 0, 1);
  carries_out (h, issue_flush (h), 3);
  end (h);
}

/* Take a write that the handle is still sending. */
static void
receives (struct nbd_handle *h, int64_t write)
{
  server.drives = h;
  CHECK_INT (server_request (&server, NULL), write);
  server.drives = NULL;
  pump (h);
}

/* A write is refused while it is being sent. */
static void
payload_is_refused (void)
{
  struct nbd_handle *h = handle (TRUST);
  int64_t refused = issue_write (h, SIZE, 0);

  check_case ("a payload");
  answer ("ESHUTDOWN", refused);
  pump (h);
  receives (h, refused);
  next_server (h);
  carries_out (h, refused, 1);
  end (h);
}

/* The write that is being sent is sent completely, but not the command behind
 * it. */
static void
payload_is_in_the_way (void)
{
  struct nbd_handle *h = handle (TRUST);
  int64_t refused = issue_flush (h), write = issue_write (h, SIZE, 0);
  int64_t behind = issue_flush (h);

  check_case ("a payload in the way");
  pump (h);
  CHECK_INT (server_request (&server, NULL), refused);
  answer ("ESHUTDOWN", refused);
  pump (h);
  receives (h, write);
  server_expect_nothing (&server);
  answer ("0", write);
  pump (h);
  CHECK_INT (nbd_aio_command_completed (h, write), 1);
  next_server (h);
  server_request (&server, NULL);
  server_request (&server, NULL);
  answer ("0", WIRE (1, refused));
  answer ("0", WIRE (1, behind));
  pump (h);
  CHECK_INT (nbd_aio_command_completed (h, refused), 1);
  CHECK_INT (nbd_aio_command_completed (h, behind), 1);
  end (h);
}

/* Nobody waits for a write that was cancelled, and it holds nothing up. */
static void
cancelled_is_refused (void)
{
  struct nbd_handle *h = handle (JOURNAL);
  int64_t write = issue_write (h, 4, 0);

  check_case ("a cancelled write");
  pump (h);
  server_request (&server, NULL);
  CHECK_INT (nbd_aio_cancel (h, write), 1);
  CHECK_INT (nbd_stats_ghosts (h), 1);
  answer ("ESHUTDOWN", write);
  pump (h);
  CHECK_INT (nbd_stats_ghosts (h), 0);
  next_server (h);
  carries_out (h, issue_write (h, 4, 0), 1);
  end (h);
}

/* The program disconnects, and nothing is left to be done: the handle does not
 * connect again. */
static void
program_leaves (void)
{
  struct nbd_handle *h = handle (JOURNAL);
  int64_t write = issue_write (h, 4, 0);

  check_case ("the program disconnects");
  pump (h);
  server_request (&server, NULL);
  CHECK_INT (nbd_aio_cancel (h, write), 1);
  answer ("ESHUTDOWN", write);
  CHECK_OK (nbd_aio_disconnect (h, 0));
  pump (h);
  server_close (&server);
  pump (h);
  CHECK_STATE (h, "CLOSED");
  CHECK (!server_is_asked (&server, &address));
  lasting_close (h, &server, &address);
}

/* The program disconnects, but one command is left to be done. */
static void
program_wants_to_leave (void)
{
  struct nbd_handle *h = handle (JOURNAL);
  int64_t flush = issue_flush (h);
  uint16_t type;

  check_case ("the program wants to disconnect");
  CHECK_OK (nbd_aio_disconnect (h, 0));
  pump (h);
  CHECK_INT (server_request (&server, NULL), flush);
  answer ("ESHUTDOWN", flush);
  pump (h);
  server_request (&server, &type);
  CHECK_INT (type, 2);
  server_close (&server);
  server_serves (&server, &address, h, SIMPLE, SIZE, FLAGS_ALL);
  carries_out (h, flush, 3);
  server_request (&server, &type);
  CHECK_INT (type, 2);
  server_close (&server);
  pump (h);
  CHECK_STATE (h, "CLOSED");
  lasting_close (h, &server, &address);
}

void
test (void)
{
  others_are_answered ();
  journal_is_refused ();
  payload_is_refused ();
  payload_is_in_the_way ();
  cancelled_is_refused ();
  program_leaves ();
  program_wants_to_leave ();
}
