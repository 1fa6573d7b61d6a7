/* SPDX-License-Identifier: MIT */
/* A forked child does not connect again.  What the child does with its copy
 * of a handle does not affect the parent, whose descriptor is not
 * readable. */
#include <poll.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lasting.h"

static void
be_the_child (struct nbd_handle *h)
{
  char c[4];

  exit (nbd_pread (h, c, 4, 0, 0) == -1 && !nbd_aio_is_processing (h) ? 0
                                                                      : 1);
}

static bool
is_readable (struct nbd_handle *h)
{
  struct pollfd fd = { .fd = nbd_aio_get_fd (h), .events = POLLIN };

  return poll (&fd, 1, 0) > 0;
}

/* The connection is lost while a child has a copy of its socket. */
static void
old_sockets_are_forgotten (void)
{
  struct address a;
  struct server s;
  struct nbd_handle *h = lasting_handle (&s, &a, SIMPLE);
  int fds[2], status;
  char c;

  CHECK (nbd_aio_get_fd (h) >= 0);
  pump (h);
  CHECK_INT (pipe (fds), 0);
  pid_t pid = fork ();
  if (pid == 0) {
    close (s.fd);
    close (fds[1]);
    _exit (read (fds[0], &c, 1) == 0 ? 0 : 1);
  }
  close (fds[0]);
  server_restarts (&s, &a, h, SIMPLE);
  CHECK_STATE (h, "READY");
  CHECK_INT (is_readable (h), 0);
  close (fds[1]);
  CHECK_INT (waitpid (pid, &status, 0), pid);
  CHECK_INT (status, 0);
  lasting_close (h, &s, &a);
}

static void
child_dies_with_its_connection (void)
{
  struct address a;
  struct server s;
  struct nbd_handle *h = lasting_handle (&s, &a, SIMPLE);
  int status;

  CHECK (nbd_aio_get_fd (h) >= 0);
  server_half_close (&s);
  pid_t pid = fork ();
  if (pid == 0)
    be_the_child (h);
  CHECK_INT (waitpid (pid, &status, 0), pid);
  CHECK_INT (status, 0);
  server_restarts (&s, &a, h, SIMPLE);
  CHECK_STATE (h, "READY");
  CHECK_INT (is_readable (h), 0);
  lasting_close (h, &s, &a);
}

void
test (void)
{
  child_dies_with_its_connection ();
  old_sockets_are_forgotten ();
}
