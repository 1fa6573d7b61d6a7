/* SPDX-License-Identifier: MIT */
/* Entering and leaving the library, and the queries that do not lock. */

#include "api/library.h"

#include <assert.h>

#define HANDLE_MAGIC UINT32_C (0x4e424448)

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

/* For calls that are frequent and rarely make a system call. */
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

void
nbdi_leave (struct nbd_handle *h)
{
  nbdi_publish (h);
  pthread_mutex_unlock (&h->lock);
  nbdi_release ();
}

static unsigned
published_phase (struct nbd_handle *h)
{
  return atomic_load_explicit (&h->published, memory_order_acquire)
         & NBDI_PUBLISHED_PHASE;
}

unsigned
nbdi_aio_get_direction (struct nbd_handle *h)
{
  return atomic_load_explicit (&h->published, memory_order_acquire)
         >> NBDI_PUBLISHED_DIRECTION_SHIFT;
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

  return (word & NBDI_PUBLISHED_PHASE) == NBDI_PHASE_CONNECTED
         && (word & NBDI_PUBLISHED_READY) != 0;
}

bool
nbdi_aio_is_processing (struct nbd_handle *h)
{
  uint32_t word = atomic_load_explicit (&h->published, memory_order_acquire);

  return (word & NBDI_PUBLISHED_PHASE) == NBDI_PHASE_CONNECTED
         && (word & NBDI_PUBLISHED_READY) == 0;
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
