/* SPDX-License-Identifier: MIT */
/* A further connection to an export that is less than what was promised is
 * closed and tried again, while the established connections go on. */
#include "lasting.h"

static struct server first, second;

static int64_t
issue_read (struct nbd_handle *h)
{
  static char buf[4];

  return CHECK_OK (nbd_aio_pread (h, buf, 4, 0, NBD_NULL_COMPLETION, 0));
}

static void
answer (struct server *s, uint64_t cookie, struct nbd_handle *h)
{
  CHECK_INT (server_request (s, NULL), cookie);
  server_say (s, "simple 0 %llu \"abcd\"", (unsigned long long) cookie);
  pump (h);
}

void
test (void)
{
  struct address a;
  struct events e = { .letters = "" };
  struct nbd_handle *h = patient_handle ();
  int64_t reads[4];

  CHECK_OK (nbd_set_connections (h, 2));
  CHECK_OK (nbd_set_event_callback (h, events (&e)));
  lasting_connect (h, &first, &a, SIMPLE, FLAGS_ALL);
  reads[0] = issue_read (h);
  reads[1] = issue_read (h);
  server_serves (&second, &a, h, SIMPLE, 1 << 19, FLAGS_ALL);
  CHECK (server_sees_end (&second));
  server_close (&second);
  answer (&first, reads[0], h);
  CHECK_INT (nbd_aio_command_completed (h, reads[0]), 1);

  /* The next connection offers what was promised, and joins once the first
   * one has shown that the server was not started anew. */
  server_serves (&second, &a, h, SIMPLE, 1 << 20, FLAGS_ALL);
  answer (&first, reads[1], h);
  reads[2] = issue_read (h);
  pump (h);
  answer (&first, reads[2], h);
  issue_read (h);
  reads[3] = issue_read (h);
  pump (h);
  answer (&second, WIRE (2, reads[3]), h);
  CHECK_INT (nbd_aio_command_completed (h, reads[3]), 1);
  CHECK_STRING (e.letters, "C");
  server_close (&second);
  lasting_close (h, &first, &a);
}
