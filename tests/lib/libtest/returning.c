/* SPDX-License-Identifier: MIT */

/* A scripted server that listens. */

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "check.h"
#include "client.h"
#include "returning.h"

static void
listen_at (struct returning *r)
{
  const char *tmpdir = getenv ("TMPDIR");
  struct sockaddr_un addr = { .sun_family = AF_UNIX };

  if (tmpdir == NULL || strlen (tmpdir) > 50)
    tmpdir = "/tmp";
  snprintf (r->path, sizeof r->path, "%s/causeway-XXXXXX", tmpdir);
  CHECK (mkdtemp (r->path) != NULL);
  strcat (r->path, "/socket");
  strcpy (addr.sun_path, r->path);
  r->listener = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (r->listener == -1
      || bind (r->listener, (struct sockaddr *) &addr, sizeof addr) == -1
      || listen (r->listener, 16) == -1)
    FAIL ("%s: %s", r->path, strerror (errno));
}

/* Deliver the handle's events until a client connects. */
static void
await_client (struct returning *r, struct nbd_handle *h)
{
  struct pollfd fds[2] = {
    { .fd = r->listener, .events = POLLIN },
    { .events = POLLIN },
  };

  for (;;) {
    fds[1].fd = nbd_aio_get_fd (h);
    if (poll (fds, 2, -1) == -1)
      FAIL ("poll: %s", strerror (errno));
    if (fds[0].revents != 0)
      return;
    CHECK_OK (nbd_aio_notify_read (h));
  }
}

void
returning_again (struct returning *r, struct nbd_handle *h)
{
  await_client (r, h);
  r->s = (struct server) { .drives = h };
  r->s.fd = accept4 (r->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (r->s.fd == -1)
    FAIL ("accept: %s", strerror (errno));
  server_handshake (&r->s, SIMPLE, 1 << 20, FLAGS_ALL);
  r->s.drives = NULL;
  pump (h);
}

void
returning_connect (struct returning *r, struct nbd_handle *h)
{
  listen_at (r);
  set_style (h, SIMPLE);
  CHECK_OK (nbd_aio_connect_unix (h, r->path));
  returning_again (r, h);
  CHECK_STATE (h, "READY");
}

void
returning_hang_up (struct returning *r)
{
  server_close (&r->s);
}

void
returning_serves_read (struct returning *r, struct nbd_handle *h, char *buf,
                       nbd_completion_callback done)
{
  CHECK_OK (nbd_aio_pread (h, buf, 4, 0, done, 0));
  pump (h);
  uint64_t cookie = server_request (&r->s, NULL);
  server_say (&r->s, "simple 0 %" PRIu64 " \"abcd\"", cookie);
}

void
returning_close (struct returning *r)
{
  server_close (&r->s);
  close (r->listener);
  unlink (r->path);
  *strrchr (r->path, '/') = 0;
  rmdir (r->path);
}
