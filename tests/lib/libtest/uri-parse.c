/* SPDX-License-Identifier: MIT */

/* Compares the result of the URI parser with the expected one. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "uri-parse.h"

/* How to recognise the kinds of errors that the examples name. */
static const struct kind {
  const char *name;
  int errnum;
  const char *text;
} kinds[] = {
  { "E-CHAR", EINVAL, "must be percent-encoded" },
  { "E-CID", EINVAL, "context id" },
  { "E-CONTROL", EINVAL, "has a control character" },
  { "E-DUP", EINVAL, "is given twice" },
  { "E-FORM", EINVAL, "followed by ://" },
  { "E-FRAGMENT", EINVAL, "fragment" },
  { "E-HOST", EINVAL, "host" },
  { "E-LONG-SOCKET", ENAMETOOLONG, "the name of the socket" },
  { "E-NUL", EINVAL, "holds a NUL" },
  { "E-PERCENT", EINVAL, "malformed percent-encoding" },
  { "E-POLICY", EPERM, "not allowed" },
  { "E-PORT", EINVAL, "the port is not" },
  { "E-SCHEME", EINVAL, "scheme" },
  { "E-SOCKET", EINVAL, "socket" },
  { "E-TOOLONG", ENAMETOOLONG, "exceeds 4096" },
  { "E-USERINFO", EINVAL, "user" },
  { "E-UTF8", EINVAL, "is not valid UTF-8" },
  { "E-VALUE", EINVAL, "the value of" },
};

static void
put_target (FILE *f, const struct nbdi_uri *u)
{
  switch (u->transport) {
  case LIBNBD_ALLOW_TRANSPORT_TCP:
    fprintf (f, "tcp %s:%u", u->host, u->port);
    break;
  case LIBNBD_ALLOW_TRANSPORT_UNIX:
    fprintf (f, "unix %s", u->socket[0] ? u->socket : "@");
    if (u->socket[0] == '\0')
      fwrite (u->socket + 1, 1, u->socket_len - 1, f);
    break;
  case LIBNBD_ALLOW_TRANSPORT_VSOCK:
    fprintf (f, "vsock %u:%u", u->cid, u->port);
    break;
  case LIBNBD_ALLOW_TRANSPORT_SSH:
    fprintf (f, "ssh %s:%u -> ", u->host, u->port);
    if (u->socket)
      fputs (u->socket, f);
    else
      fprintf (f, "localhost:%u", u->nbd_port);
    break;
  default: FAIL ("transport %u", u->transport);
  }
}

static void
put_text (FILE *f, const char *name, const char *value)
{
  if (value)
    fprintf (f, " %s=%s", name, value);
}

/* Write a parsed URI as the examples write it. */
static char *
describe (const struct nbdi_uri *u)
{
  char *text;
  size_t size;
  FILE *f = open_memstream (&text, &size);

  CHECK (f != NULL);
  put_target (f, u);
  fprintf (f, " \"%s\"%s", u->export_name, u->tls ? " tls" : "");
  put_text (f, "user", u->tls_username ? u->tls_username : u->user);
  put_text (f, "tls-type", u->tls_type);
  put_text (f, "tls-hostname", u->tls_hostname);
  put_text (f, "tls-certificates", u->tls_certificates);
  put_text (f, "tls-psk-file", u->tls_psk_file);
  put_text (f, "tls-priority", u->tls_priority);
  if (u->tls_verify_peer != -1)
    fprintf (f, " tls-verify-peer=%d", u->tls_verify_peer);
  if (u->compress != -1)
    fprintf (f, " compress=%d", u->compress);
  fclose (f);
  return text;
}

static void
check_failure (const char *name)
{
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
    if (strcmp (kinds[i].name, name) == 0) {
      CHECK_ERROR (kinds[i].errnum, kinds[i].text);
      return;
    }
  FAIL ("%s is no kind of error", name);
}

void
check_parse (const struct nbdi_settings *policy, const char *uri,
             const char *result)
{
  struct nbd_handle h = { .magic = 0 };
  struct nbdi_uri u;
  int r = nbdi_parse_uri (&h, policy, uri, &u);
  CLEANUP_FREE char *got = r == 0 ? describe (&u) : NULL;

  nbdi_free_uri (&u);
  if (strncmp (result, "E-", 2) != 0) {
    if (r == -1)
      FAIL ("%s: expected %s, got %s", uri, result, nbd_get_error ());
    CHECK_STRING (got, result);
  }
  else {
    if (r == 0)
      FAIL ("%s: expected %s, got %s", uri, result, got);
    check_failure (result);
  }
}
