/* SPDX-License-Identifier: MIT */
/* Examples: main loops, and what becomes of commands. */
#include "snippet.h"

#include <poll.h>
#include <unistd.h>

/* nbd_poll */
EXAMPLE (connected)
{
  char sector[512];
  int64_t cookie = nbd_aio_pread (nbd, sector, sizeof sector, 0,
                                  NBD_NULL_COMPLETION, 0);

  if (cookie == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  while (nbd_aio_command_completed (nbd, cookie) == 0) {
    int r = nbd_poll (nbd, 1000);
    if (r == -1)
      errx (EXIT_FAILURE, "%s", nbd_get_error ());
    if (r == 0)
      printf ("still waiting for the server\n");
  }
}

/* nbd_poll2 */
EXAMPLE (connected)
{
  int wake[2]; /* another thread writes to it when it has work */

  if (pipe (wake) == -1 || write (wake[1], "w", 1) == -1)
    err (EXIT_FAILURE, "pipe");
  if (nbd_poll2 (nbd, wake[0], -1) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());

  struct pollfd woken = { .fd = wake[0], .events = POLLIN };
  if (poll (&woken, 1, 0) == 1)
    printf ("there is work to do\n");
  close (wake[0]);
  close (wake[1]);
}

/* nbd_aio_get_fd, nbd_aio_get_direction, nbd_aio_notify_read,
 * nbd_aio_notify_write */
static int
one_turn (struct nbd_handle *nbd)
{
  unsigned dir = nbd_aio_get_direction (nbd);
  struct pollfd fd = { .fd = nbd_aio_get_fd (nbd) };

  if (dir & LIBNBD_AIO_DIRECTION_READ)
    fd.events |= POLLIN;
  if (dir & LIBNBD_AIO_DIRECTION_WRITE)
    fd.events |= POLLOUT;
  if (poll (&fd, 1, -1) == -1)
    return 0; /* a signal: the next turn polls again */
  /* Handle one event at a time, and reading first. */
  if ((fd.events & POLLIN) && (fd.revents & ~POLLOUT))
    return nbd_aio_notify_read (nbd);
  return nbd_aio_notify_write (nbd);
}

EXAMPLE (created)
{
  if (nbd_aio_connect_unix (nbd, "nbd.sock") == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  while (nbd_aio_is_connecting (nbd))
    if (one_turn (nbd) == -1)
      errx (EXIT_FAILURE, "%s", nbd_get_error ());
}

/* nbd_aio_is_created, nbd_aio_is_connecting, nbd_aio_is_negotiating,
 * nbd_aio_is_ready, nbd_aio_is_dead */
EXAMPLE (created)
{
  if (nbd_aio_is_created (nbd)
      && nbd_aio_connect_unix (nbd, "nbd.sock") == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  while (nbd_aio_is_connecting (nbd))
    if (nbd_poll (nbd, -1) == -1)
      break;
  if (nbd_aio_is_ready (nbd))
    printf ("commands can be issued\n");
  else if (nbd_aio_is_negotiating (nbd))
    printf ("options can be asked for\n");
  else if (nbd_aio_is_dead (nbd))
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
}

/* nbd_aio_is_processing */
EXAMPLE (connected)
{
  bool connected = nbd_aio_is_ready (nbd) > 0
                   || nbd_aio_is_processing (nbd) > 0;

  printf ("commands %s be issued\n", connected ? "can" : "cannot");
}

/* nbd_aio_is_closed */
EXAMPLE (connected)
{
  if (nbd_aio_disconnect (nbd, 0) == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  while (!nbd_aio_is_closed (nbd) && !nbd_aio_is_dead (nbd))
    if (nbd_poll (nbd, -1) == -1)
      errx (EXIT_FAILURE, "%s", nbd_get_error ());
}

/* nbd_aio_command_completed */
EXAMPLE (connected)
{
  char sector[512];
  int64_t cookie = nbd_aio_pread (nbd, sector, sizeof sector, 0,
                                  NBD_NULL_COMPLETION, 0);
  int done;

  if (cookie == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  while ((done = nbd_aio_command_completed (nbd, cookie)) == 0)
    if (nbd_poll (nbd, -1) == -1)
      errx (EXIT_FAILURE, "%s", nbd_get_error ());
  if (done == -1)
    warnx ("cannot read: %s", nbd_get_error ());
}

/* nbd_aio_peek_command_completed */
EXAMPLE (connected)
{
  static char block[4][4096];
  int64_t cookie;

  for (size_t i = 0; i < 4; i++)
    if (nbd_aio_pread (nbd, block[i], 4096, i * 4096,
                       NBD_NULL_COMPLETION, 0)
        == -1)
      errx (EXIT_FAILURE, "%s", nbd_get_error ());
  /* Collect them as they come, until there are none. */
  while ((cookie = nbd_aio_peek_command_completed (nbd)) != -1) {
    if (cookie > 0) {
      int done = nbd_aio_command_completed (nbd, cookie);
      printf ("%" PRIi64 " %s\n", cookie,
              done == 1 ? "ok" : "failed");
    }
    else if (nbd_poll (nbd, -1) == -1)
      errx (EXIT_FAILURE, "%s", nbd_get_error ());
  }
}

/* nbd_aio_in_flight */
EXAMPLE (connected)
{
  char sector[512];

  if (nbd_aio_pread (nbd, sector, sizeof sector, 0,
                     NBD_NULL_COMPLETION, 0)
      == -1)
    errx (EXIT_FAILURE, "%s", nbd_get_error ());
  /* Wait for all that were issued. */
  while (nbd_aio_in_flight (nbd) > 0)
    if (nbd_poll (nbd, -1) == -1)
      errx (EXIT_FAILURE, "%s", nbd_get_error ());
}
