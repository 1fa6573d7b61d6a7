/* SPDX-License-Identifier: MIT */
/* When the library that parses URIs has no memory, the error is ENOMEM and
 * not that the URI is wrong.  No part of the URI is silently missing. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/xmlmemory.h>

#include "check.h"
#include "memory.h"
#include "uri-parse.h"

static const struct nbdi_settings policy = {
  .uri_allow_transports = LIBNBD_ALLOW_TRANSPORT_MASK,
  .uri_allow_tls = LIBNBD_TLS_ALLOW,
};
static struct nbd_handle *h;

static void
parse (void)
{
  struct nbdi_uri u;
  int r = LIB (nbdi_parse_uri (
    h, &policy, "nbds://alice@example.com:1234/disk?tls-type=x509", &u));

  if (memory_asked >= memory_fails)
    CHECK_INT (r, -1);
  if (r == -1)
    CHECK_INT (nbd_get_errno (), ENOMEM);
  else {
    CHECK_STRING (u.host, "example.com");
    CHECK_STRING (u.user, "alice");
    CHECK_STRING (u.export_name, "disk");
    CHECK_STRING (u.tls_type, "x509");
  }
  nbdi_free_uri (&u);
}

void
test (void)
{
  h = nbd_create ();
  CHECK_INT (xmlMemSetup (free, malloc, realloc, strdup), 0);
  memory_sweep ("parsing", parse);
  nbd_close (h);
}
