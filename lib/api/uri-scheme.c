/* SPDX-License-Identifier: MIT */
/* What can be said of a URI without parsing it; and URIs in messages. */

#include "api/uri.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct nbdi_uri_scheme schemes[] = {
  { "nbd", LIBNBD_ALLOW_TRANSPORT_TCP, false },
  { "nbds", LIBNBD_ALLOW_TRANSPORT_TCP, true },
  { "nbd+unix", LIBNBD_ALLOW_TRANSPORT_UNIX, false },
  { "nbds+unix", LIBNBD_ALLOW_TRANSPORT_UNIX, true },
  { "nbd+vsock", LIBNBD_ALLOW_TRANSPORT_VSOCK, false },
  { "nbds+vsock", LIBNBD_ALLOW_TRANSPORT_VSOCK, true },
  { "nbd+ssh", LIBNBD_ALLOW_TRANSPORT_SSH, false },
  { "nbds+ssh", LIBNBD_ALLOW_TRANSPORT_SSH, true },
};

#define NR_SCHEMES (sizeof schemes / sizeof schemes[0])

/* Compare without case, in ASCII and not in the locale: in Turkish "I" is
 * not the capital of "i". */
bool
nbdi_same_in_uri (const char *s, const char *lower_case, size_t len)
{
  for (size_t i = 0; i < len; i++) {
    char c = s[i] >= 'A' && s[i] <= 'Z' ? s[i] | 0x20 : s[i];
    if (c != lower_case[i])
      return false;
  }
  return true;
}

/* The same for a complete string. */
bool
nbdi_is_uri_word (const char *s, const char *lower_case)
{
  size_t len = strlen (lower_case);

  return strlen (s) == len && nbdi_same_in_uri (s, lower_case, len);
}

/* The scheme that the text begins with, and where its colon is. */
const struct nbdi_uri_scheme *
nbdi_find_uri_scheme (const char *uri, const char **rest)
{
  for (size_t i = 0; i < NR_SCHEMES; i++) {
    size_t len = strlen (schemes[i].name);

    if (strlen (uri) > len && uri[len] == ':'
        && nbdi_same_in_uri (uri, schemes[i].name, len)) {
      *rest = uri + len;
      return &schemes[i];
    }
  }
  return NULL;
}

int
nbdi_is_uri (struct nbd_handle *h __attribute__ ((unused)), const char *uri)
{
  const char *rest;

  return nbdi_find_uri_scheme (uri, &rest) != NULL
         && strncmp (rest, "://", 3) == 0;
}

/* The length of the part of an authority that may be user and password. The
 * URI can be invalid: a password with a slash that is not encoded looks
 * like a port that is not a number. */
static size_t
secret_length (const char *authority)
{
  size_t len = strcspn (authority, "/?#");
  const char *at = memrchr (authority, '@', len);
  const char *colon = memrchr (authority, ':', len);

  if (at == NULL && colon != NULL && *authority != '['
      && colon + 1 + strspn (colon + 1, "0123456789") < authority + len)
    at = memrchr (authority, '@', strcspn (authority, "?"));
  return at ? (size_t) (at - authority) : 0;
}

/* Parameters whose values are not secret.  All others are hidden, because a
 * name can be written in many ways. */
static bool
may_show (const char *param, size_t len)
{
  static const char *const names[] = {
    "compress",     "nbd-port", "socket",
    "tls-hostname", "tls-type", "tls-verify-peer",
  };
  const char *equals = memchr (param, '=', len);
  size_t name_len = equals ? (size_t) (equals - param) : len;

  if (equals == NULL || memchr (param, '#', len))
    return equals == NULL;
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (strlen (names[i]) == name_len
        && memcmp (names[i], param, name_len) == 0)
      return true;
  return false;
}

static void
put_query (FILE *f, const char *query)
{
  while (*query != '\0') {
    size_t len = strcspn (query, "&");

    if (may_show (query, len))
      fprintf (f, "%.*s", (int) len, query);
    else
      fprintf (f, "%.*s=***", (int) strcspn (query, "="), query);
    query += len;
    if (*query == '&')
      fputc (*query++, f);
  }
}

/* Quote a URI for debug output, without user and file names. */
const char *
nbdi_printable_uri (const char *uri)
{
  CLEANUP_FREE char *out = NULL;
  size_t size;

  if (uri == NULL)
    return nbdi_printable (NULL);
  FILE *f = open_memstream (&out, &size);
  if (f == NULL)
    return nbdi_dots;
  const char *authority = strstr (uri, "://");
  authority = authority ? authority + 3 : uri;
  size_t secret = secret_length (authority);
  const char *shown = authority + secret;
  size_t path = strcspn (shown, "?");

  fprintf (f, "%.*s%s%.*s", (int) (authority - uri), uri,
           secret > 0 ? "***" : "", (int) path, shown);
  if (shown[path] == '?') {
    fputc ('?', f);
    put_query (f, shown + path + 1);
  }
  if (fclose (f) == EOF)
    return nbdi_dots;
  return nbdi_printable (out);
}
