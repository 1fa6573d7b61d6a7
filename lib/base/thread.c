/* SPDX-License-Identifier: MIT */
/* Threads that are cancelled (pthread_cancel).  A thread can end only where
 * it sleeps in a call that waits; anywhere else it would leave the lock
 * taken or a descriptor open.  So cancellation is put off, from the first
 * possible cancellation point in a call until the call returns.  It is not
 * put off earlier, because many calls that issue a command have no such
 * point, and must cost little. */

#include "base/base.h"

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

/* What follows is code of the program, which may call the library again. */
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
