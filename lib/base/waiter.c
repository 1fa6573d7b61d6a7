/* SPDX-License-Identifier: MIT */
/* A thread that waits for another one. */

#include "base/base.h"

#include <sys/eventfd.h>
#include <unistd.h>

/* Most waiters never need this, because they drive the machine themselves. */
void
nbdi_prepare_to_sleep (struct nbdi_waiter *w)
{
  pthread_condattr_t attr;

  if (w->may_sleep)
    return;
  w->may_sleep = true;
  pthread_condattr_init (&attr);
  pthread_condattr_setclock (&attr, CLOCK_MONOTONIC);
  pthread_cond_init (&w->cond, &attr);
  pthread_condattr_destroy (&attr);
}

/* Free what the waiter needed for sleeping. */
void
nbdi_end_waiter (struct nbdi_waiter *w)
{
  if (w->may_sleep)
    pthread_cond_destroy (&w->cond);
  if (w->wake_fd >= 0)
    close (w->wake_fd);
  w->may_sleep = false;
  w->wake_fd = -1;
}

/* Wake another thread, however it sleeps. */
void
nbdi_wake (struct nbdi_waiter *w)
{
  if (w->watches && w->wake_fd >= 0)
    eventfd_write (w->wake_fd, 1);
  if (w->may_sleep)
    pthread_cond_signal (&w->cond);
}
