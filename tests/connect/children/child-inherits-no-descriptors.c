/* SPDX-License-Identifier: MIT */
/* A child gets its socket and the standard descriptors, and no other
 * descriptor that this handle or another handle has open. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "process.h"

/* This program is its own child: if LIST is set it writes the open descriptors
 * to that file, and becomes the server that MODE names. */
#define LIST "INTEROP_LIST"
#define MODE "INTEROP_MODE"
static char program[PATH_MAX];
static char *self[] = { program, NULL };

static void
be_the_child (const char *path)
{
  FILE *fp = fopen (path, "we");
  CHECK (fp != NULL);
  for (int fd = 0; fd < 1024; fd++)
    if (fd != fileno (fp) && fcntl (fd, F_GETFD) != -1)
      fprintf (fp, "%d ", fd);
  fclose (fp);
  char **argv = strcmp (getenv (MODE), "command") == 0 ? nbdkit_command
                                                       : nbdkit_activated;
  execvp (argv[0], argv);
  FAIL ("cannot run %s", argv[0]);
}

static void
check_list (const char *path, const char *want)
{
  char text[256] = "";
  FILE *fp = fopen (path, "re");
  CHECK (fp != NULL);
  CHECK (fgets (text, sizeof text, fp) != NULL);
  fclose (fp);
  CHECK_STRING (text, want);
}

/* Connect two more handles, and check the list that each child has written. */
static void
use_child (const char *path)
{
  struct nbd_handle *h = nbd_create ();
  setenv (MODE, "command", 1);
  CHECK_OK (nbd_connect_command (h, self));
  CHECK_DISK (h);
  check_list (path, "0 1 2 ");
  nbd_close (h);

  h = nbd_create ();
  setenv (MODE, "activated", 1);
  CHECK_OK (nbd_connect_systemd_socket_activation (h, self));
  CHECK_DISK (h);
  check_list (path, "0 1 2 3 ");
  nbd_close (h);
}

void
test (void)
{
  if (getenv (LIST) != NULL)
    be_the_child (getenv (LIST));
  requires_program ("nbdkit");
  CHECK (readlink ("/proc/self/exe", program, sizeof program - 1) > 0);
  char path[] = "/tmp/causeway-fds-XXXXXX";
  int fd = mkstemp (path);
  CHECK (fd != -1);
  close (fd);
  for (int i = 3; i < 1024; i++)
    close (i); /* left open by make or a terminal */

  /* Handles with each kind of connection are open all the time. */
  struct nbd_handle *other[3];
  for (int i = 0; i < 3; i++)
    CHECK ((other[i] = nbd_create ()) != NULL);
  CHECK_OK (nbd_connect_command (other[0], nbdkit_command));
  CHECK_OK (nbd_connect_systemd_socket_activation (other[1],
                                                   nbdkit_activated));
  uint16_t port;
  char service[8];
  pid_t pid = serve_listener (tcp_listener (AF_INET, &port));
  snprintf (service, sizeof service, "%u", port);
  CHECK_OK (nbd_connect_tcp (other[2], "127.0.0.1", service));

  setenv (LIST, path, 1);
  use_child (path);

  for (int i = 0; i < 3; i++) {
    CHECK_DISK (other[i]);
    nbd_close (other[i]);
  }
  stop_server (pid);
  check_no_children ();
  unlink (path);
}
