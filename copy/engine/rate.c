/* SPDX-License-Identifier: MIT */
/* A limit for the bandwidth, shared by all workers: a token bucket, which
 * fills with time.  One request may make it negative, so that a small limit
 * works with large requests. */
#include <config.h>

#include <stdlib.h>

#include "engine/rate.h"

/* The bucket holds at most what the limit allows in this time. */
#define BURST_SECONDS 0.1
/* The longest wait before the limit, which may change, is checked again. */
#define LONGEST_WAIT_MS 100

struct rate {
  pthread_mutex_t lock;
  double limit, bucket, last;
};

void
rate_begin (struct copy *c)
{
  struct rate *r = tool_alloc (sizeof *r);

  pthread_mutex_init (&r->lock, NULL);
  r->limit = c->settings.rate;
  r->last = tool_now ();
  c->rate = r;
}

int
rate_take (struct copy *c, uint64_t length)
{
  struct rate *r = c->rate;
  int wait = 0;

  if (c->settings.rate == 0)
    return 0;
  pthread_mutex_lock (&r->lock);
  double t = tool_now ();
  r->bucket = MIN (r->bucket + (t - r->last) * r->limit,
                   r->limit * BURST_SECONDS);
  r->last = t;
  if (r->bucket >= 0)
    r->bucket -= length;
  else
    wait = 1 + MIN (-r->bucket / r->limit * 1000, LONGEST_WAIT_MS);
  pthread_mutex_unlock (&r->lock);
  return wait;
}

void
rate_return (struct copy *c, uint64_t length)
{
  struct rate *r = c->rate;

  if (c->settings.rate == 0)
    return;
  pthread_mutex_lock (&r->lock);
  r->bucket += length;
  pthread_mutex_unlock (&r->lock);
}

void
copy_change_rate (struct copy *c, bool faster)
{
  struct rate *r = c->rate;
  char size[TOOL_SIZE_MAX];

  if (c->settings.rate == 0 || r == NULL)
    return;
  pthread_mutex_lock (&r->lock);
  r->limit = faster ? r->limit * 2 : MAX (r->limit / 2, 1024);
  uint64_t shown = r->limit;
  pthread_mutex_unlock (&r->lock);
  copy_warn (c, "the limit is now %s bytes per second",
             tool_human_size (size, shown));
}

void
rate_free (struct copy *c)
{
  free (c->rate);
}
