/* SPDX-License-Identifier: MIT */
/* Threads that are cancelled.  They can end only where they sleep in a call
 * that waits; anywhere else they would leave the lock taken or a descriptor
 * open.  So cancelling is put off, from the first thing in a call at which a
 * thread might end until the call returns.  It is done that late because
 * calls that issue a command often do no such thing, and must cost little. */

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
