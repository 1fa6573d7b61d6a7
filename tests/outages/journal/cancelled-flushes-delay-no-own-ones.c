/* SPDX-License-Identifier: MIT */

/* The late reply to a flush that was cancelled says nothing about the library's
 * own flushes, which follow as early as ever.  But if that flush has failed,
 * the program's next one reports it. */

#include <errno.h>

#include "own-flush.h"

static struct address address;
static struct server server;

/* The program cancels a flush, and then the server answers it. */
static struct nbd_handle *
cancelled_flush (const char *error)
{
  struct nbd_handle *h = lasting_handle (&server, &address, SIMPLE);
  int64_t cookie = CHECK_OK (nbd_aio_flush (h, NBD_NULL_COMPLETION, 0));

  CHECK_INT (server_request (&server, NULL), cookie);
  CHECK_INT (nbd_aio_cancel (h, cookie), 1);
  CHECK_FAILS (nbd_aio_command_completed (h, cookie), ECANCELED, "");
  server_say (&server, "simple %s %d", error, (int) cookie);
  pump (h);
  return h;
}

static void
succeeds (void)
{
  struct nbd_handle *h = cancelled_flush ("0");

  write_until_flush (h, &server);
  lasting_close (h, &server, &address);
}

static void
fails (void)
{
  struct nbd_handle *h = cancelled_flush ("EIO");
  int64_t cookie = CHECK_OK (nbd_aio_flush (h, NBD_NULL_COMPLETION, 0));

  CHECK_INT (server_request (&server, NULL), cookie);
  server_say (&server, "simple 0 %d", (int) cookie);
  pump (h);
  CHECK_FAILS (nbd_aio_command_completed (h, cookie), EIO,
               "a flush that the library sent before had failed");
  lasting_close (h, &server, &address);
}

void
test (void)
{
  succeeds ();
  fails ();
}
