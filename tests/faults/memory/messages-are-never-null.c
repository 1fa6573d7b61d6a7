/* SPDX-License-Identifier: MIT */

/* If there is no memory for a text that a message quotes, the message has
 * three dots in its place.  It never passes NULL to printf: some C libraries
 * print "(null)", and others crash. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "client.h"
#include "memory.h"
#include "server.h"

static bool logged;

static int
note (void *opaque, const char *context, const char *message)
{
  (void) opaque;
  (void) context;
  CHECK (strstr (message, "(null)") == NULL);
  return 0;
}

static struct nbd_handle *
new_handle (void)
{
  const nbd_debug_callback callback = { .callback = note };
  struct nbd_handle *h = nbd_create ();

  CHECK (h != NULL);
  CHECK_OK (nbd_set_debug_callback (h, callback));
  CHECK_OK (nbd_set_debug (h, logged));
  CHECK_OK (nbd_set_uri_allow_tls_priority (h, true));
  return h;
}

/* There may be no message, if there was no memory for it. */
static void
check_message (void)
{
  const char *message = nbd_get_error ();

  CHECK (message == NULL || strstr (message, "(null)") == NULL);
}

/* These calls fail with and without memory. */

static int
bad_path (struct nbd_handle *h)
{
  return LIB (nbd_connect_unix (h, "none/socket"));
}

static int
bad_port (struct nbd_handle *h)
{
  return LIB (nbd_connect_tcp (h, "127.0.0.1", "no such port"));
}

static int
bad_program (struct nbd_handle *h)
{
  char *argv[] = { "none/program", "argument", NULL };

  return LIB (nbd_connect_command (h, argv));
}

static int
bad_activation_name (struct nbd_handle *h)
{
  return LIB (nbd_set_socket_activation_name (h, "a b"));
}

static const char *uri;

static int
bad_uri (struct nbd_handle *h)
{
  return LIB (nbd_connect_uri (h, uri));
}

static const char *said;

/* The server sends something wrong. */
static int
bad_server (struct nbd_handle *h)
{
  struct server s;

  CHECK_OK (nbd_set_export_name (h, "disk"));
  server_open (&s, h);
  server_say (&s, "%s", said);
  server_half_close (&s);
  int r;
  do
    r = LIB (nbd_aio_notify_read (h));
  while (r == 0);
  server_close (&s);
  return r;
}

static int (*failing) (struct nbd_handle *h);

static void
fail (void)
{
  struct nbd_handle *h = new_handle ();

  CHECK_INT (failing (h), -1);
  check_message ();
  nbd_close (h);
}

static void
sweep (int (*call) (struct nbd_handle *h))
{
  failing = call;
  for (int i = 0; i < 2; i++) {
    logged = i == 1;
    memory_sweep ("failing", fail);
  }
}

void
test (void)
{
  static const char *const uris[] = {
    "nbd+gopher://localhost",
    "nbd://a%20b",
    "nbd+vsock://2x",
    "nbd+unix:///?socket=a%00b",
    "nbd+unix:///?socket=a%0Ab",
    "nbd+unix:///?socket=none/socket&unknown=1",
  };
  static const char *const answers[] = {
    "\"HTTP/1.1 400 Bad\"",
    "NBDMAGIC IHAVEOPT u16 FIXED_NEWSTYLE",
    "NBDMAGIC IHAVEOPT u16 0",
    "NBDMAGIC IHAVEOPT u16 FIXED_NEWSTYLE "
    "reply NBD_OPT_STRUCTURED_REPLY NBD_REP_ERR_UNSUP "
    "reply NBD_OPT_GO NBD_REP_ERR_UNKNOWN \"gone\"",
  };

  work_in_empty_directory ();
  sweep (bad_path);
  sweep (bad_port);
  sweep (bad_program);
  sweep (bad_activation_name);
  struct nbd_handle *h = nbd_create ();
  bool supported = nbd_supports_uri (h);
  nbd_close (h);
  for (unsigned i = 0; supported && i < sizeof uris / sizeof uris[0]; i++) {
    uri = uris[i];
    sweep (bad_uri);
  }
  for (unsigned i = 0; i < sizeof answers / sizeof answers[0]; i++) {
    said = answers[i];
    sweep (bad_server);
  }
}
