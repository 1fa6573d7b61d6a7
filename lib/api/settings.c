/* SPDX-License-Identifier: MIT */
/* Settings that are more than a field of the handle. */

#include "api/library.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ACTIVATION_NAME 32

static int
check_string (const char *what, const char *s)
{
  size_t len = strlen (s);

  if (len <= NBD_MAX_STRING)
    return 0;
  nbdi_error (ENAMETOOLONG, "%s of %zu bytes exceeds %d", what, len,
              NBD_MAX_STRING);
  return -1;
}

/* Another export: forget what is known of the old one. */
int
nbdi_set_export_name (struct nbd_handle *h, const char *export_name)
{
  if (check_string ("export name", export_name) == -1)
    return -1;
  if (strcmp (export_name, h->session.settings.export_name) == 0)
    return 0;
  if (nbdi_replace_string (&h->session.settings.export_name, export_name)
      == -1)
    return -1;
  nbdi_forget_export (&h->session.export);
  h->session.export.contexts_valid = false;
  return 0;
}

int
nbdi_set_socket_activation_name (struct nbd_handle *h,
                                 const char *socket_name)
{
  size_t len = strlen (socket_name);

  if (len > MAX_ACTIVATION_NAME) {
    nbdi_error (ENAMETOOLONG,
                "socket activation name of %zu bytes exceeds "
                "%d",
                len, MAX_ACTIVATION_NAME);
    return -1;
  }
  for (size_t i = 0; i < len; i++) {
    unsigned char c = (unsigned char) socket_name[i];
    if (c >= 0x80 || !isalnum (c)) {
      CLEANUP_TEXT const char *name = nbdi_printable (socket_name);
      nbdi_error (EINVAL,
                  "socket activation name %s has other characters "
                  "than ASCII letters and digits",
                  name);
      return -1;
    }
  }
  return nbdi_replace_string (&h->session.settings.socket_activation_name,
                              socket_name);
}

uint32_t
nbdi_get_handshake_flags (struct nbd_handle *h)
{
  const struct nbdi_agreement *agreed = nbdi_agreed (h);

  return agreed->protocol ? agreed->client_flags
                          : h->session.settings.handshake_flags;
}

int
nbdi_add_meta_context (struct nbd_handle *h, const char *name)
{
  if (check_string ("metadata context name", name) == -1
      || nbdi_check_queries (&h->session.meta_contexts, strlen (name)) == -1)
    return -1;
  return nbdi_strings_add (&h->session.meta_contexts, name);
}

ssize_t
nbdi_get_nr_meta_contexts (struct nbd_handle *h)
{
  return (ssize_t) h->session.meta_contexts.len;
}

char *
nbdi_get_meta_context (struct nbd_handle *h, size_t i)
{
  const struct nbdi_strings *list = &h->session.meta_contexts;

  if (i >= list->len) {
    nbdi_error (EINVAL,
                "index %zu is out of range, there are %zu metadata "
                "contexts",
                i, list->len);
    return NULL;
  }
  char *copy = strdup (list->v[i]);
  if (copy == NULL)
    nbdi_error (errno, "strdup");
  return copy;
}

int
nbdi_clear_meta_contexts (struct nbd_handle *h)
{
  nbdi_strings_clear (&h->session.meta_contexts);
  return 0;
}

const char *
nbdi_get_package_name (struct nbd_handle *h __attribute__ ((unused)))
{
  return "libnbd";
}

const char *
nbdi_get_version (struct nbd_handle *h __attribute__ ((unused)))
{
  return API_VERSION;
}

const char *
nbdi_get_version_extra (struct nbd_handle *h __attribute__ ((unused)))
{
  return PACKAGE_NAME " " PACKAGE_VERSION;
}
