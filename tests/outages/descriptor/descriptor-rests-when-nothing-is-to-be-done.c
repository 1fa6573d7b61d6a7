/* SPDX-License-Identifier: MIT */

/* The descriptor is not readable while the handle waits for the server or for
 * the program, nor after the handle has ended.  So a main loop that watches
 * it uses no processor time. */

#include <poll.h>
#include <unistd.h>

#include "check.h"
#include "client.h"
#include "returning.h"

static struct returning r;

static struct nbd_handle *
lasting_handle (void)
{
  struct nbd_handle *h = nbd_create ();

  CHECK_OK (nbd_set_reconnect_timeout (h, 1000));
  return h;
}

static bool
is_readable (struct nbd_handle *h)
{
  struct pollfd fd = { .fd = nbd_aio_get_fd (h), .events = POLLIN };

  return poll (&fd, 1, 0) != 0;
}

static void
while_the_server_works (void)
{
  struct nbd_handle *h = lasting_handle ();
  struct calls calls = { .gives = 1 };
  char buf[4];

  returning_connect (&r, h);
  CHECK (!is_readable (h));
  CHECK_OK (nbd_aio_pread (h, buf, 4, 0, completion (&calls), 0));
  pump (h);
  CHECK (!is_readable (h));
  CHECK_OK (nbd_aio_notify_read (h)); /* this is allowed */
  CHECK (!is_readable (h));
  nbd_close (h);
  returning_close (&r);
}

/* In option mode the program continues: nothing reports that the server is
 * gone. */
static void
while_the_program_may_choose (void)
{
  struct nbd_handle *h = lasting_handle ();
  struct server s;

  CHECK_OK (nbd_set_reconnect_timeout (h, 0));
  CHECK_OK (nbd_set_command_timeout (h, 1000));
  CHECK_OK (nbd_set_opt_mode (h, true));
  set_style (h, SIMPLE);
  server_open (&s, h);
  s.drives = h;
  server_say (&s, "NBDMAGIC IHAVEOPT u16 FIXED_NEWSTYLE|NO_ZEROES");
  server_need (&s, 4);
  pump (h);
  CHECK_STATE (h, "NEGOTIATING");
  CHECK (!is_readable (h));
  server_close (&s);
  CHECK (!is_readable (h));
  CHECK_INT (nbd_opt_go (h), -1);
  CHECK (!is_readable (h));
  nbd_close (h);
}

static void
after_its_death (void)
{
  struct nbd_handle *h = lasting_handle ();

  CHECK_OK (nbd_set_reconnect_timeout (h, 50));
  CHECK_OK (nbd_set_command_timeout (h, 60000));
  returning_connect (&r, h);
  close (r.listener);
  unlink (r.path);
  returning_hang_up (&r);
  while (!nbd_aio_is_dead (h)) {
    struct pollfd fd = { .fd = nbd_aio_get_fd (h), .events = POLLIN };

    poll (&fd, 1, -1);
    nbd_aio_notify_read (h);
  }
  CHECK (!is_readable (h));
  CHECK_INT (nbd_aio_get_direction (h), 0);
  nbd_close (h);
  returning_close (&r);
}

void
test (void)
{
  while_the_server_works ();
  while_the_program_may_choose ();
  after_its_death ();
}
