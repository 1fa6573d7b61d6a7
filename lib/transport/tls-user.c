/* SPDX-License-Identifier: MIT */
/* The user that a pre-shared key belongs to. */

#include "transport/transport.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* The user name that was set, or the login name. */
char *
nbdi_tls_user (const char *setting)
{
  const char *name = setting;
  char login[256];

  if (name == NULL)
    name = secure_getenv ("LOGNAME");
  if (name == NULL && getlogin_r (login, sizeof login) == 0)
    name = login;
  if (name == NULL) {
    nbdi_error (ENOENT, "no TLS user name is set and nobody is logged in");
    return NULL;
  }
  char *copy = strdup (name);
  if (copy == NULL)
    nbdi_error (errno, "strdup");
  return copy;
}
