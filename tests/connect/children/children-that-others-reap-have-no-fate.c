/* SPDX-License-Identifier: MIT */

/* If the program ignores SIGCHLD, the system reaps its children.  The error
 * about a child that ends early then does not say how the child ended, and no
 * call waits for the child. */

#include <signal.h>
#include <string.h>

#include "check.h"

void
test (void)
{
  char *argv[] = { (char *) "true", NULL };
  struct nbd_handle *h = nbd_create ();

  signal (SIGCHLD, SIG_IGN);
  CHECK_INT (nbd_connect_command (h, argv), -1);
  CHECK_CONTAINS (nbd_get_error (), "the server closed the connection");
  CHECK (strstr (nbd_get_error (), "its process") == NULL);
  nbd_close (h);
}
