/* SPDX-License-Identifier: MIT */

/* When a call returns while complete replies are left in the receive buffer,
 * a program that polls for the handle's direction wakes at once.  The server
 * has sent everything, so nothing else would wake it. */

#include <poll.h>
#include <stdlib.h>

#include "check.h"
#include "client.h"
#include "server.h"

#define N 40

static char bufs[N][8];
static struct calls calls[N];
static int drive_calls;

static int
completed (void)
{
  int n = 0;

  for (int i = 0; i < N; i++)
    n += calls[i].called;
  return n;
}

static int
by_poll (struct nbd_handle *h)
{
  return nbd_poll (h, 0);
}

static int
by_poll2 (struct nbd_handle *h)
{
  return nbd_poll2 (h, -1, 0);
}

static int
by_notify_read (struct nbd_handle *h)
{
  return nbd_aio_notify_read (h);
}

/* A main loop that delivers one event, a write event first. */
static int
by_notify_either (struct nbd_handle *h)
{
  struct pollfd pfd = { .fd = nbd_aio_get_fd (h),
                        .events = POLLIN | POLLOUT };

  poll (&pfd, 1, 0);
  if ((pfd.revents & POLLOUT)
      && (nbd_aio_get_direction (h) & LIBNBD_AIO_DIRECTION_WRITE))
    return nbd_aio_notify_write (h);
  return nbd_aio_notify_read (h);
}

/* A main loop that alternates between nbd_aio_notify_read and nbd_poll. */
static int
by_both (struct nbd_handle *h)
{
  return drive_calls % 2 ? nbd_poll (h, 0) : nbd_aio_notify_read (h);
}

static void
run (enum style style, int (*drive) (struct nbd_handle *h))
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, style);

  for (int i = 0; i < N; i++) {
    calls[i] = (struct calls) { .gives = 1 };
    CHECK_OK (nbd_aio_pread (h, bufs[i], sizeof bufs[i], i * 8,
                             completion (&calls[i]), 0));
  }
  pump (h);
  for (int i = 0; i < N; i++)
    server_request (&s, NULL);
  for (int i = N; i > 0; --i)
    if (style == SIMPLE)
      server_say (&s, "simple 0 %d pattern %d 8", i, (i - 1) * 8);
    else
      server_say (&s, "chunk DONE OFFSET_DATA %d u64 %d pattern %d 8", i,
                  (i - 1) * 8, (i - 1) * 8);

  for (drive_calls = 0; completed () < N; drive_calls++) {
    if (!is_awake (h))
      FAIL ("%d of %d replies were served and the handle sleeps with "
            "direction %u",
            completed (), N, nbd_aio_get_direction (h));
    CHECK_OK (drive (h));
  }
  CHECK_INT (nbd_aio_in_flight (h), 0);
  for (int i = 0; i < N; i++)
    CHECK_CALLS (&calls[i], 1);
  nbd_close (h);
  server_close (&s);
}

void
test (void)
{
  static const struct {
    const char *name;
    int (*drive) (struct nbd_handle *h);
  } ways[] = {
    { "poll", by_poll },
    { "poll2", by_poll2 },
    { "notify_read", by_notify_read },
    { "either notify", by_notify_either },
    { "poll and notify_read", by_both },
  };

  for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
    for (enum style style = SIMPLE; style <= STRUCTURED; style++) {
      check_case ("%s, style %d", ways[i].name, style);
      run (style, ways[i].drive);
    }
}
