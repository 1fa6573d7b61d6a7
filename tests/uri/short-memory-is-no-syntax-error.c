/* SPDX-License-Identifier: MIT */
/* When the library that parses URIs has no memory, the error is ENOMEM and
 * not that the URI is wrong; above all no part of it may be missing.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/xmlmemory.h>

#include "check.h"
#include "parse.h"

/* The allocation that fails, counted from 1. */
static unsigned fails, allocations;

static bool
out_of_memory (void)
{
  if (++allocations != fails)
    return false;
  errno = ENOMEM;
  return true;
}

static void *
allocate (size_t n)
{
  return out_of_memory () ? NULL : malloc (n);
}

static void *
resize (void *p, size_t n)
{
  return out_of_memory () ? NULL : realloc (p, n);
}

static char *
copy (const char *s)
{
  return out_of_memory () ? NULL : strdup (s);
}

void
test (void)
{
  static const struct nbdi_settings policy = {
    .uri_allow_transports = LIBNBD_ALLOW_TRANSPORT_MASK,
    .uri_allow_tls = LIBNBD_TLS_ALLOW,
  };
  struct nbd_handle *h = nbd_create ();
  struct nbdi_uri u;
  int r;

  CHECK_INT (xmlMemSetup (free, allocate, resize, copy), 0);
  do {
    check_case ("allocation %u fails", fails + 1);
    fails++;
    allocations = 0;
    r = nbdi_parse_uri (h, &policy,
                        "nbds://alice@example.com:1234/disk?tls-type=x509",
                        &u);
    if (allocations >= fails)
      CHECK_INT (r, -1);
    if (r == -1)
      CHECK_ERROR (ENOMEM, "URI");
    else {
      CHECK_STRING (u.host, "example.com");
      CHECK_STRING (u.user, "alice");
      CHECK_STRING (u.export_name, "disk");
      CHECK_STRING (u.tls_type, "x509");
    }
    nbdi_free_uri (&u);
  } while (allocations >= fails);
  CHECK (fails > 4);
  nbd_close (h);
}
