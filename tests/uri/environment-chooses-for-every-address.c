/* SPDX-License-Identifier: MIT */

/* LIBNBD_URI_OPTIONS takes effect however the program gives the server's
 * address, also in a library without URIs.  It has no effect on a child
 * process or on a socket of the program, which have no address. */

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "check.h"

/* None of these calls reaches a server. */
static void
by_unix (struct nbd_handle *h)
{
  CHECK_FAILS (nbd_connect_unix (h, "/nowhere"), ENOENT, "/nowhere");
}

static void
by_address (struct nbd_handle *h)
{
  struct sockaddr_un un = { .sun_family = AF_UNIX, .sun_path = "/nowhere" };

  CHECK_FAILS (nbd_aio_connect (h, (struct sockaddr *) &un, sizeof un),
               ENOENT, "/nowhere");
}

static void
by_tcp (struct nbd_handle *h)
{
  CHECK_FAILS (nbd_connect_tcp (h, "localhost", "no such port"), 0,
               "no such port");
}

static void
by_vsock (struct nbd_handle *h)
{
  if (nbd_supports_vsock (h))
    CHECK_INT (nbd_connect_vsock (h, 1, 3000000000), -1);
}

static void
by_uri (struct nbd_handle *h)
{
  if (nbd_supports_uri (h))
    CHECK_FAILS (nbd_connect_uri (h, "nbd+unix:///?socket=/nowhere"), ENOENT,
                 "/nowhere");
}

static void
by_ssh (struct nbd_handle *h)
{
  if (nbd_supports_uri (h))
    CHECK_INT (nbd_connect_uri (h, "nbd+ssh://nowhere.invalid/"), -1);
}

static void
by_command (struct nbd_handle *h)
{
  char *argv[] = { (char *) "/nowhere", NULL };

  CHECK_FAILS (nbd_connect_command (h, argv), ENOENT, "/nowhere");
}

static void
by_socket (struct nbd_handle *h)
{
  int sv[2];

  CHECK_OK (socketpair (AF_UNIX, SOCK_STREAM, 0, sv));
  close (sv[1]);
  CHECK_INT (nbd_connect_socket (h, sv[0]), -1);
}

static const struct {
  const char *name;
  void (*connect) (struct nbd_handle *h);
  bool applies;
} rows[] = {
  { "unix", by_unix, true },        { "address", by_address, true },
  { "tcp", by_tcp, true },          { "vsock", by_vsock, true },
  { "uri", by_uri, true },          { "ssh", by_ssh, true },
  { "command", by_command, false }, { "socket", by_socket, false },
};

static void
run (size_t i)
{
  struct nbd_handle *h = nbd_create ();
  bool vsock = nbd_supports_vsock (h), uris = nbd_supports_uri (h);

  rows[i].connect (h);
  bool applies =
    rows[i].applies && (vsock || rows[i].connect != by_vsock)
    && (uris || (rows[i].connect != by_uri && rows[i].connect != by_ssh));
  CHECK_INT (nbd_get_keepalive (h), applies ? 2000 : 0);
  CHECK_INT ((intmax_t) nbd_get_journal_size (h), (applies ? 1 : 64) << 20);
  nbd_close (h);
}

void
test (void)
{
  setenv ("LIBNBD_URI_OPTIONS", "&keepalive=2s&&JOURNAL-SIZE=1m&", 1);
  setenv ("PATH", "/nowhere", 1); /* where ssh is looked for */
  RUN_ROWS (rows, run);
}
