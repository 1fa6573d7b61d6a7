/* SPDX-License-Identifier: MIT */

/* If neither the program nor the environment sets a user name for TLS, it is
 * the login name.  If nobody is logged in, asking for the user name fails.
 *
 * The linker redirects the library's calls to this file (-Wl,--wrap). */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "wrap.h"

static const char *login;

WRAPPER (int, getlogin_r, (char *name, size_t size))
{
  if (login == NULL)
    return ENXIO;
  snprintf (name, size, "%s", login);
  return 0;
}

/* Programs built with _FORTIFY_SOURCE call this function instead. */
WRAPPER (int, __getlogin_r_chk,
         (char *name, size_t size, size_t room __attribute__ ((unused))))
{
  return __wrap_getlogin_r (name, size);
}

void
test (void)
{
  struct nbd_handle *h = nbd_create ();
  char *name;

  unsetenv ("LOGNAME");
  CHECK (nbd_get_tls_username (h) == NULL);
  CHECK_ERROR (ENOENT, "nobody is logged in");
  login = "alice";
  name = nbd_get_tls_username (h);
  CHECK_STRING (name, "alice");
  free (name);
  setenv ("LOGNAME", "bob", 1);
  name = nbd_get_tls_username (h);
  CHECK_STRING (name, "bob");
  free (name);
  nbd_close (h);
}
