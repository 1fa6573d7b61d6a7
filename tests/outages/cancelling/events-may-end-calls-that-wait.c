/* SPDX-License-Identifier: MIT */
/* After each event, the library calls the interrupt callback, which can end
 * the call that waits.  The handle stays usable. */

#include <errno.h>

#include "lasting.h"

static int
interrupt (void *opaque)
{
  const struct events *e = opaque;

  return e->letters[e->calls.called - 1] == 'A';
}

void
test (void)
{
  struct address a;
  struct server s;
  struct events e = { .letters = "" };
  struct nbd_handle *h = lasting_handle (&s, &a, SIMPLE);
  char buf[4];

  CHECK_OK (nbd_set_event_callback (h, events (&e)));
  CHECK_OK (nbd_set_interrupt_callback (h, (nbd_interrupt_callback) {
                                             .callback = interrupt,
                                             .user_data = &e,
                                           }));
  address_leave (&a);
  server_close (&s);
  CHECK_FAILS (nbd_pread (h, buf, 4, 0, 0), EINTR,
               "the call was interrupted");
  CHECK_STRING (e.letters, "LA");
  CHECK_FAILS (nbd_poll (h, -1), EINTR, "nbd_poll: the call was interrupted");
  CHECK_STRING (e.letters, "LAA");
  nbd_clear_interrupt_callback (h);
  address_listen (&a);
  server_serves (&s, &a, h, SIMPLE, 1 << 20, FLAGS_ALL);
  drive_until (h, "READY");
  lasting_close (h, &s, &a);
}
