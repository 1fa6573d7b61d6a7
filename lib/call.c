/* SPDX-License-Identifier: MIT */
/* Entering and leaving the library, and what is published in between.
 *
 * Phase, readiness and direction are one atomic word, so that unlocked
 * queries agree with each other.  It is stored whenever the lock is given
 * up, sleeping included.
 */

#include "internal.h"

#include <assert.h>
#include <errno.h>

#define HANDLE_MAGIC UINT32_C (0x4e424448)

#define PUBLISHED_PHASE 0x00ffu
#define PUBLISHED_READY 0x0100u
#define PUBLISHED_DIRECTION_SHIFT 12

void
nbdi_mark_alive (struct nbd_handle *h, bool alive)
{
  h->magic = alive ? HANDLE_MAGIC : 0;
}

void
nbdi_enter_unlocked (struct nbd_handle *h, const char *name)
{
  assert (h->magic == HANDLE_MAGIC);
  nbdi_set_context (name);
}

/* For calls that are made often and seldom ask the system for something. */
void
nbdi_enter_briefly (struct nbd_handle *h, const char *name)
{
  nbdi_enter_unlocked (h, name);
  pthread_mutex_lock (&h->lock);
}

void
nbdi_enter (struct nbd_handle *h, const char *name)
{
  nbdi_hold ();
  nbdi_enter_briefly (h, name);
}

/* What is awaited from the socket: by the machine, and by a transport that
 * has something of its own to send.
 */
unsigned
nbdi_wanted_direction (const struct nbd_handle *h)
{
  unsigned direction = nbdi_direction (h);

  if (direction != 0 && nbdi_transport_unsent (h))
    direction |= LIBNBD_AIO_DIRECTION_WRITE;
  return direction;
}

/* Whether the machine can go on without the socket: with what is in a buffer,
 * ours or one of the transport, or because nothing can be sent any more.
 */
bool
nbdi_can_go_on (const struct nbd_handle *h)
{
  unsigned direction = nbdi_direction (h);

  if (unlikely (h->broken_errno != 0))
    return direction != 0;
  return (direction & LIBNBD_AIO_DIRECTION_READ) != 0 &&
    ((h->in.end > h->in.pos && h->in.end - h->in.pos >= h->in.need) ||
     nbdi_transport_pending (h));
}

/* What the machine waits for, and BOTH while it can go on: a program that
 * polls for writing wakes at once.
 */
unsigned
nbdi_shown_direction (const struct nbd_handle *h)
{
  return nbdi_can_go_on (h) ? LIBNBD_AIO_DIRECTION_BOTH
                            : nbdi_wanted_direction (h);
}

void
nbdi_publish (struct nbd_handle *h)
{
  unsigned direction = nbdi_shown_direction (h);
  uint32_t word = nbdi_phase (h) | direction << PUBLISHED_DIRECTION_SHIFT;

  if (nbdi_idle (h))
    word |= PUBLISHED_READY;
  if ((direction & LIBNBD_AIO_DIRECTION_WRITE) != 0)
    h->write_shown = true;
  atomic_store_explicit (&h->published, word, memory_order_release);
}

void
nbdi_leave (struct nbd_handle *h)
{
  nbdi_publish (h);
  pthread_mutex_unlock (&h->lock);
  nbdi_release ();
}

bool
nbdi_phase_in (const struct nbd_handle *h, unsigned mask)
{
  return (nbdi_phase (h) & mask) != 0;
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

/* Say what cannot be, or NULL, because of what the handle is doing. */
int
nbdi_not_now (struct nbd_handle *h, int errnum, const char *what)
{
  unsigned phase = nbdi_phase (h);

  nbdi_add_fate (h);
  if ((phase & (NBDI_PHASE_DEAD | NBDI_PHASE_CLOSED)) != 0 && h->fatal_text)
    nbdi_error (EINVAL, "%s%sthe handle is %s (%s)", what ? what : "",
                what ? ": " : "", phase == NBDI_PHASE_DEAD ? "dead"
                : "closed", h->fatal_text);
  else
    nbdi_error (errnum, "%s while the handle is %s",
                what ? what : "not possible", phase_name (phase));
  return -1;
}

int
nbdi_check_phase (struct nbd_handle *h, unsigned mask)
{
  if (likely (nbdi_phase_in (h, mask)))
    return 0;
  return nbdi_not_now (h, nbdi_phase_in (h, NBDI_PHASE_CREATED)
                       ? ENOTCONN : EINVAL, NULL);
}

static unsigned
published_phase (struct nbd_handle *h)
{
  return atomic_load_explicit (&h->published, memory_order_acquire) &
    PUBLISHED_PHASE;
}

unsigned
nbdi_aio_get_direction (struct nbd_handle *h)
{
  return atomic_load_explicit (&h->published, memory_order_acquire) >>
    PUBLISHED_DIRECTION_SHIFT;
}

bool
nbdi_aio_is_created (struct nbd_handle *h)
{
  return published_phase (h) == NBDI_PHASE_CREATED;
}

bool
nbdi_aio_is_connecting (struct nbd_handle *h)
{
  return published_phase (h) == NBDI_PHASE_CONNECTING;
}

bool
nbdi_aio_is_negotiating (struct nbd_handle *h)
{
  return published_phase (h) == NBDI_PHASE_NEGOTIATING;
}

bool
nbdi_aio_is_ready (struct nbd_handle *h)
{
  uint32_t word = atomic_load_explicit (&h->published, memory_order_acquire);

  return (word & PUBLISHED_PHASE) == NBDI_PHASE_CONNECTED &&
    (word & PUBLISHED_READY) != 0;
}

bool
nbdi_aio_is_processing (struct nbd_handle *h)
{
  uint32_t word = atomic_load_explicit (&h->published, memory_order_acquire);

  return (word & PUBLISHED_PHASE) == NBDI_PHASE_CONNECTED &&
    (word & PUBLISHED_READY) == 0;
}

bool
nbdi_aio_is_dead (struct nbd_handle *h)
{
  return published_phase (h) == NBDI_PHASE_DEAD;
}

bool
nbdi_aio_is_closed (struct nbd_handle *h)
{
  return published_phase (h) == NBDI_PHASE_CLOSED;
}
