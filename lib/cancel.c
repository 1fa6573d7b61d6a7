/* SPDX-License-Identifier: MIT */
/* Threads that are cancelled.  They can end only where they sleep in a call
 * that waits; anywhere else they would leave the lock taken or a descriptor
 * open.  So cancelling is put off, from the first thing in a call at which a
 * thread might end until the call returns.  It is done that late because
 * calls that issue a command often do no such thing, and must cost little.
 */

#include "internal.h"

#include <errno.h>
#include <poll.h>

_Thread_local struct nbdi_thread nbdi_thread
  __attribute__ ((tls_model ("initial-exec")));

void
nbdi_put_off_cancelling (void)
{
  nbdi_thread.held = true;
  pthread_setcancelstate (PTHREAD_CANCEL_DISABLE, &nbdi_thread.cancel_state);
}

void
nbdi_resume_cancelling (void)
{
  int state;

  nbdi_thread.held = false;
  pthread_setcancelstate (nbdi_thread.cancel_state, &state);
}

/* What begins is code of the program, which may call us again. */
bool
nbdi_begin_callback (void)
{
  bool nested = nbdi_thread.nested;

  nbdi_hold ();
  nbdi_thread.nested = true;
  return nested;
}

void
nbdi_end_callback (bool nested)
{
  nbdi_thread.nested = nested;
}

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
  int before, state;

  pthread_setcancelstate (PTHREAD_CANCEL_DISABLE, &before);
  nbdi_thread_ends (opaque);
  nbdi_thread = (struct nbdi_thread) { .held = false };
  pthread_setcancelstate (before, &state);
}

/* Sleep, where the thread may end if the program lets it end at all and is
 * not in a callback of another call, which has a lock.
 */
int
nbdi_sleep (struct nbdi_sleep *s)
{
  int r, state, saved_errno;

  nbdi_hold ();
  if (s->stays || nbdi_thread.nested || !nbdi_thread.held ||
      nbdi_thread.cancel_state != PTHREAD_CANCEL_ENABLE)
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
