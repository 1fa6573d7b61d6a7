/* SPDX-License-Identifier: MIT */
/* An export name may have 4096 bytes after decoding.  The name of a Unix
 * socket may have as many bytes as fit in an address. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "uri-parse.h"

static const struct nbdi_settings policy = {
  .uri_allow_transports = LIBNBD_ALLOW_TRANSPORT_MASK,
  .uri_allow_tls = LIBNBD_TLS_ALLOW,
};

/* Check a URI that ends in n repetitions of a piece of text, each of which
 * decodes to one character. */
static void
check_length (const char *start, const char *piece, size_t n,
              const char *format, char character, const char *error)
{
  CLEANUP_FREE char *uri = malloc (strlen (start) + n * strlen (piece) + 1);
  CLEANUP_FREE char *name = malloc (n + 1);
  CLEANUP_FREE char *result = malloc (n + strlen (format) + 1);

  CHECK (uri != NULL && name != NULL && result != NULL);
  strcpy (uri, start);
  for (size_t i = 0; i < n; i++)
    strcpy (uri + strlen (start) + i * strlen (piece), piece);
  memset (name, character, n);
  name[n] = '\0';
  sprintf (result, format, name);
  check_parse (&policy, uri, error ? error : result);
}

#define EXPORT(n, error)                                                  \
  check_length ("nbd:///", "%61", (n), "tcp localhost:10809 \"%s\"", 'a', \
                (error))
#define SOCKET(n, error)                                                 \
  check_length ("nbd+unix:///?socket=", "%2F", (n), "unix %s \"\"", '/', \
                (error))
#define ABSTRACT(n, error)                                                 \
  check_length ("nbd+unix:///?socket=%00", "a", (n), "unix @%s \"\"", 'a', \
                (error))
#define REMOTE(n, error)                                                 \
  check_length ("nbd+ssh://h/?socket=", "/", (n), "ssh h:22 -> %s \"\"", \
                '/', (error))

void
test (void)
{
  EXPORT (4096, NULL);
  EXPORT (4097, "E-TOOLONG");
  EXPORT (1000000, "E-TOOLONG");
  SOCKET (107, NULL);
  SOCKET (108, NULL);
  SOCKET (109, "E-LONG-SOCKET");
  ABSTRACT (107, NULL);
  ABSTRACT (108, "E-LONG-SOCKET");
  REMOTE (108, NULL);
  REMOTE (109, "E-LONG-SOCKET");
}
