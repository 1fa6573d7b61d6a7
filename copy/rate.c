/* SPDX-License-Identifier: MIT */
/* A limit for the bandwidth, shared by all workers: a bucket that fills with
 * time.  It may run into debt by one request, so that small limits work
 * with large requests. */
#include <config.h>

#include "copy.h"

/* What may be saved up while nothing is copied. */
#define BURST_SECONDS 0.1
/* Waits are looked at again, as the limit may change. */
#define LONGEST_WAIT_MS 100

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static double limit, bucket, last;

void
rate_begin (struct copy *c)
{
  limit = c->o.rate;
  last = tool_now ();
}

int
rate_take (struct copy *c, uint64_t length)
{
  int wait = 0;

  if (c->o.rate == 0)
    return 0;
  pthread_mutex_lock (&lock);
  double t = tool_now ();
  bucket = MIN (bucket + (t - last) * limit, limit * BURST_SECONDS);
  last = t;
  if (bucket >= 0)
    bucket -= length;
  else
    wait = 1 + MIN (-bucket / limit * 1000, LONGEST_WAIT_MS);
  pthread_mutex_unlock (&lock);
  return wait;
}

void
rate_return (struct copy *c, uint64_t length)
{
  if (c->o.rate == 0)
    return;
  pthread_mutex_lock (&lock);
  bucket += length;
  pthread_mutex_unlock (&lock);
}

/* Double or halve the limit. */
void
rate_change (struct copy *c, bool faster)
{
  char size[TOOL_SIZE_MAX];

  pthread_mutex_lock (&lock);
  limit = faster ? limit * 2 : MAX (limit / 2, 1024);
  uint64_t shown = limit;
  pthread_mutex_unlock (&lock);
  copy_warn (c, "the limit is now %s bytes per second",
             tool_human_size (size, shown));
}
