/* SPDX-License-Identifier: MIT */

/* The addresses of a server are forgotten when it answers.  They are kept if
 * the handle may have to reconnect, and a second connection can then use a
 * copy of them. */

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "drive/drive.h"
#include "process.h"

static pid_t server;

static struct nbd_handle *
connected (bool again)
{
  uint16_t number;
  int listener = tcp_listener (AF_INET, &number);
  struct nbd_handle *h = nbd_create ();
  char port[8];

  snprintf (port, sizeof port, "%u", number);
  server = serve_listener (listener);
  h->link.reach.again = again;
  CHECK_OK (nbd_connect_tcp (h, "127.0.0.1", port));
  CHECK_DISK (h);
  CHECK (!h->link.reach.retry);
  return h;
}

static void
end (struct nbd_handle *h)
{
  nbd_close (h);
  stop_server (server);
}

static void
address_is_forgotten (void)
{
  struct nbd_handle *h = connected (false);

  CHECK_INT (h->link.reach.nr_addresses, 0);
  CHECK (!nbdi_can_be_copied (&h->link.reach));
  CHECK (!nbdi_can_be_reached_again (&h->link.reach));
  end (h);
}

static void
address_is_kept (void)
{
  struct nbd_handle *h = connected (true);
  struct nbdi_reach *reach = &h->link.reach;
  const struct nbdi_trace trace = { 0 };
  struct nbdi_channel ch = { .sock = -1, .lingering = -1, .trace = &trace };
  struct nbdi_reach copy = { .listener = -1, .passed = -1 };

  CHECK_INT (reach->nr_addresses, 1);
  CHECK_INT (reach->next, 1);
  CHECK (nbdi_can_be_reached_again (reach));
  CHECK (nbdi_can_be_copied (reach));
  nbdi_begin_addresses (reach);
  CHECK_INT (reach->next, 0);

  /* The second time overwrites the first copy. */
  for (int i = 0; i < 2; i++) {
    CHECK_INT (nbdi_copy_reach (&copy, reach), 0);
    CHECK (copy.again);
    CHECK_INT (copy.nr_addresses, 1);
    CHECK_STRING (copy.host, reach->host);
    CHECK_STRING (copy.port, reach->port);
    CHECK (nbdi_connect_next (&copy, &ch) != NBDI_IO_FAILED);
    CHECK_INT (copy.next, 1);
    nbdi_close_socket (&ch);
  }
  nbdi_forget_peer (&copy);
  end (h);
}

void
test (void)
{
  requires_program ("nbdkit");
  address_is_forgotten ();
  address_is_kept ();
}
