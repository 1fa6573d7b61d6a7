/* SPDX-License-Identifier: MIT */

/* If the system refuses to watch the socket, the descriptor becomes readable
 * again and again, so that nothing hangs. */

#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>

#include "check.h"
#include "client.h"
#include "returning.h"

/* More than the socket takes at once. */
#define WRITES 16

static bool refuses;
static unsigned refused;

int
epoll_ctl (int epoll, int op, int fd, struct epoll_event *event)
{
  int (*real) (int, int, int, struct epoll_event *) =
    (__typeof__ (real)) dlsym (RTLD_NEXT, "epoll_ctl");

  if (refuses) {
    refused++;
    errno = ENOMEM;
    return -1;
  }
  return real (epoll, op, fd, event);
}

static void
one_event (struct nbd_handle *h)
{
  struct pollfd fd = { .fd = nbd_aio_get_fd (h), .events = POLLIN };

  CHECK_INT (poll (&fd, 1, -1), 1);
  CHECK_OK (nbd_aio_notify_read (h));
}

void
test (void)
{
  static char buf[1 << 20];
  static struct calls calls[WRITES];
  uint64_t cookies[WRITES];
  struct returning r;
  struct nbd_handle *h = nbd_create ();

  CHECK_OK (nbd_set_reconnect_timeout (h, -1));
  returning_connect (&r, h);
  nbd_aio_get_fd (h);
  refuses = true;
  for (int i = 0; i < WRITES; i++)
    CHECK_OK (nbd_aio_pwrite (h, buf, sizeof buf, 0, completion (&calls[i]),
                              0));
  /* No reply wakes the handle meanwhile. */
  for (int i = 0; i < WRITES; i++) {
    while (server_take (&r.s) < 28 + sizeof buf)
      one_event (h);
    cookies[i] = server_request (&r.s, NULL);
  }
  for (int i = 0; i < WRITES; i++)
    server_say (&r.s, "simple 0 %llu", (unsigned long long) cookies[i]);
  while (calls[WRITES - 1].called == 0)
    one_event (h);
  CHECK (refused > 0);
  nbd_close (h);
  returning_close (&r);
}
