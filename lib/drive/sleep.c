/* SPDX-License-Identifier: MIT */
/* Sleeping, the only place where a thread can be cancelled. */

#include "drive/drive.h"

#include <errno.h>

static int
sleep_now (struct nbdi_sleep *s)
{
  if (s->fds != NULL)
    return poll (s->fds, s->nr_fds, s->timeout_ms);
  if (s->end != NULL)
    return pthread_cond_timedwait (&s->waiter->cond, &s->h->lock, s->end);
  return pthread_cond_wait (&s->waiter->cond, &s->h->lock);
}

static void
end_thread (void *opaque)
{
  struct nbdi_sleep *s = opaque;
  int before, state;

  pthread_setcancelstate (PTHREAD_CANCEL_DISABLE, &before);
  /* What it may still have to wait for does not end it a second time. */
  nbdi_thread.cancel_state = PTHREAD_CANCEL_DISABLE;
  s->h->seat.thread_ends (s);
  nbdi_thread = (struct nbdi_thread) { .held = false };
  pthread_setcancelstate (before, &state);
}

/* Sleep.  The thread may be cancelled here, if the program permits that at
 * all, and unless it is in a callback of another call, which holds a lock. */
int
nbdi_sleep (struct nbdi_sleep *s)
{
  int r, state, saved_errno;

  nbdi_hold ();
  if (s->stays || nbdi_thread.nested || !nbdi_thread.held
      || nbdi_thread.cancel_state != PTHREAD_CANCEL_ENABLE)
    return sleep_now (s);
  pthread_cleanup_push (end_thread, s);
  pthread_setcancelstate (PTHREAD_CANCEL_ENABLE, &state);
  r = sleep_now (s);
  saved_errno = errno;
  pthread_setcancelstate (PTHREAD_CANCEL_DISABLE, &state);
  pthread_cleanup_pop (0);
  errno = saved_errno;
  return r;
}
