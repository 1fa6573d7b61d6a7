/* SPDX-License-Identifier: MIT */

/* A handle on which socket activation failed can connect to another server:
 * the socket that was made for the child is forgotten.
 *
 * The linker redirects the library's fork to this file (-Wl,--wrap). */

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "process.h"
#include "wrap.h"

static bool fails;

WRAPPER (pid_t, fork, (void))
{
  if (fails) {
    errno = EAGAIN;
    return -1;
  }
  return __real_fork ();
}

void
test (void)
{
  struct nbd_handle *h = nbd_create ();
  uint16_t port;
  char digits[8];

  requires_program ("nbdkit");
  int listener = tcp_listener (AF_INET, &port);
  pid_t pid = serve_listener (listener);
  fails = true;
  CHECK_FAILS (nbd_connect_systemd_socket_activation (h, nbdkit_activated),
               EAGAIN, "fork");
  CHECK_STATE (h, "CREATED");
  fails = false;
  snprintf (digits, sizeof digits, "%u", port);
  CHECK_OK (nbd_connect_tcp (h, "127.0.0.1", digits));
  CHECK_DISK (h);
  nbd_close (h);
  stop_server (pid);
}
