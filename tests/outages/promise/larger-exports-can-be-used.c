/* SPDX-License-Identifier: MIT */
/* If an export has grown, an event reports it, and the program can use the
 * whole export. */
#include <errno.h>

#include "lasting.h"

static void
exports_grow (void)
{
  struct address a;
  struct server s;
  struct events e = { .letters = "" };
  struct nbd_handle *h = lasting_handle (&s, &a, SIMPLE);
  char buf[4];

  CHECK_OK (nbd_set_event_callback (h, events (&e)));
  CHECK_FAILS (nbd_aio_pread (h, buf, 4, 1 << 20, NBD_NULL_COMPLETION, 0),
               EINVAL, "");
  server_close (&s);
  server_serves (&s, &a, h, SIMPLE, 2 << 20, FLAGS_ALL);
  CHECK_STATE (h, "READY");
  CHECK_STRING (e.letters, "LGB");
  CHECK_INT (e.value[LIBNBD_EVENT_GROWN], 2 << 20);
  CHECK_CONTAINS (e.message[LIBNBD_EVENT_GROWN],
                  "from 1048576 to 2097152 bytes");
  CHECK_INT (nbd_get_size (h), 2 << 20);
  int64_t read = CHECK_OK (nbd_aio_pread (h, buf, 4, 1 << 20,
                                          NBD_NULL_COMPLETION, 0));
  pump (h);
  server_expect (&s, "request 0 READ %llu 0x100000 4", WIRE (1, read));
  server_say (&s, "simple 0 %llu \"abcd\"", WIRE (1, read));
  pump (h);
  CHECK_INT (nbd_aio_command_completed (h, read), 1);
  CHECK_BYTES (buf, 4, "abcd", 4);

  /* The larger size is promised after the next outage. */
  server_close (&s);
  server_accept (&s, &a, h);
  s.drives = h;
  server_handshake (&s, SIMPLE, 1 << 20, FLAGS_ALL);
  drive_until (h, "DEAD");
  CHECK_CONTAINS (e.message[LIBNBD_EVENT_GIVEN_UP],
                  "was 2097152 and is 1048576 now");
  lasting_close (h, &s, &a);
}

/* The new size does not fit in the value of the event. */
static void
exports_are_huge (void)
{
  struct address a;
  struct server s;
  struct events e = { .letters = "" };
  struct nbd_handle *h = lasting_handle (&s, &a, SIMPLE);

  CHECK_OK (nbd_set_event_callback (h, events (&e)));
  server_close (&s);
  server_serves (&s, &a, h, SIMPLE, UINT64_C (1) << 63, FLAGS_ALL);
  CHECK_INT (e.value[LIBNBD_EVENT_GROWN], INT64_MAX);
  CHECK_CONTAINS (e.message[LIBNBD_EVENT_GROWN],
                  "from 1048576 to 9223372036854775808 bytes");
  lasting_close (h, &s, &a);
}

void
test (void)
{
  exports_grow ();
  exports_are_huge ();
}
