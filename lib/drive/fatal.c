/* SPDX-License-Identifier: MIT */
/* Errors for calls in the wrong phase, and why the handle died. */

#include "drive/drive.h"

#include <errno.h>
#include <stdio.h>

/* How many milliseconds a blocking call waits for the end of a child that
 * closed the connection. */
#define MAX_WAIT_MS 20

/* Add to the reason why the handle died how its child ended, if that is
 * known now. */
void
nbdi_add_child_end (struct nbd_handle *h)
{
  char *text;

  if (likely (!h->link.reach.end_unknown) || h->session.fatal_text == NULL)
    return;
  CLEANUP_FREE char *end = nbdi_child_end (&h->link.reach);
  if (end != NULL
      && asprintf (&text, "%s; %s", h->session.fatal_text, end) != -1) {
    free (h->session.fatal_text);
    h->session.fatal_text = text;
  }
}

/* The same in a call that may wait.  It gives up the lock meanwhile, so
 * that other threads need not wait. */
void
nbdi_await_child_end (struct nbd_handle *h)
{
  const struct timespec millisecond = { .tv_nsec = 1000000 };

  nbdi_add_child_end (h);
  for (int i = 0; i < MAX_WAIT_MS && h->link.reach.end_unknown; i++) {
    nbdi_publish (h);
    pthread_mutex_unlock (&h->lock);
    nanosleep (&millisecond, NULL);
    pthread_mutex_lock (&h->lock);
    nbdi_add_child_end (h);
  }
  h->link.reach.end_unknown = false;
}

/* Set this thread's error to the reason why the handle died. */
void
nbdi_fatal_error (struct nbd_handle *h)
{
  nbdi_add_child_end (h);
  const char *text = h->session.fatal_text;
  nbdi_error (0, "%s", text ? text : "out of memory");
  nbdi_set_last_errno (h->session.fatal_errno);
}

static const char *
phase_name (unsigned phase)
{
  switch (phase) {
  case NBDI_PHASE_CREATED: return "not connected yet";
  case NBDI_PHASE_CONNECTING: return "still connecting or negotiating";
  case NBDI_PHASE_NEGOTIATING: return "negotiating options";
  case NBDI_PHASE_CONNECTED: return "connected";
  case NBDI_PHASE_CLOSED: return "closed";
  default: return "dead after a fatal error";
  }
}

/* Set the error for `what` (or NULL), which is impossible in the present
 * phase of the handle. */
int
nbdi_not_now (struct nbd_handle *h, int errnum, const char *what)
{
  unsigned phase = nbdi_handle_phase (h);

  nbdi_add_child_end (h);
  if ((phase & (NBDI_PHASE_DEAD | NBDI_PHASE_CLOSED)) != 0
      && h->session.fatal_text)
    nbdi_error (EINVAL, "%s%sthe handle is %s (%s)", what ? what : "",
                what ? ": " : "",
                phase == NBDI_PHASE_DEAD ? "dead" : "closed",
                h->session.fatal_text);
  else
    nbdi_error (errnum, "%s while the handle is %s",
                what ? what : "not possible", phase_name (phase));
  return -1;
}

/* Whether the handle is in one of the phases in which a call is permitted;
 * otherwise the error is set. */
int
nbdi_check_phase (struct nbd_handle *h, unsigned phases)
{
  if (likely (nbdi_phase_in (h, phases)))
    return 0;
  return nbdi_not_now (
    h, nbdi_phase_in (h, NBDI_PHASE_CREATED) ? ENOTCONN : EINVAL, NULL);
}
