/* SPDX-License-Identifier: MIT */
/* When the connect timeout expires, the error is that of the last attempt,
 * and the message says how many attempts there were. */
#include <errno.h>

#include "lasting.h"

/* Nobody listens. */
static void
nobody (void)
{
  struct address a;
  struct events e = { .letters = "" };
  struct nbd_handle *h = nbd_create ();

  address_open (&a);
  CHECK_OK (nbd_set_connect_timeout (h, 400));
  CHECK_OK (nbd_set_export_name (h, "disk one"));
  CHECK_OK (nbd_set_event_callback (h, events (&e)));
  CHECK_FAILS (nbd_connect_unix (h, a.path), ENOENT,
               "could not connect to nbd+unix:///disk%20one?socket=/");
  CHECK_CONTAINS (nbd_get_error (), "nbd_connect_unix: could not connect");
  CHECK_CONTAINS (nbd_get_error (), " within 0.4 s: ");
  CHECK_CONTAINS (nbd_get_error (), " attempts, the last: ");
  CHECK_CONTAINS (nbd_get_error (), "No such file or directory");
  CHECK_STATE (h, "DEAD");
  CHECK_CONTAINS (e.letters, "AAU");
  CHECK_CONTAINS (e.message[LIBNBD_EVENT_GIVEN_UP], "within 0.4 s");
  CHECK_INT (nbd_get_outage (h), 0);
  nbd_close (h);
  address_close (&a);
}

/* A server accepts the connection and says nothing. */
static void
silent (void)
{
  struct address a;
  struct nbd_handle *h = nbd_create ();

  address_open (&a);
  address_listen (&a);
  CHECK_OK (nbd_set_connect_timeout (h, 100));
  CHECK_FAILS (nbd_connect_unix (h, a.path), ETIMEDOUT,
               "within 0.1 s: 1 attempt, ");
  CHECK_CONTAINS (nbd_get_error (), "the server had not greeted us yet");
  CHECK_STATE (h, "DEAD");
  nbd_close (h);
  address_close (&a);
}

/* The same with a stall timeout, so that there is more than one attempt. */
static void
silent_again_and_again (void)
{
  struct address a;
  struct events e = { .letters = "" };
  struct nbd_handle *h = nbd_create ();

  address_open (&a);
  address_listen (&a);
  CHECK_OK (nbd_set_connect_timeout (h, 1000));
  CHECK_OK (nbd_set_stall_timeout (h, 50));
  CHECK_OK (nbd_set_event_callback (h, events (&e)));
  CHECK_FAILS (nbd_connect_unix (h, a.path), ETIMEDOUT, "within 1 s: ");
  CHECK_CONTAINS (e.letters, "A");
  CHECK_CONTAINS (e.message[LIBNBD_EVENT_ATTEMPT_FAILED],
                  "silent for 0.05 s");
  nbd_close (h);
  address_close (&a);
}

void
test (void)
{
  nobody ();
  silent ();
  silent_again_and_again ();
}
