/* SPDX-License-Identifier: MIT */

/* If the server is killed while a command is in flight, the message says that
 * the server closed the connection, whether it had read the request or sent a
 * part of its reply.  The errno tells how the end was noticed. */

#include <errno.h>
#include <unistd.h>

#include "check.h"
#include "client.h"
#include "server.h"

#define CLOSED "the server closed the connection"

/* How the server ends, and what nbd_aio_notify_read then returns. */
struct row {
  const char *name;
  const char *reply;
  bool reads, issues;
  int result, errnum;
  const char *state;
};

static const struct row rows[] = {
  { "killed before it read", NULL, false, false, -1, ECONNRESET, "DEAD" },
  { "killed when it had read", NULL, true, false, 0, 0, "CLOSED" },
  { "killed inside a reply", "u32 0x67446698", true, false, -1, 0, "DEAD" },
  { "killed before another request", NULL, true, true, 0, 0, "CLOSED" },
};

static void
run (const struct row *row)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  char buf[4];
  int r;

  CHECK_OK (nbd_aio_pread (h, buf, 4, 0, NBD_NULL_COMPLETION, 0));
  if (row->reads)
    server_expect (&s, "request 0 READ 1 0 4");
  if (row->reply)
    server_say (&s, "%s", row->reply);
  close (s.fd);
  s.fd = -1;
  if (row->issues)
    CHECK_OK (nbd_aio_pread (h, buf, 4, 0, NBD_NULL_COMPLETION, 0));
  do
    r = nbd_aio_notify_read (h);
  while (r == 0 && !nbd_aio_is_closed (h));
  CHECK_INT (r, row->result);
  if (row->result == -1)
    CHECK_ERROR (row->errnum, CLOSED);
  CHECK_STATE (h, row->state);
  CHECK_FAILS (nbd_aio_command_completed (h, 1), ENOTCONN, CLOSED);
  nbd_close (h);
  server_close (&s);
}

void
test (void)
{
  static size_t i; /* survives the jump of a failed row */

  for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (ROW (rows[i].name))
      run (&rows[i]);
  check_rows_end ();
}
