/* SPDX-License-Identifier: MIT */

/* A signal does not end nbd_poll or a blocking call: the call continues to
 * wait. */

#include <sched.h>
#include <signal.h>
#include <stdatomic.h>

#include "check.h"
#include "client.h"
#include "server.h"
#include "thread.h"

static atomic_int signals;

static void
on_signal (int sig)
{
  (void) sig;
  signals++;
}

static void
interrupt (struct blocking *b)
{
  for (int i = 1; i <= 20; i++) {
    pthread_kill (b->thread, SIGUSR1);
    while (signals < i)
      sched_yield (); /* until the signal was delivered */
  }
  signals = 0;
}

void
test (void)
{
  struct server s;
  struct nbd_handle *h = server_handle (&s, SIMPLE);
  struct blocking reader = { .h = h, .call = blocking_pread };
  struct blocking poller = { .h = h, .call = blocking_poll };
  struct sigaction action = { .sa_handler = on_signal };

  sigaction (SIGUSR1, &action, NULL);
  s.waits = true;
  blocking_start (&reader);
  server_expect (&s, "request 0 READ 1 0 4");
  interrupt (&reader);
  server_say (&s, "simple 0 1 \"data\"");
  blocking_join (&reader);
  CHECK_INT (reader.result, 0);

  CHECK_OK (nbd_aio_flush (h, NBD_NULL_COMPLETION, 0));
  server_expect (&s, "request 0 FLUSH 2 0 0");
  blocking_start (&poller);
  interrupt (&poller);
  CHECK_INT (nbd_aio_command_completed (h, 2), 0);
  server_say (&s, "simple 0 2");
  blocking_join (&poller);
  CHECK_INT (poller.result, 1);
  CHECK_INT (nbd_aio_command_completed (h, 2), 1);
  nbd_close (h);
  server_close (&s);
}
