/* SPDX-License-Identifier: MIT */

/* Several threads in blocking calls. */

#include <pthread.h>
#include <stdlib.h>

#include "harness.h"

struct worker {
  struct run *run;
  struct random random;
  pthread_t thread;
  unsigned commands;
};

static void *
work (void *opaque)
{
  struct worker *w = opaque;
  struct command c;

  for (unsigned i = 0; i < w->commands; i++) {
    draw_command (w->run, &w->random, &c);
    c.cancelled = w->run->choice->cancels;
    end_command (&c, call_command (&c) == -1 ? nbd_get_errno () : 0);
    if (w->run->choice->cancels && random_one_in (&w->random, 16)
        && nbd_cancel (w->run->h) == -1)
      fail (w->run, "cancel: %s", nbd_get_error ());
  }
  return NULL;
}

void
run_blocking (struct run *r)
{
  struct worker workers[MOST_THREADS];
  unsigned n = r->choice->threads;

  for (unsigned i = 0; i < n; i++) {
    workers[i] = (struct worker) {
      .run = r,
      .random = random_of (r->settings.seed, 8 + i),
      .commands = r->choice->commands / n,
    };
    if (pthread_create (&workers[i].thread, NULL, work, &workers[i]) != 0)
      fail (r, "pthread_create");
  }
  for (unsigned i = 0; i < n; i++)
    pthread_join (workers[i].thread, NULL);
}
