/* SPDX-License-Identifier: MIT */
/* nbd_close leaves no child, neither running nor a zombie, and no file in
 * /tmp.  It does not matter how the child was started and how it ended. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "process.h"

typedef int connector (struct nbd_handle *, char **);

static char *missing[] = { "./nbd-server", NULL };
static char *leaves[] = { "true", NULL };
static char *not_nbd[] = { "sh", "-c", "echo this is not NBD; exec cat",
                           NULL };

static const struct {
  const char *name;
  connector *connect;
  char **argv;
  bool works;
} row[] = {
  { "command", nbd_connect_command, nbdkit_command, true },
  { "command is missing", nbd_connect_command, missing, false },
  { "command ends at once", nbd_connect_command, leaves, false },
  { "command is no server", nbd_connect_command, not_nbd, false },
  { "activation", nbd_connect_systemd_socket_activation, nbdkit_activated,
    true },
  { "activated is missing", nbd_connect_systemd_socket_activation, missing,
    false },
  { "activated ends at once", nbd_connect_systemd_socket_activation, leaves,
    false },
};

/* The path in a URI such as nbd+unix:///?socket=/tmp/x/sock. */
static char *
socket_path (struct nbd_handle *h)
{
  char *uri = nbd_get_uri (h);
  if (uri == NULL)
    return NULL;
  char *path = strstr (uri, "socket=");
  path = path != NULL ? strdup (path + strlen ("socket=")) : NULL;
  free (uri);
  return path;
}

static void
run (connector *connect, char **argv, bool works, bool shutdown)
{
  struct nbd_handle *h = nbd_create ();
  CHECK (h != NULL);
  int r = connect (h, argv);
  if (works) {
    CHECK_OK (r);
    CHECK_DISK (h);
  }
  else
    CHECK_INT (r, -1);
  char *path = socket_path (h);
  if (works && shutdown)
    CHECK_OK (nbd_shutdown (h, 0));
  nbd_close (h);
  check_no_children ();
  if (path != NULL)
    CHECK_INT (access (path, F_OK), -1);
  free (path);
}

void
test (void)
{
  requires_program ("nbdkit");
  work_in_empty_directory ();
  for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
    if (ROW (row[i].name)) {
      run (row[i].connect, row[i].argv, row[i].works, true);
      run (row[i].connect, row[i].argv, row[i].works, false);
    }
  check_rows_end ();

  /* A handle that never connected has nothing to reap. */
  nbd_close (nbd_create ());
  check_no_children ();
}
