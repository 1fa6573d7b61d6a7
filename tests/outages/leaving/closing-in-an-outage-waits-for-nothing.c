/* SPDX-License-Identifier: MIT */
/* nbd_close during an outage frees everything at once, and frees each
 * callback once. */
#include "lasting.h"

void
test (void)
{
  struct address a;
  struct server s;
  struct calls read = { .called = 0 }, write = { .called = 0 },
               chunks = { .called = 0 };
  struct events e = { .letters = "" };
  struct nbd_handle *h = lasting_handle (&s, &a, SIMPLE);
  static char buf[4096];

  CHECK_OK (nbd_set_event_callback (h, events (&e)));
  int64_t first = CHECK_OK (nbd_aio_pwrite (h, "abcd", 4, 0,
                                            NBD_NULL_COMPLETION, 0));
  server_request (&s, NULL);
  server_say (&s, "simple 0 %llu", WIRE (0, first));
  pump (h);
  CHECK_INT (nbd_aio_command_completed (h, first), 1);
  CHECK (nbd_stats_journal_bytes (h) > 0);
  CHECK_OK (nbd_aio_pread_structured (h, buf, sizeof buf, 0, chunk (&chunks),
                                      completion (&read), 0));
  CHECK_OK (nbd_aio_pwrite (h, buf, sizeof buf, 0, completion (&write), 0));
  server_close (&s);
  address_leave (&a);
  while (nbd_get_outage (h) == 0)
    CHECK_OK (nbd_poll (h, 10));
  CHECK_STATE (h, "PROCESSING");
  nbd_close (h);
  CHECK_CALLS (&read, 1);
  CHECK_CALLS (&write, 1);
  CHECK_CALLS (&chunks, 0);
  CHECK_INT (e.calls.freed, 1);
  CHECK_INT (e.calls.called_after_free, 0);
  CHECK_STRING (e.letters, "LA");
  address_close (&a);
}
