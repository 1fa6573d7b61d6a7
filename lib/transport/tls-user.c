/* SPDX-License-Identifier: MIT */
/* Whose shared key it is. */

#include "transport/transport.h"

#include <errno.h>
#include <unistd.h>

/* The user name, or who is logged in. */
char *
nbdi_tls_user (const char *setting)
{
  const char *name = setting;
  char login[256];

  if (name == NULL)
    name = getenv ("LOGNAME");
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
