/* SPDX-License-Identifier: MIT */
/* A server that is starting may not know the export yet, or may say that it
 * shuts down: then the library tries again.  Any other refusal is final. */
#include <errno.h>

#include "lasting.h"

static struct nbd_handle *
begin (struct address *a, struct events *e)
{
  struct nbd_handle *h = nbd_create ();

  set_style (h, SIMPLE);
  address_open (a);
  address_listen (a);
  CHECK_OK (nbd_set_connect_timeout (h, -1));
  CHECK_OK (nbd_set_event_callback (h, events (e)));
  CHECK_OK (nbd_aio_connect_unix (h, a->path));
  return h;
}

static void
wait_for_it (const char *reply, const char *text)
{
  struct address a;
  struct server s;
  struct events e = { .letters = "" };
  struct nbd_handle *h = begin (&a, &e);

  server_refuses (&a, h, reply);
  server_refuses (&a, h, reply);
  server_serves (&s, &a, h, SIMPLE, 512, FLAGS_ALL);
  CHECK_STATE (h, "READY");
  CHECK_STRING (e.letters, "AAC");
  CHECK_CONTAINS (e.message[LIBNBD_EVENT_ATTEMPT_FAILED], text);
  lasting_close (h, &s, &a);
}

static void
is_final (const char *reply)
{
  struct address a;
  struct events e = { .letters = "" };
  struct nbd_handle *h = begin (&a, &e);

  server_refuses (&a, h, reply);
  drive_until (h, "DEAD");
  CHECK_FAILS (nbd_aio_opt_abort (h), EINVAL, "dead");
  CHECK_STRING (e.letters, "U");
  nbd_close (h);
  address_close (&a);
}

void
test (void)
{
  wait_for_it ("reply NBD_OPT_GO NBD_REP_ERR_UNKNOWN",
               "no export of this name");
  wait_for_it ("reply NBD_OPT_GO NBD_REP_ERR_SHUTDOWN", "shut");
  is_final ("reply NBD_OPT_GO NBD_REP_ERR_POLICY");
  is_final ("reply NBD_OPT_GO NBD_REP_ERR_TLS_REQD");
}
