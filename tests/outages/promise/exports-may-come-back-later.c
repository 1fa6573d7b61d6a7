/* SPDX-License-Identifier: MIT */
/* In an outage, a server may for a while not know the export, shut down, or
 * refuse by policy: then the library tries again.  Any other refusal or
 * protocol error ends the handle, and the error tells the whole outage. */
#include <errno.h>

#include "lasting.h"

static struct address a;
static struct events e;

static struct nbd_handle *
begin (struct server *s)
{
  struct nbd_handle *h = lasting_handle (s, &a, SIMPLE);

  e = (struct events) { .letters = "" };
  CHECK_OK (nbd_set_event_callback (h, events (&e)));
  server_close (s);
  return h;
}

static void
passes (const char *reply)
{
  struct server s;
  struct nbd_handle *h = begin (&s);

  server_refuses (&a, h, reply);
  server_refuses (&a, h, reply);
  server_serves (&s, &a, h, SIMPLE, 1 << 20, FLAGS_ALL);
  CHECK_STATE (h, "READY");
  CHECK_STRING (e.letters, "LAAB");
  lasting_close (h, &s, &a);
}

static void
stays (const char *reply, const char *text)
{
  struct server s;
  struct nbd_handle *h = begin (&s);

  server_refuses (&a, h, reply);
  drive_until (h, "DEAD");
  CHECK_STRING (e.letters, "LU");
  CHECK_CONTAINS (e.message[LIBNBD_EVENT_GIVEN_UP],
                  "(the server closed the connection unexpectedly) and could "
                  "not be restored: ");
  CHECK_CONTAINS (e.message[LIBNBD_EVENT_GIVEN_UP], text);
  nbd_close (h);
  address_close (&a);
}

void
test (void)
{
  passes ("reply NBD_OPT_GO NBD_REP_ERR_UNKNOWN");
  passes ("reply NBD_OPT_GO NBD_REP_ERR_SHUTDOWN");
  passes ("reply NBD_OPT_GO NBD_REP_ERR_POLICY");
  stays ("reply NBD_OPT_GO NBD_REP_ERR_TLS_REQD", "the server requires TLS");
  stays ("u64 1 u64 2 u32 3", "wrong magic");
}
