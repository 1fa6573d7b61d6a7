/* SPDX-License-Identifier: MIT */
/* If the export that comes back is less than what was promised, the handle is
 * dead, and the message says what was promised and what came back. */
#include <errno.h>

#include "lasting.h"

#define SIZE (1 << 20)

struct weaker {
  const char *name;
  enum style first, then;
  uint64_t size;
  uint16_t flags;
  const char *text;
};

#define WITHOUT(bit) STRUCTURED, STRUCTURED, SIZE, FLAGS_ALL & ~(1 << (bit))

static const struct weaker rows[] = {
  { "smaller", STRUCTURED, STRUCTURED, SIZE - 512, FLAGS_ALL,
    "could not be restored: the server is back, but the size was " },
  { "smaller by how much", STRUCTURED, STRUCTURED, SIZE - 512, FLAGS_ALL,
    "the size was 1048576 and is 1048064 now" },
  { "empty", STRUCTURED, STRUCTURED, 0, FLAGS_ALL,
    "the size was 1048576 and is 0 now" },
  { "read-only", STRUCTURED, STRUCTURED, SIZE, FLAGS_ALL | 1 << 1,
    "the connection to nbd+unix:///?socket=/" },
  { "how read-only", STRUCTURED, STRUCTURED, SIZE, FLAGS_ALL | 1 << 1,
    "the export was writable and is read-only now" },
  { "flush", WITHOUT (2), "flush was supported and is missing now" },
  { "FUA", WITHOUT (3), "FUA was supported and is missing now" },
  { "trim", WITHOUT (5), "trim was supported and is missing now" },
  { "zeroes", WITHOUT (6), "write zeroes was supported and is missing now" },
  { "DF", WITHOUT (7), "DF was supported and is missing now" },
  { "multi-conn", WITHOUT (8),
    "several connections was supported and is missing now" },
  { "cache", WITHOUT (10), "cache was supported and is missing now" },
  { "fast zero", WITHOUT (11), "fast zero was supported and is missing now" },
  { "filters", EXTENDED, EXTENDED, SIZE, FLAGS_ALL & ~(1 << 12),
    "block status with a payload was supported and is missing now" },
  { "chunks", STRUCTURED, SIMPLE, SIZE, FLAGS_ALL,
    "the style of replies was structured and is simple now" },
  { "headers", EXTENDED, STRUCTURED, SIZE, FLAGS_ALL,
    "the style of headers was extended and is compact now" },
};

static void
come_back (size_t i)
{
  const struct weaker *row = &rows[i];
  struct address a;
  struct server s;
  struct calls done = { .called = 0 };
  struct events e = { .letters = "" };
  struct nbd_handle *h = lasting_handle (&s, &a, row->first);
  char buf[4];

  CHECK_OK (nbd_set_event_callback (h, events (&e)));
  int64_t read = CHECK_OK (nbd_aio_pread (h, buf, 4, 0, completion (&done),
                                          0));
  server_close (&s);
  server_accept (&s, &a, h);
  s.drives = h;
  server_handshake (&s, row->then, row->size, row->flags);
  drive_until (h, "DEAD");
  CHECK_FAILS (nbd_aio_command_completed (h, read), ENOTCONN, row->text);
  CHECK_CALLS (&done, 1);
  CHECK_INT (done.error, ENOTCONN);
  CHECK_STRING (e.letters, "LU");
  CHECK_CONTAINS (e.message[LIBNBD_EVENT_GIVEN_UP], row->text);
  CHECK_INT (nbd_get_outage (h), 0);
  lasting_close (h, &s, &a);
}

/* The call that drives the handle returns the error of the comparison. */
static void
driving_is_told (void)
{
  struct address a;
  struct server s;
  struct nbd_handle *h = lasting_handle (&s, &a, SIMPLE);

  server_close (&s);
  server_accept (&s, &a, h);
  s.drives = NULL;
  server_say (&s, "NBDMAGIC IHAVEOPT u16 FIXED_NEWSTYLE|NO_ZEROES");
  server_say (&s, "reply NBD_OPT_GO NBD_REP_INFO u16 NBD_INFO_EXPORT "
                  "u64 512 u16 HAS_FLAGS|SEND_FLUSH");
  server_say (&s, "reply NBD_OPT_GO NBD_REP_ACK");
  while (nbd_poll (h, -1) != -1)
    ;
  CHECK_ERROR (ESTALE, "");
  lasting_close (h, &s, &a);
}

void
test (void)
{
  RUN_ROWS (rows, come_back);
  driving_is_told ();
}
