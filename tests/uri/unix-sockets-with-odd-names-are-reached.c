/* SPDX-License-Identifier: MIT */
/* A URI reaches the socket that its parameter names, byte for byte, and
 * nbd_get_uri returns a URI for the same socket.  Abstract sockets can be
 * reached, but have no URI. */
#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "check.h"

static const struct {
  const char *encoded, *name;
} rows[] = {
  { "plain.sock", "plain.sock" },
  { "-U", "-U" },
  { "a%20b%26c%3Dd%3Be%2Bf%23g%3Fh", "a b&c=d;e+f#g?h" },
  { "a=b;c+d?e:f@g!$'()*,", "a=b;c+d?e:f@g!$'()*," },
  { "%2525%22%5C%7C%60", "%25\"\\|`" },
  { "%C3%A9%FF", "\303\251\377" },
  { "./././%61", "./././a" },
  { "%40name", "@name" },
};

/* Return a socket that listens under this name. */
static int
listener (const char *name, size_t len)
{
  /* A name may fill the path without a NUL, but valgrind reads up to a
   * NUL. */
  struct {
    struct sockaddr_un un;
    char end;
  } address = { .un.sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  CHECK (fd != -1);
  CHECK (len <= sizeof address.un.sun_path);
  memcpy (address.un.sun_path, name, len);
  CHECK_INT (bind (fd, (struct sockaddr *) &address.un,
                   offsetof (struct sockaddr_un, sun_path) + len),
             0);
  CHECK_INT (listen (fd, 5), 0);
  return fd;
}

static struct nbd_handle *
reach (int fd, const char *uri)
{
  struct pollfd pfd = { .fd = fd, .events = POLLIN };
  struct nbd_handle *h = nbd_create ();

  CHECK (h != NULL);
  CHECK_OK (nbd_aio_connect_uri (h, uri));
  CHECK_STATE (h, "CONNECTING");
  CHECK_INT (poll (&pfd, 1, 0), 1);
  close (accept (fd, NULL, NULL));
  return h;
}

static void
check_path (const char *encoded, const char *name)
{
  int fd = listener (name, strlen (name));
  char uri[1024];

  snprintf (uri, sizeof uri, "nbd+unix:///?socket=%s", encoded);
  struct nbd_handle *h = reach (fd, uri);
  char *again = nbd_get_uri (h);
  CHECK (again != NULL);
  nbd_close (h);
  h = reach (fd, again);
  free (again);
  nbd_close (h);
  close (fd);
  unlink (name);
}

/* The longest name, which no NUL terminates, and a name that is one
 * shorter. */
static void
check_long (size_t len)
{
  char name[sizeof ((struct sockaddr_un *) NULL)->sun_path + 1];

  CHECK (len < sizeof name);
  memset (name, 'x', len);
  name[len] = '\0';
  check_path (name, name);
}

static void
check_abstract (void)
{
  char name[64], uri[128];
  int len = snprintf (name, sizeof name, "%ccauseway-%ld a", 0,
                      (long) getpid ());
  int fd = listener (name, len);

  snprintf (uri, sizeof uri, "nbd+unix:///?socket=%%00causeway-%ld%%20a",
            (long) getpid ());
  struct nbd_handle *h = reach (fd, uri);
  CHECK (nbd_get_uri (h) == NULL);
  CHECK_ERROR (EPROTONOSUPPORT, "abstract");
  nbd_close (h);
  close (fd);
}

void
test (void)
{
  static size_t i; /* survives the jump of a failed row */
  char dir[] = "/tmp/causeway-uriXXXXXX";
  requires_uris ();
  CHECK (mkdtemp (dir) != NULL);
  CHECK_INT (chdir (dir), 0);
  for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (ROW (rows[i].name))
      check_path (rows[i].encoded, rows[i].name);
  check_rows_end ();
  check_long (107);
  check_long (108);
  check_abstract ();
  CHECK_INT (chdir ("/"), 0);
  CHECK_INT (rmdir (dir), 0);
}
