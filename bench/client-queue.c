/* SPDX-License-Identifier: MIT */
/* The measured client's cases with many requests in flight on one handle. */

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libnbd.h>

#include "client.h"
#include "common.h"

/* One of the requests in flight. */
struct slot {
  struct queue *queue;
  char *buf;
  uint64_t offset;
  double issued;
};

/* The requests in flight on one handle. */
struct queue {
  const struct plan *plan;
  struct nbd_handle *nbd;
  struct slot *slots;
  struct slot **idle; /* stack of slots without a request */
  unsigned idles;
  bool writing;
  struct pauses *pauses; /* NULL: pauses are not measured */
};

/* The longest time without a reply, and for one request. */
struct pauses {
  double last, longest, slowest;
};

static void
note_pause (struct pauses *p, const struct slot *slot)
{
  double time = seconds_now ();

  if (p->last != 0 && time - p->last > p->longest)
    p->longest = time - p->last;
  if (time - slot->issued > p->slowest)
    p->slowest = time - slot->issued;
  p->last = time;
}

/* A request has ended; the main loop will use its slot again. */
static int
completed (void *opaque, int *error)
{
  struct slot *slot = opaque;
  struct queue *q = slot->queue;

  if (*error != 0)
    die ("request failed: %s", strerror (*error));
  if (q->plan->verify && !q->writing)
    pattern_check (slot->buf, q->plan->size, slot->offset, q->plan->salt);
  if (q->pauses != NULL)
    note_pause (q->pauses, slot);
  q->idle[q->idles++] = slot;
  return 1;
}

static void
issue (struct queue *q, uint64_t offset)
{
  struct slot *slot = q->idle[--q->idles];
  nbd_completion_callback done = {
    .callback = completed,
    .user_data = slot,
  };
  int64_t cookie;

  slot->offset = offset;
  if (q->pauses != NULL)
    slot->issued = seconds_now ();
  if (q->writing) {
    if (q->plan->verify)
      pattern_fill (slot->buf, q->plan->size, offset, q->plan->salt);
    cookie = nbd_aio_pwrite (q->nbd, slot->buf, q->plan->size, offset, done,
                             0);
  }
  else
    cookie = nbd_aio_pread (q->nbd, slot->buf, q->plan->size, offset, done,
                            0);
  if (cookie == -1)
    die_nbd (q->writing ? "nbd_aio_pwrite" : "nbd_aio_pread");
}

/* Wait for something to happen, with the program's own poll. */
static void
wait_notify (struct nbd_handle *nbd)
{
  unsigned dir = nbd_aio_get_direction (nbd);
  struct pollfd pfd = { .fd = nbd_aio_get_fd (nbd) };

  if (dir & LIBNBD_AIO_DIRECTION_READ)
    pfd.events |= POLLIN;
  if (dir & LIBNBD_AIO_DIRECTION_WRITE)
    pfd.events |= POLLOUT;
  if (poll (&pfd, 1, -1) == -1)
    die ("poll failed");
  if ((dir & LIBNBD_AIO_DIRECTION_READ)
      && (pfd.revents & (POLLIN | POLLHUP | POLLERR))) {
    if (nbd_aio_notify_read (nbd) == -1)
      die_nbd ("nbd_aio_notify_read");
  }
  else if ((dir & LIBNBD_AIO_DIRECTION_WRITE) && (pfd.revents & POLLOUT)) {
    if (nbd_aio_notify_write (nbd) == -1)
      die_nbd ("nbd_aio_notify_write");
  }
}

static void
queue_init (struct queue *q, const struct plan *plan, bool writing)
{
  *q = (struct queue) {
    .plan = plan,
    .nbd = open_handle (plan),
    .slots = allocate (plan->depth * sizeof *q->slots),
    .idle = allocate (plan->depth * sizeof *q->idle),
    .writing = writing,
  };
  for (unsigned i = 0; i < plan->depth; i++) {
    q->slots[i] = (struct slot) {
      .queue = q,
      .buf = allocate (plan->size),
    };
    q->idle[q->idles++] = &q->slots[i];
  }
}

static void
queue_free (struct queue *q)
{
  close_handle (q->nbd);
  for (unsigned i = 0; i < q->plan->depth; i++)
    free (q->slots[i].buf);
  free (q->idle);
  free (q->slots);
}

/* Keep the queue full until the plan ends, then empty it. */
static uint64_t
queue_run (struct queue *q, const struct meter *m, struct offsets *offsets)
{
  uint64_t issued = 0;
  bool more = true;

  while (more || q->idles < q->plan->depth) {
    while (more && q->idles > 0) {
      more = meter_goes_on (m, q->plan, issued);
      if (more) {
        issue (q, offsets_next (offsets));
        issued++;
      }
    }
    if (q->idles == q->plan->depth)
      break;
    if (q->plan->notify)
      wait_notify (q->nbd);
    else if (nbd_poll (q->nbd, -1) == -1)
      die_nbd ("nbd_poll");
  }
  return issued;
}

static void
case_queue (const struct plan *plan, bool writing)
{
  struct queue q;
  struct offsets offsets;
  struct meter m;

  queue_init (&q, plan, writing);
  offsets_init (&offsets, plan, export_size (q.nbd), 0);
  meter_start (&m, plan);
  uint64_t n = queue_run (&q, &m, &offsets);
  meter_print (&m, plan, n);
  queue_free (&q);
}

/* Read blocks, --depth at a time. */
void
case_read (const struct plan *plan)
{
  case_queue (plan, false);
}

/* Write blocks, --depth at a time. */
void
case_write (const struct plan *plan)
{
  case_queue (plan, true);
}

/* Read blocks, and print how long the longest pauses were. */
void
case_pauses (const struct plan *plan)
{
  struct queue q;
  struct offsets offsets;
  struct meter m;
  struct pauses pauses = { .last = 0 };

  queue_init (&q, plan, false);
  q.pauses = &pauses;
  offsets_init (&offsets, plan, export_size (q.nbd), 0);
  meter_start (&m, plan);
  queue_run (&q, &m, &offsets);
  printf ("{\"case\": \"pauses\", \"longest\": %.6f, \"slowest\": %.6f}\n",
          pauses.longest, pauses.slowest);
  queue_free (&q);
}
