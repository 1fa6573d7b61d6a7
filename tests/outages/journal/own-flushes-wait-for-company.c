/* SPDX-License-Identifier: MIT */

/* A flush that the library sends by itself, and that nothing waits for, is
 * held back.  It is sent together with the program's next command, which may
 * itself be held while replies are awaited, or when the main loop has nothing
 * else to do. */

#include <poll.h>

#include "lasting.h"

#define CHUNK 16384
#define IN_FLIGHT 6

static struct address address;
static struct server server;
static char data[CHUNK];
static int64_t cookie[IN_FLIGHT + 1];

static void
write_chunk (struct nbd_handle *h, int i)
{
  cookie[i] = CHECK_OK (nbd_aio_pwrite (h, data, CHUNK, i * CHUNK,
                                        NBD_NULL_COMPLETION, 0));
}

/* Answer the first two writes, after which half of the journal is used. */
static void
answer_two (struct nbd_handle *h)
{
  for (int i = 0; i < IN_FLIGHT; i++)
    CHECK_INT (server_request (&server, NULL), cookie[i]);
  server_say (&server, "simple 0 %d simple 0 %d", (int) cookie[0],
              (int) cookie[1]);
  for (int i = 0; i < 2; i++) {
    CHECK_INT (CHECK_OK (nbd_poll (h, 0)), 1);
    CHECK_INT (nbd_aio_command_completed (h, cookie[i]), 1);
  }
}

/* A handle that holds a flush of the library back. */
static struct nbd_handle *
held_flush (void)
{
  struct nbd_handle *h = patient_handle ();

  CHECK_OK (nbd_set_journal_size (h, 4 * CHUNK));
  lasting_connect (h, &server, &address, SIMPLE, FLAGS_ALL);
  for (int i = 0; i < IN_FLIGHT; i++)
    write_chunk (h, i);
  CHECK_INT (nbd_poll (h, 0), 0);
  server.drives = h;
  answer_two (h);
  server.drives = NULL;
  server_expect_nothing (&server);
  return h;
}

static void
expect_flush (void)
{
  uint16_t type;

  server_request (&server, &type);
  CHECK_INT (type, 3);
}

static void
company_comes (void)
{
  struct nbd_handle *h = held_flush ();

  write_chunk (h, IN_FLIGHT);
  server_expect_nothing (&server);
  CHECK_INT (nbd_poll (h, 0), 0);
  expect_flush ();
  CHECK_INT (server_request (&server, NULL), cookie[IN_FLIGHT]);
  lasting_close (h, &server, &address);
}

/* The descriptor becomes readable, so that the program's main loop sends the
 * flush. */
static void
nothing_comes (void)
{
  struct nbd_handle *h = held_flush ();
  struct pollfd fd = { .fd = CHECK_OK (nbd_aio_get_fd (h)),
                       .events = POLLIN };

  CHECK_INT (nbd_aio_get_direction (h), LIBNBD_AIO_DIRECTION_READ);
  CHECK_INT (poll (&fd, 1, 0), 1);
  CHECK_OK (nbd_aio_notify_read (h));
  expect_flush ();
  lasting_close (h, &server, &address);
}

void
test (void)
{
  company_comes ();
  nothing_comes ();
}
