/* SPDX-License-Identifier: MIT */
/* A daemon may have closed any of the descriptors 0 to 3, so that the
 * library's sockets get these numbers.  Each way to start a child, and TCP,
 * must still work. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <fcntl.h>

#include "check.h"
#include "process.h"

static char service[8];

static int
by_command (struct nbd_handle *h)
{
  return nbd_connect_command (h, nbdkit_command);
}

static int
by_activation (struct nbd_handle *h)
{
  return nbd_connect_systemd_socket_activation (h, nbdkit_activated);
}

static int
by_tcp (struct nbd_handle *h)
{
  return nbd_connect_tcp (h, "127.0.0.1", service);
}

static const struct {
  const char *name;
  int (*connect) (struct nbd_handle *);
} row[] = {
  { "command", by_command },
  { "activation", by_activation },
  { "TCP", by_tcp },
};

/* In a process of its own: close the descriptors whose bits are set in MASK,
 * and connect.  Messages go to a copy of standard error. */
static void
run (int (*connect) (struct nbd_handle *), unsigned mask)
{
  pid_t pid = fork ();
  CHECK (pid != -1);
  if (pid == 0) {
    int report = fcntl (2, F_DUPFD_CLOEXEC, 50);
    for (int fd = 0; fd < 4; fd++)
      if (mask & (1u << fd))
        close (fd);
    struct nbd_handle *h = nbd_create ();
    const char *wrong = connect (h) == -1 ? nbd_get_error () : wrong_disk (h);
    if (wrong == NULL && nbd_shutdown (h, 0) == -1)
      wrong = nbd_get_error ();
    if (wrong != NULL)
      dprintf (report, "%s\n", wrong);
    nbd_close (h);
    _exit (wrong != NULL);
  }
  int status;
  CHECK_INT (waitpid (pid, &status, 0), pid);
  if (status != 0)
    FAIL ("with 0-3 closed as by mask 0x%x: status 0x%x", mask, status);
}

void
test (void)
{
  requires_program ("nbdkit");
  uint16_t port;
  pid_t pid = serve_listener (tcp_listener (AF_INET, &port));
  snprintf (service, sizeof service, "%u", port);

  for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
    if (ROW (row[i].name))
      for (unsigned mask = 0; mask < 16; mask++)
        run (row[i].connect, mask);
  stop_server (pid);
  check_rows_end ();
}
