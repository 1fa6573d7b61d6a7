/* SPDX-License-Identifier: MIT */
/* How a child ended is known only a moment after its connection has ended.
 * Blocking calls wait for that moment, and other calls never sleep.  The
 * message tells how the child ended as soon as that is known. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "process.h"

static unsigned slept;   /* how often the library called nanosleep */
static unsigned not_yet; /* how often waitid says that the child still runs */

/* The library's calls of these two functions come here. */

int
nanosleep (const struct timespec *time, struct timespec *left)
{
  (void) time;
  (void) left;
  slept++;
  return 0;
}

int
waitid (idtype_t type, id_t id, siginfo_t *info, int options)
{
  if (not_yet > 0) {
    not_yet--;
    memset (info, 0, sizeof *info);
    return 0;
  }
  /* The child is about to end, and the test may wait for it. */
  return syscall (SYS_waitid, type, id, info, options & ~WNOHANG, NULL);
}

static char *leaves[] = { "sh", "-c", "exit 42", NULL };

static void
wait_readable (struct nbd_handle *h)
{
  struct pollfd fd = { .fd = nbd_aio_get_fd (h), .events = POLLIN };

  CHECK_INT (poll (&fd, 1, -1), 1);
}

static void
run_notify (int (*connect) (struct nbd_handle *, char **))
{
  struct nbd_handle *h = nbd_create ();
  char buf[512];

  CHECK (h != NULL);
  slept = 0;
  not_yet = 1000;
  CHECK_OK (connect (h, leaves));
  wait_readable (h);
  CHECK_INT (nbd_aio_notify_read (h), -1);
  CHECK_CONTAINS (nbd_get_error (), "closed the connection");
  CHECK (strstr (nbd_get_error (), "status") == NULL);
  CHECK_INT (nbd_aio_is_dead (h), 1);
  CHECK_FAILS (nbd_aio_pread (h, buf, sizeof buf, 0, NBD_NULL_COMPLETION, 0),
               EINVAL, "closed the connection");
  CHECK_INT (slept, 0);
  not_yet = 0;
  CHECK_FAILS (nbd_aio_pread (h, buf, sizeof buf, 0, NBD_NULL_COMPLETION, 0),
               EINVAL, "exited with status 42");
  CHECK_INT (slept, 0);
  nbd_close (h);
}

static void
run_blocking (int (*connect) (struct nbd_handle *, char **))
{
  struct nbd_handle *h = nbd_create ();

  CHECK (h != NULL);
  slept = 0;
  not_yet = 8;
  CHECK_INT (connect (h, leaves), -1);
  CHECK_CONTAINS (nbd_get_error (), "exited with status 42");
  CHECK (slept > 0);
  nbd_close (h);
}

void
test (void)
{
  check_case ("notify, command");
  run_notify (nbd_aio_connect_command);
  check_case ("notify, activation");
  run_notify (nbd_aio_connect_systemd_socket_activation);
  check_case ("blocking, command");
  run_blocking (nbd_connect_command);
  check_case ("blocking, activation");
  run_blocking (nbd_connect_systemd_socket_activation);
  check_no_children ();
}
