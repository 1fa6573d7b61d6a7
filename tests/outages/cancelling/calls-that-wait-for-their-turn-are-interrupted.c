/* SPDX-License-Identifier: MIT */

/* The interrupt callback can also end a call that has not begun yet because
 * another thread drives the handle.  That thread goes on. */

#include <errno.h>

#include "check.h"
#include "client.h"
#include "server.h"
#include "thread.h"

static pthread_t ends;

static int
on_interrupt (void *opaque __attribute__ ((unused)))
{
  return pthread_equal (pthread_self (), ends);
}

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  struct blocking b = { .h = h, .call = blocking_pread };
  struct calls chunks = { .called = 0 };
  nbd_interrupt_callback interrupt = { .callback = on_interrupt };
  char buf[4];
  uint16_t type;

  ends = pthread_self ();
  CHECK_OK (nbd_set_interrupt_callback (h, interrupt));
  blocking_start (&b);
  s.waits = true;
  uint64_t read = server_request (&s, NULL);
  CHECK_FAILS (nbd_pread_structured (h, buf, 4, 0, chunk (&chunks), 0), EINTR,
               "nbd_pread_structured: the call was interrupted");
  CHECK_CALLS (&chunks, 0);
  CHECK_FAILS (nbd_poll (h, -1), EINTR, "nbd_poll: the call was interrupted");
  CHECK_INT (nbd_poll (h, 1), 0);
  CHECK_FAILS (nbd_shutdown (h, 0), EINTR,
               "nbd_shutdown: the call was interrupted");
  server_request (&s, &type);
  CHECK_INT (type, 2);
  server_say (&s, "simple 0 %d \"abcd\"", (int) read);
  server_close (&s);
  blocking_join (&b);
  CHECK_INT (b.result, 0);
  nbd_close (h);
}
