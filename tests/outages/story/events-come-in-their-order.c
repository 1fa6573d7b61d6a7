/* SPDX-License-Identifier: MIT */
/* The event callback is called for all events in their order, with their
 * values.  It is freed when it is replaced, and with the handle. */
#include <string.h>

#include "lasting.h"

void
test (void)
{
  struct address a;
  struct server s;
  struct events first = { .letters = "" }, second = { .letters = "" };
  char buf[4];
  struct nbd_handle *h = patient_handle ();

  set_style (h, SIMPLE);
  address_open (&a);
  address_listen (&a);
  CHECK_OK (nbd_set_event_callback (h, events (&first)));
  CHECK_OK (nbd_aio_connect_unix (h, a.path));
  server_serves (&s, &a, h, SIMPLE, 4096, FLAGS_ALL);
  CHECK_STRING (first.letters, "C");
  CHECK_CONTAINS (first.message[LIBNBD_EVENT_CONNECTED],
                  "connected to nbd+unix:///?socket=/");

  CHECK_OK (nbd_set_event_callback (h, events (&second)));
  CHECK_INT (first.calls.freed, 1);
  int64_t read = CHECK_OK (nbd_aio_pread (h, buf, 4, 0, NBD_NULL_COMPLETION,
                                          0));
  server_close (&s);
  address_leave (&a);
  while (strchr (second.letters, 'A') == NULL)
    CHECK_OK (nbd_poll (h, -1));
  CHECK_CONTAINS (second.message[LIBNBD_EVENT_LOST],
                  "was lost (the server closed the connection unexpectedly)");
  CHECK_INT (second.value[LIBNBD_EVENT_LOST], 0);
  CHECK_CONTAINS (second.message[LIBNBD_EVENT_ATTEMPT_FAILED],
                  "attempt 1 failed: connect: ");
  CHECK (second.value[LIBNBD_EVENT_ATTEMPT_FAILED] >= 80);
  CHECK (second.value[LIBNBD_EVENT_ATTEMPT_FAILED] <= 120);

  /* The server is back once a command has completed. */
  address_listen (&a);
  server_serves (&s, &a, h, SIMPLE, 8192, FLAGS_ALL);
  CHECK_CONTAINS (second.letters, "AG");
  CHECK_INT (second.value[LIBNBD_EVENT_GROWN], 8192);
  CHECK (nbd_get_outage (h) > 0);
  CHECK_INT (nbd_stats_reconnects (h), 0);
  uint64_t cookie = server_request (&s, NULL);
  CHECK_INT (cookie & 0xffff, read);
  server_say (&s, "simple 0 %llu \"abcd\"", (unsigned long long) cookie);
  CHECK_INT (drive_command (h, read), 1);
  CHECK_CONTAINS (second.letters, "GB");
  CHECK_CONTAINS (second.message[LIBNBD_EVENT_BACK], "is back after ");
  CHECK (second.value[LIBNBD_EVENT_BACK] > 0);
  CHECK_INT (nbd_get_outage (h), 0);
  CHECK_INT (nbd_stats_reconnects (h), 1);
  CHECK_INT (nbd_stats_replayed (h), 1);
  nbd_close (h);
  CHECK_INT (first.calls.freed, 1);
  CHECK_INT (second.calls.freed, 1);
  CHECK_INT (second.calls.called_after_free + first.calls.called_after_free,
             0);
  server_close (&s);
  address_close (&a);
}
