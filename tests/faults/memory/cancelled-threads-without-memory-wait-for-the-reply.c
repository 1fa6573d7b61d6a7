/* SPDX-License-Identifier: MIT */

/* If a thread is cancelled in a read and its buffer cannot be replaced for
 * lack of memory, the thread stays in its call until the server has replied,
 * because the reply goes into that buffer.
 *
 * The linker redirects the library's malloc to this file (-Wl,--wrap). */

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "check.h"
#include "server.h"
#include "thread.h"
#include "wrap.h"

#define SIZE 54321

static char buf[SIZE];
static atomic_int refused;

WRAPPER (void *, malloc, (size_t n))
{
  if (n == SIZE + 1) {
    refused++;
    errno = ENOMEM;
    return NULL;
  }
  return __real_malloc (n);
}

static int
read_all (struct blocking *b)
{
  return nbd_pread (b->h, buf, SIZE, 0, 0);
}

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  struct blocking b = { .h = h, .call = read_all };
  void *result;

  s.waits = true;
  blocking_start (&b);
  server_expect (&s, "request 0 READ 1 0 %d", SIZE);
  pthread_cancel (b.thread);
  while (refused == 0)
    sched_yield ();
  server_say (&s, "simple 0 1 pattern 0 %d", SIZE);
  pthread_join (b.thread, &result);
  CHECK (result == PTHREAD_CANCELED);
  CHECK_INT (refused, 1);
  CHECK_INT (nbd_aio_in_flight (h), 0);
  CHECK_STATE (h, "READY");
  nbd_close (h);
  server_close (&s);
}
