/* SPDX-License-Identifier: MIT */
/* Signals and events while a call waits.  By then the program's handler or
 * callback has run; the interrupt callback decides whether the call ends
 * early. */

#include "drive/drive.h"

#include <errno.h>

/* How often the callback is called in a thread that sleeps while another
 * one drives, because a signal does not wake that sleep. */
#define ASK_MS 200

static const char interrupted[] = "the call was interrupted";

/* Whether the call is to end early.  Without a callback it never is. */
bool
nbdi_is_interrupted (struct nbd_handle *h)
{
  const nbd_interrupt_callback *interrupt = &h->session.interrupt;

  return interrupt->callback != NULL
         && NBDI_CALLBACK (interrupt->callback (interrupt->user_data)) != 0;
}

/* When to call the callback next; NULL: never. */
const struct timespec *
nbdi_next_question (const struct nbd_handle *h, struct timespec *then)
{
  if (h->session.interrupt.callback == NULL)
    return NULL;
  nbdi_deadline (ASK_MS, then);
  return then;
}

void
nbdi_interrupted_error (void)
{
  nbdi_error (EINTR, "%s", interrupted);
}

/* End the command that the call waits for.  Without memory the call goes on
 * waiting. */
void
nbdi_interrupt_command (struct nbd_handle *h, struct nbdi_command *c)
{
  nbdi_end_command (h, c, EINTR, "%s", interrupted);
}
