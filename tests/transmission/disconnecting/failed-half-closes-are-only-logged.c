/* SPDX-License-Identifier: MIT */

/* It is no error if the socket cannot be shut down after the disconnect
 * request: the server has the request, and only debug output mentions the
 * failure.
 *
 * The linker redirects the library's calls to this file (-Wl,--wrap). */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "check.h"
#include "client.h"
#include "server.h"
#include "wrap.h"

static char logged[200];

WRAPPER (int, shutdown,
         (int fd __attribute__ ((unused)), int how __attribute__ ((unused))))
{
  errno = ENOBUFS;
  return -1;
}

static int
keep (void *opaque __attribute__ ((unused)),
      const char *context __attribute__ ((unused)), const char *msg)
{
  if (strncmp (msg, "shutdown", strlen ("shutdown")) == 0)
    snprintf (logged, sizeof logged, "%s", msg);
  return 0;
}

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);

  CHECK_OK (nbd_set_debug_callback (h, (nbd_debug_callback) {
                                         .callback = keep,
                                       }));
  CHECK_OK (nbd_set_debug (h, true));
  CHECK_OK (nbd_aio_disconnect (h, 0));
  CHECK_CONTAINS (logged, strerror (ENOBUFS));
  server_expect (&s, "request 0 DISC 1 0 0");
  server_close (&s);
  pump (h);
  CHECK_STATE (h, "CLOSED");
  nbd_close (h);
}
