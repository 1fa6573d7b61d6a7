/* SPDX-License-Identifier: MIT */
/* A handle that stays connected does without memory where it can: a command
 * that cannot be cancelled goes on, a second connection is not opened, and a
 * server that shuts down is left without a word.  If acknowledged writes
 * cannot be sent again, the handle dies.
 *
 * Each case runs once for each allocation that it makes, and that allocation
 * fails.  The linker redirects the library's allocations (-Wl,--wrap). */

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "lasting.h"
#include "memory.h"
#include "process.h"

#define SIZE (1 << 20)

static struct address a;
static struct server s;
static char buf[4];
static unsigned refused; /* how often memory was missed */

/* Deliver events as pump does, while the library's allocations fail. */
static void
drive (struct nbd_handle *h)
{
  while (is_awake (h) && LIB (nbd_aio_notify_read (h)) != -1)
    ;
}

/* Cancel a command that was sent, so that its reply needs another buffer. */
static void
give_up (void)
{
  struct nbd_handle *h = lasting_handle (&s, &a, SIMPLE);
  int64_t read = CHECK_OK (nbd_aio_pread (h, buf, 4, 0, NBD_NULL_COMPLETION,
                                          0));

  if (LIB (nbd_aio_cancel (h, read)) == 0) {
    refused++;
    CHECK_INT (nbd_aio_cancel (h, read), 1);
  }
  CHECK_FAILS (nbd_aio_command_completed (h, read), ECANCELED, "");
  lasting_close (h, &s, &a);
}

/* A handle that cannot open a second connection sends its commands over the
 * first one. */
static void
open_another (void)
{
  struct nbd_handle *h = patient_handle ();
  int64_t reads[2];
  uint16_t number;
  char port[8];

  CHECK_OK (nbd_set_connections (h, 2));
  set_style (h, SIMPLE);
  a.listener = tcp_listener (AF_INET, &number);
  CHECK_INT (fcntl (a.listener, F_SETFL, O_NONBLOCK), 0);
  snprintf (port, sizeof port, "%u", number);
  CHECK_OK (nbd_aio_connect_tcp (h, "127.0.0.1", port));
  server_serves (&s, &a, h, SIMPLE, SIZE, FLAGS_ALL);
  drive_until (h, "READY");
  reads[0] = CHECK_OK (nbd_aio_pread (h, buf, 4, 0, NBD_NULL_COMPLETION, 0));
  server_request (&s, NULL);
  reads[1] = LIB (nbd_aio_pread (h, buf, 4, 0, NBD_NULL_COMPLETION, 0));
  server_say (&s, "simple 0 %lld \"abcd\"", (long long) reads[0]);
  CHECK_INT (drive_command (h, reads[0]), 1);
  if (reads[1] != -1) {
    server_request (&s, NULL);
    server_say (&s, "simple 0 %lld \"abcd\"", (long long) reads[1]);
    CHECK_INT (drive_command (h, reads[1]), 1);
  }
  nbd_close (h);
  server_close (&s);
  close (a.listener);
}

/* More acknowledged writes than a table holds before it has to grow. */
#define WRITES 20

static struct nbd_handle *
written (void)
{
  struct nbd_handle *h = patient_handle ();

  lasting_connect (h, &s, &a, SIMPLE, FLAGS_ALL);
  for (int i = 0; i < WRITES; i++) {
    int64_t write = CHECK_OK (nbd_aio_pwrite (h, buf, 4, 8 * i,
                                              NBD_NULL_COMPLETION, 0));

    server_request (&s, NULL);
    server_say (&s, "simple 0 %lld", (long long) write);
    CHECK_INT (drive_command (h, write), 1);
  }
  return h;
}

/* Another server serves the address, and the handle begins to replay the
 * journal. */
static void
come_back (struct nbd_handle *h)
{
  server_close (&s);
  server_accept (&s, &a, h);
  s.drives = h;
  server_handshake (&s, SIMPLE, SIZE, FLAGS_ALL);
  s.drives = NULL;
  drive (h);
}

static void
write_again (void)
{
  struct nbd_handle *h = written ();

  come_back (h);
  if (nbd_aio_is_dead (h)) {
    refused++;
    CHECK_FAILS (nbd_poll (h, 0), EINVAL, strerror (ENOMEM));
  }
  else
    for (int i = 0; i < WRITES; i++)
      server_request (&s, NULL);
  s.gives_up = true;
  lasting_close (h, &s, &a);
}

static void
have_it_refused (void)
{
  struct nbd_handle *h = written ();

  server_close (&s);
  server_serves (&s, &a, h, SIMPLE, SIZE, FLAGS_ALL);
  for (int i = 0; i < 2; i++)
    server_say (&s, "simple EIO %llu",
                (unsigned long long) server_request (&s, NULL));
  drive (h);
  CHECK_STATE (h, "DEAD");
  s.gives_up = true;
  lasting_close (h, &s, &a);
}

/* The server shuts down, and another one carries out what it refused. */
static void
leave_a_server (void)
{
  struct nbd_handle *h = lasting_handle (&s, &a, SIMPLE);
  int64_t flush = CHECK_OK (nbd_aio_flush (h, NBD_NULL_COMPLETION, 0));

  server_request (&s, NULL);
  server_say (&s, "simple ESHUTDOWN %lld", (long long) flush);
  drive (h);
  refused += server_take (&s) == 0;
  CHECK (server_sees_end (&s));
  server_close (&s);
  server_serves (&s, &a, h, SIMPLE, SIZE, FLAGS_ALL);
  drive_until (h, "READY");
  server_say (&s, "simple 0 %llu",
              (unsigned long long) server_request (&s, NULL));
  CHECK_INT (drive_command (h, flush), 1);
  lasting_close (h, &s, &a);
}

void
test (void)
{
  memory_sweep ("a command is cancelled", give_up);
  CHECK (refused > 0);
  memory_sweep ("another connection is opened", open_another);
  refused = 0;
  memory_sweep ("a server that shuts down is left", leave_a_server);
  CHECK (refused > 0);
  refused = 0;
  memory_sweep ("the journal is written again", write_again);
  CHECK (refused > 0);
  memory_sweep ("the journal is refused", have_it_refused);
}
