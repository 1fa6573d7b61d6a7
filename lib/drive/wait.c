/* SPDX-License-Identifier: MIT */
/* Waiting in blocking calls. */

#include "drive/drive.h"

#include <errno.h>

static bool
waiter_is_done (const struct nbd_handle *h __attribute__ ((unused)),
                void *opaque)
{
  const struct nbdi_waiter *w = opaque;

  return w->done;
}

/* Wait by driving, or sleep while another thread drives. */
static void
wait_until_done (struct nbd_handle *h, struct nbdi_command *c,
                 struct nbdi_waiter *w)
{
  bool seated = h->seat.taken && !nbdi_seat_is_others (h);

  while (!w->done) {
    if (nbdi_seat_is_others (h)) {
      /* The last bytes may be in a buffer of the transport. */
      bool unsent = !c->sent || nbdi_transport_unsent (&h->link.channel);
      struct timespec then;
      if (nbdi_wait_for_driver (h, w, unsent, nbdi_next_question (h, &then))
            == -1
          && !w->done && nbdi_is_interrupted (h))
        nbdi_interrupt_command (h, c);
      continue;
    }
    nbdi_leave_queue (h, w);
    if (!seated)
      nbdi_sit_down (h);
    int r = nbdi_drive_until (h, waiter_is_done, w);
    if (r == -1 && !w->done && nbdi_last_errno () == EINTR)
      nbdi_interrupt_command (h, c);
    else if (r == -1 && !w->done)
      nbdi_hang_up (h);
    if (!seated)
      nbdi_leave_seat (h);
  }
  /* This thread may have been woken to take the seat: leave it to another. */
  nbdi_leave_queue (h, w);
  if (!h->seat.taken)
    nbdi_offer_seat (h);
  nbdi_end_waiter (w);
}

/* Wait for a command of the calling thread. */
int
nbdi_wait_command (struct nbd_handle *h, int64_t cookie)
{
  struct nbdi_command *c = nbdi_lookup_command (&h->session,
                                                (uint64_t) cookie);
  struct nbdi_command *outer = nbdi_thread.command;
  struct nbdi_waiter w = { .wake_fd = -1, .done = c->completed };

  if (!w.done) {
    c->waiter = &w;
    nbdi_thread.command = c;
    wait_until_done (h, c, &w);
    nbdi_thread.command = outer;
  }
  if (unlikely (c->error == ENOTCONN))
    nbdi_await_child_end (h);
  return nbdi_result_of_command (h, c);
}

/* The thread that waited for the command ends, so its buffer cannot be used
 * any more. */
static int
disown (struct nbd_handle *h, struct nbdi_command *c)
{
  const uint8_t *data = c->data;

  if (nbdi_disown_command (c, h->session.lasting) == -1)
    return -1;
  NBDI_EACH_LINK (h, l)
  if (l->reply.command == c && nbdi_gets_data (c->type))
    nbdi_move_fill (l, data, c->data);
  return 0;
}

/* The calling thread was cancelled in its sleep.  What it waited for goes
 * on without it, and other threads can go on using the handle. */
void
nbdi_thread_ends (struct nbdi_sleep *s)
{
  struct nbd_handle *h = s->h;
  struct nbdi_command *c = nbdi_thread.command;
  struct nbdi_waiter *w = c ? c->waiter : s->waiter;

  if (s->unlocked)
    pthread_mutex_lock (&h->lock);
  if (w != NULL && w->watches)
    nbdi_end_watch (h, w);
  bool seated = h->seat.taken && !nbdi_seat_is_others (h);
  if (seated)
    h->seat.events = 0;
  if (c != NULL) {
    nbdi_debug (&h->session.trace,
                "the thread that waited for %s was "
                "cancelled",
                nbdi_command_name (c->type));
    if (!w->done && disown (h, c) == -1)
      wait_until_done (h, c, w);
    if (w->done)
      nbdi_retire_command (&h->session, c);
  }
  if (w != NULL) {
    nbdi_leave_queue (h, w);
    nbdi_end_waiter (w);
  }
  if (nbdi_thread.option)
    nbdi_free_option (&h->link);
  if (seated)
    h->seat.taken = false;
  if (!h->seat.taken)
    nbdi_offer_seat (h);
  nbdi_publish (h);
  pthread_mutex_unlock (&h->lock);
}

static bool
not_connecting (const struct nbd_handle *h,
                void *opaque __attribute__ ((unused)))
{
  return !nbdi_phase_in (h, NBDI_PHASE_CONNECTING);
}

static int
drive_while_connecting (struct nbd_handle *h)
{
  bool outer = nbdi_thread.option;

  nbdi_take_seat (h);
  nbdi_thread.option = true;
  int r = nbdi_drive_until (h, not_connecting, NULL);
  /* The call was interrupted or could not wait, and nobody would go on. */
  if (r == -1 && nbdi_phase_in (h, NBDI_PHASE_CONNECTING))
    nbdi_hang_up (h);
  nbdi_thread.option = outer;
  nbdi_leave_seat (h);
  if (nbdi_phase_in (h, NBDI_PHASE_DEAD)) {
    nbdi_await_child_end (h);
    nbdi_fatal_error (h);
    r = -1;
  }
  return r;
}

/* Wait until the handle is connected, or is in option mode. */
int
nbdi_wait_connected (struct nbd_handle *h)
{
  if (drive_while_connecting (h) == -1)
    return -1;
  if (nbdi_phase_in (h, NBDI_PHASE_CONNECTED | NBDI_PHASE_NEGOTIATING))
    return 0;
  nbdi_error (ENOTCONN, "the server ended the connection");
  return -1;
}

/* Wait for the end of an option, and return the result of its blocking
 * form. */
int
nbdi_wait_option (struct nbd_handle *h)
{
  if (drive_while_connecting (h) == -1)
    return -1;
  if (h->link.opt.value == -1)
    nbdi_option_error (&h->link);
  return h->link.opt.value;
}
