/* SPDX-License-Identifier: MIT */
/* The settings of TLS.  A library that was built without it takes none but
 * the defaults, so that nobody relies on what has no effect.
 */

#include "internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int
require_tls (struct nbd_handle *h)
{
  if (nbdi_supports_tls (h))
    return 0;
  nbdi_error (ENOTSUP, "this library was built without TLS");
  return -1;
}

static int
set_text (struct nbd_handle *h, char **setting, const char *text)
{
  return require_tls (h) == -1 ? -1 : nbdi_replace_string (setting, text);
}

int
nbdi_set_tls (struct nbd_handle *h, int tls)
{
  if (tls != LIBNBD_TLS_DISABLE && require_tls (h) == -1)
    return -1;
  h->settings.tls = tls;
  return 0;
}

int
nbdi_set_tls_verify_peer (struct nbd_handle *h, bool verify)
{
  if (!verify && require_tls (h) == -1)
    return -1;
  h->settings.tls_verify_peer = verify;
  return 0;
}

int
nbdi_set_tls_certificates (struct nbd_handle *h, const char *dir)
{
  return set_text (h, &h->settings.tls_certificates, dir);
}

int
nbdi_set_tls_username (struct nbd_handle *h, const char *username)
{
  return set_text (h, &h->settings.tls_username, username);
}

int
nbdi_set_tls_hostname (struct nbd_handle *h, const char *hostname)
{
  return set_text (h, &h->settings.tls_hostname, hostname);
}

int
nbdi_set_tls_psk_file (struct nbd_handle *h, const char *filename)
{
  return set_text (h, &h->settings.tls_psk_file, filename);
}

int
nbdi_set_tls_priority (struct nbd_handle *h, const char *priority)
{
  return set_text (h, &h->settings.tls_priority, priority);
}

static char *
copy_of (const char *s)
{
  char *copy = strdup (s);

  if (copy == NULL)
    nbdi_error (errno, "strdup");
  return copy;
}

/* The user name, or who is logged in. */
char *
nbdi_get_tls_username (struct nbd_handle *h)
{
  const char *name = h->settings.tls_username;
  char login[256];

  if (name == NULL)
    name = getenv ("LOGNAME");
  if (name == NULL && getlogin_r (login, sizeof login) == 0)
    name = login;
  if (name == NULL) {
    nbdi_error (ENOENT, "no TLS user name is set and nobody is logged in");
    return NULL;
  }
  return copy_of (name);
}

/* The name to check certificates against. */
char *
nbdi_get_tls_hostname (struct nbd_handle *h)
{
  if (h->settings.tls_hostname)
    return copy_of (h->settings.tls_hostname);
  return copy_of (h->conn.host ? h->conn.host : "");
}

char *
nbdi_get_tls_priority (struct nbd_handle *h)
{
  return copy_of (h->settings.tls_priority ? h->settings.tls_priority
                                           : TLS_PRIORITY);
}
