/* SPDX-License-Identifier: MIT */
/* With a connect timeout, a socket that does not exist, or that nobody
 * listens on, is tried again until there is a server. */
#include <stdlib.h>
#include <string.h>

#include "lasting.h"
#include "notation.h"

static void
try_until_served (int timeout)
{
  struct address a;
  struct server s;
  struct events e = { .letters = "" };
  struct nbd_handle *h = nbd_create ();

  address_open (&a);
  CHECK_OK (nbd_set_connect_timeout (h, timeout));
  CHECK_OK (nbd_set_event_callback (h, events (&e)));
  CHECK_OK (nbd_aio_connect_unix (h, a.path));
  CHECK_STATE (h, "CONNECTING");
  CHECK_CONTAINS (e.message[LIBNBD_EVENT_ATTEMPT_FAILED],
                  "No such file or directory");
  CHECK (e.value[LIBNBD_EVENT_ATTEMPT_FAILED] >= 0);

  address_listen (&a);
  address_leave (&a);
  while (strstr (e.message[LIBNBD_EVENT_ATTEMPT_FAILED], "refused") == NULL)
    CHECK_OK (nbd_poll (h, -1));
  CHECK_STATE (h, "CONNECTING");
  CHECK_INT (nbd_get_outage (h), 0);
  CHECK_INT (strspn (e.letters, "A"), strlen (e.letters));

  address_listen (&a);
  server_serves (&s, &a, h, SIMPLE, 4096, FLAGS_ALL);
  CHECK_STATE (h, "READY");
  CHECK_INT (nbd_get_size (h), 4096);
  CHECK_STRING (e.letters + strspn (e.letters, "A"), "C");
  CHECK_CONTAINS (e.message[LIBNBD_EVENT_CONNECTED], a.path);
  CHECK_INT (nbd_stats_reconnects (h), 0);
  lasting_close (h, &s, &a);
  CHECK_INT (e.calls.freed, 1);
  CHECK_INT (e.calls.called_after_free, 0);
}

void
test (void)
{
  try_until_served (60000);
  try_until_served (-1);
}
