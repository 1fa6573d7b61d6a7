/* SPDX-License-Identifier: MIT */

/* A string that is too long for the protocol, the system or the library is
 * refused by the call that would use it, and the error says which string is
 * too long. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "client.h"
#include "server.h"

#define HUGE (4 * 1024 * 1024)

static char *text;

/* A string of n characters. */
static const char *
of (size_t n)
{
  return text + HUGE - n;
}

static void
settings (void)
{
  struct nbd_handle *h = nbd_create ();

  CHECK_OK (nbd_set_export_name (h, of (4096)));
  CHECK_FAILS (nbd_set_export_name (h, of (4097)), ENAMETOOLONG, "export");
  CHECK_FAILS (nbd_set_export_name (h, of (HUGE)), ENAMETOOLONG, "export");
  CHECK_OK (nbd_add_meta_context (h, of (4096)));
  CHECK_FAILS (nbd_add_meta_context (h, of (4097)), ENAMETOOLONG, "context");
  CHECK_OK (nbd_set_socket_activation_name (h, of (32)));
  CHECK_FAILS (nbd_set_socket_activation_name (h, of (33)), ENAMETOOLONG,
               "activation");
  CHECK_FAILS (nbd_can_meta_context (h, of (HUGE)), ENOTCONN, NULL);
  CHECK_INT (nbd_is_uri (h, of (HUGE)), 0);
  nbd_close (h);
}

static void
queries (void)
{
  struct server s;
  struct nbd_handle *h = server_negotiates (&s);
  struct calls c[2] = { 0 };
  char *list[] = { (char *) of (4097), NULL };

  CHECK_FAILS (nbd_aio_opt_set_meta_context_queries (h, list, context (&c[0]),
                                                     completion (&c[1])),
               ENAMETOOLONG, "query");
  CHECK_FAILS (nbd_set_export_name (h, of (4097)), ENAMETOOLONG, "export");
  CHECK_STATE (h, "NEGOTIATING");
  nbd_close (h);
  server_close (&s);
}

/* Addresses and programs, which the connecting calls pass to the system. */
static void
places (void)
{
  struct nbd_handle *h = nbd_create ();
  char *argv[] = { (char *) "true", (char *) of (HUGE), NULL };
  char *program[] = { (char *) of (HUGE), NULL };

  CHECK_FAILS (nbd_connect_unix (h, of (109)), ENAMETOOLONG, "path");
  CHECK_FAILS (nbd_connect_unix (h, of (HUGE)), ENAMETOOLONG, "path");
  CHECK_FAILS (nbd_connect_tcp (h, of (HUGE), "1"), 0, "getaddrinfo");
  CHECK_FAILS (nbd_connect_tcp (h, "localhost", of (HUGE)), 0, "getaddrinfo");
  CHECK_FAILS (nbd_connect_command (h, argv), E2BIG, "run \"true\"");
  nbd_close (h);
  h = nbd_create ();
  CHECK_FAILS (nbd_connect_command (h, program), ENAMETOOLONG, "run \"xxx");
  CHECK (strlen (nbd_get_error ()) < 4096);
  nbd_close (h);
}

static void
uris (void)
{
  /* How a URI begins, and what the message names. */
  static const struct {
    const char *uri, *named;
  } starts[] = {
    { "nbd://", "getaddrinfo: \"xxx" },
    { "nbd://h:", "the port" },
    { "nbd://h/", "export name of 4194304 bytes" },
    { "nbd://h/?tls-hostname=%00", "tls-hostname" },
    { "nbd+unix:///?socket=", "socket has 4194304 bytes" },
    { "nbd+ssh://", "run \"ssh\"" },
    { "nbd+ssh://h/?socket=/", "socket has 4194305 bytes" },
    { "nbd+vsock://", "vsock" },
    { "nbd://[", "the host" },
    { "nbd://h/?tls-type=", "tls-type" },
  };
  char *uri = malloc (HUGE + 100);

  for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
    struct nbd_handle *h = nbd_create ();

    check_case ("%s", starts[i].uri);
    strcat (strcpy (uri, starts[i].uri), of (HUGE));
    CHECK_INT (nbd_connect_uri (h, uri), -1);
    if (nbd_supports_uri (h))
      CHECK_CONTAINS (nbd_get_error (), starts[i].named);
    CHECK (nbd_get_error () != NULL && strlen (nbd_get_error ()) < 4096);
    nbd_close (h);
  }
  free (uri);
}

void
test (void)
{
  text = malloc (HUGE + 1);
  memset (text, 'x', HUGE);
  text[HUGE] = '\0';
  settings ();
  queries ();
  places ();
  uris ();
  free (text);
}
