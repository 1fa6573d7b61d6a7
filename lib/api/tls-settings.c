/* SPDX-License-Identifier: MIT */
/* The settings of TLS.  A library that was built without TLS accepts only
 * the defaults, so that no program relies on settings that have no effect. */

#include "api/library.h"

#include <errno.h>

static int
require_tls (void)
{
  if (nbdi_has_tls ())
    return 0;
  nbdi_error (ENOTSUP, "this library was built without TLS");
  return -1;
}

static int
set_text (char **setting, const char *text)
{
  return require_tls () == -1 ? -1 : nbdi_replace_string (setting, text);
}

int
nbdi_set_tls (struct nbd_handle *h, int tls)
{
  if (tls != LIBNBD_TLS_DISABLE && require_tls () == -1)
    return -1;
  h->session.settings.tls = tls;
  return 0;
}

int
nbdi_set_tls_verify_peer (struct nbd_handle *h, bool verify)
{
  if (!verify && require_tls () == -1)
    return -1;
  h->session.settings.tls_verify_peer = verify;
  return 0;
}

int
nbdi_set_tls_certificates (struct nbd_handle *h, const char *dir)
{
  return set_text (&h->session.settings.tls_certificates, dir);
}

int
nbdi_set_tls_username (struct nbd_handle *h, const char *username)
{
  return set_text (&h->session.settings.tls_username, username);
}

int
nbdi_set_tls_hostname (struct nbd_handle *h, const char *hostname)
{
  return set_text (&h->session.settings.tls_hostname, hostname);
}

int
nbdi_set_tls_psk_file (struct nbd_handle *h, const char *filename)
{
  return set_text (&h->session.settings.tls_psk_file, filename);
}

int
nbdi_set_tls_priority (struct nbd_handle *h, const char *priority)
{
  return set_text (&h->session.settings.tls_priority, priority);
}

static char *
copy_of (const char *s)
{
  char *copy = strdup (s);

  if (copy == NULL)
    nbdi_error (errno, "strdup");
  return copy;
}

char *
nbdi_get_tls_username (struct nbd_handle *h)
{
  return nbdi_tls_user (h->session.settings.tls_username);
}

/* The name to check certificates against. */
char *
nbdi_get_tls_hostname (struct nbd_handle *h)
{
  if (h->session.settings.tls_hostname)
    return copy_of (h->session.settings.tls_hostname);
  return copy_of (h->link.reach.host ? h->link.reach.host : "");
}

char *
nbdi_get_tls_priority (struct nbd_handle *h)
{
  const char *priority = h->session.settings.tls_priority;

  return copy_of (priority ? priority : TLS_PRIORITY);
}

bool
nbdi_supports_tls (struct nbd_handle *h __attribute__ ((unused)))
{
  return nbdi_has_tls ();
}
