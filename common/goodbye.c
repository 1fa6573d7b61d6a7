/* SPDX-License-Identifier: MIT */
/* Disconnecting from servers.
 *
 * If a client closes a connection with requests in flight, the server cannot
 * write its replies, and some servers then end, for all their clients.  So
 * replies are received first, for a limited time, and then the server is told
 * that no more requests will come. */
#include <config.h>

#include <poll.h>
#include <stdlib.h>

#include "internal.h"

/* How long to wait for replies, and then until servers close. */
#define REPLIES_MS 1000
#define CLOSING_MS 1000

/* During an outage there is no connection, though the handle is ready. */
static bool
is_connected (struct nbd_handle *h)
{
  return (nbd_aio_is_ready (h) == 1 || nbd_aio_is_processing (h) == 1)
         && nbd_get_outage (h) == 0;
}

static bool
owes_replies (struct nbd_handle *h)
{
  return is_connected (h) && nbd_aio_in_flight (h) > 0;
}

static bool
is_open (struct nbd_handle *h)
{
  return nbd_aio_is_closed (h) != 1 && nbd_aio_is_dead (h) != 1;
}

/* Handle what the server has sent.  Return 1 if there may be more, 0 if there
 * is nothing at the moment, and -1 if nothing more is awaited. */
static int
serve (struct nbd_handle *h, bool (*waits) (struct nbd_handle *h))
{
  return waits (h) ? nbd_poll (h, 0) : -1;
}

static struct pollfd
events_of (struct nbd_handle *h)
{
  unsigned direction = nbd_aio_get_direction (h);
  return (struct pollfd) {
    .fd = nbd_aio_get_fd (h),
    .events = (direction & LIBNBD_AIO_DIRECTION_READ ? POLLIN : 0)
              | (direction & LIBNBD_AIO_DIRECTION_WRITE ? POLLOUT : 0),
  };
}

/* Drive the handles as long as WAITS is true of one of them, but no longer
 * than MS. */
static void
drive (struct nbd_handle **handles, size_t count, int ms,
       bool (*waits) (struct nbd_handle *h))
{
  struct pollfd *fds = calloc (count, sizeof *fds);
  int64_t deadline = tool_now_ms () + ms, left = ms;
  bool some = fds != NULL;
  while (some && left > 0) {
    bool more = some = false;
    for (size_t i = 0; i < count; i++) {
      int r = serve (handles[i], waits);
      more |= r == 1;
      some |= r != -1;
      fds[i] = r == 0 ? events_of (handles[i]) : (struct pollfd) { .fd = -1 };
    }
    left = deadline - tool_now_ms ();
    if (some && !more && left > 0)
      poll (fds, count, left);
  }
  free (fds);
}

/* Ask the server to end the connection.  Return whether to wait until the
 * server closes it: not if requests are still unanswered. */
static bool
say_goodbye (struct nbd_handle *h)
{
  if (nbd_aio_is_negotiating (h) == 1)
    return nbd_aio_opt_abort (h) == 0;
  return is_connected (h) && nbd_aio_disconnect (h, 0) == 0
         && !owes_replies (h);
}

void
tool_say_goodbye (struct nbd_handle **handles, size_t count)
{
  size_t closing = 0;
  drive (handles, count, REPLIES_MS, owes_replies);
  for (size_t i = 0; i < count; i++)
    if (say_goodbye (handles[i]))
      handles[closing++] = handles[i];
  drive (handles, closing, CLOSING_MS, is_open);
}
