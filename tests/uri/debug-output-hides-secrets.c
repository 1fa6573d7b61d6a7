/* SPDX-License-Identifier: MIT */
/* Users, passwords and file names in a URI never appear in debug output or in
 * an error, however they are written and whether or not the URI is valid.
 * What is not secret does appear. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

#define NOWHERE "socket=/nowhere/sock"

static const char *const rows[] = {
  "nbd+unix://s3cr3t@/?" NOWHERE,
  "nbds+unix://alice:s3cr3t@/?" NOWHERE,
  "nbd+unix://alice:s3cr3t@s3cr3t@/?" NOWHERE,
  "nbd+unix://alice:s3cr3t/b@h/?" NOWHERE,
  "nbd+unix:///?tls-psk-file=s3cr3t&" NOWHERE,
  "nbd+unix:///?TLS-certificates=s3cr3t&" NOWHERE,
  "nbd+unix:///?tls%2Dpsk-file=s3cr3t&" NOWHERE,
  "nbd+unix:///?tls-username=s3cr3t&" NOWHERE,
  "nbd+unix:///?tls-psk-flie=s3cr3t&" NOWHERE,
  "nbd+unix:///?tls-psk-file=s3cr3t&tls-psk-file=s3cr3t&" NOWHERE,
  "nbd+unix:///?" NOWHERE "#tls-psk-file=s3cr3t",
  "nbd+ssh://-s3cr3t@h/?" NOWHERE,
  "http://alice:s3cr3t@h/?" NOWHERE,
  "alice:s3cr3t@h/?" NOWHERE,
  "nbd:alice:s3cr3t@h?" NOWHERE,
};

static bool leaked, shown;

static int
look (void *opaque, const char *context, const char *msg)
{
  (void) opaque, (void) context;
  leaked |= strstr (msg, "s3cr3t") != NULL;
  shown |= strstr (msg, "unix:///") != NULL && strstr (msg, "sock") != NULL;
  return 0;
}

static struct nbd_handle *
new_handle (void)
{
  struct nbd_handle *h = nbd_create ();
  nbd_debug_callback cb = { .callback = look };

  CHECK (h != NULL);
  CHECK_OK (nbd_set_uri_allow_local_file (h, true));
  CHECK_OK (nbd_set_debug_callback (h, cb));
  CHECK_OK (nbd_set_debug (h, true));
  leaked = shown = false;
  return h;
}

static void
check_quiet (struct nbd_handle *h)
{
  CHECK (!leaked);
  CHECK (strstr (nbd_get_error (), "s3cr3t") == NULL);
  nbd_close (h);
  CHECK (!leaked);
}

static void
check_uri (const char *uri)
{
  struct nbd_handle *h = new_handle ();

  CHECK_INT (nbd_connect_uri (h, uri), -1);
  nbd_is_uri (h, uri);
  check_quiet (h);
}

/* The URI that is returned contains them; the debug output does not. */
static void
check_get_uri (void)
{
  struct nbd_handle *h = new_handle ();

  CHECK_FAILS (
    nbd_connect_uri (h, "nbd+unix://s3cr3t@/?tls-psk-file=s3cr3t&" NOWHERE),
    ENOENT, "sock");
  char *uri = nbd_get_uri (h);
  CHECK_CONTAINS (uri, "//s3cr3t@/");
  CHECK_CONTAINS (uri, "tls-psk-file=s3cr3t");
  free (uri);
  check_quiet (h);
}

void
test (void)
{
  static size_t i; /* survives the jump of a failed row */

  requires_uris ();
  for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (ROW (rows[i]))
      check_uri (rows[i]);
  check_rows_end ();
  check_get_uri ();

  struct nbd_handle *h = new_handle ();
  CHECK_FAILS (nbd_connect_uri (h, "nbd+unix:///name?" NOWHERE), ENOENT,
               "sock");
  CHECK (shown);
  nbd_close (h);
}
