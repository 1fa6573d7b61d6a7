/* SPDX-License-Identifier: MIT */

/* Of two blocking calls one fails and one succeeds, whichever of the threads
 * drives the handle.  The error is that of the thread whose command
 * failed. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "server.h"
#include "thread.h"

static void
run (bool first_fails)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  struct blocking first = { .h = h, .call = blocking_pread };
  struct blocking second = { .h = h, .call = blocking_flush };

  s.waits = true;
  blocking_start (&first);
  server_expect (&s, "request 0 READ 1 0 4");
  blocking_start (&second);
  server_expect (&s, "request 0 FLUSH 2 0 0");
  server_say (&s, first_fails ? "simple EIO 1" : "simple EIO 2");
  struct blocking *fails = first_fails ? &first : &second;
  struct blocking *works = first_fails ? &second : &first;
  blocking_join (fails);
  CHECK_INT (fails->result, -1);
  CHECK_INT (fails->errnum, EIO);
  CHECK_CONTAINS (fails->error,
                  first_fails
                    ? "nbd_pread: read: command failed: the server reported "
                      "error 5 for 4 bytes at offset 0: "
                    : "nbd_flush: flush: command failed: the server reported "
                      "error 5: ");

  server_say (&s, first_fails ? "simple 0 2" : "simple 0 1 \"data\"");
  blocking_join (works);
  CHECK_INT (works->result, 0);
  CHECK_STATE (h, "READY");
  nbd_close (h);
  server_close (&s);
}

void
test (void)
{
  check_case ("the driver fails");
  run (true);
  check_case ("the other fails");
  run (false);
}
