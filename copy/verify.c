/* SPDX-License-Identifier: MIT */
/* Verification.  While copying, the place and the digest of each chunk go
 * to a temporary file.  Then the same chunks are read from the destination
 * in the same way as before from the source. */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "copy.h"

#define RECORDS_AT_ONCE 256

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static FILE *records;
static bool broken;

void
verify_begin (struct copy *c)
{
  if (!c->o.verify)
    return;
  records = tmpfile ();
  if (records == NULL)
    tool_fail ("cannot make a temporary file for digests: %m");
}

void
verify_record (struct copy *c, const struct extent *what)
{
  if (!c->o.verify || c->verifying)
    return;
  pthread_mutex_lock (&lock);
  if (fwrite (what, sizeof *what, 1, records) != 1)
    broken = true;
  pthread_mutex_unlock (&lock);
}

/* Called with the work locked, when nothing is ready.  False at the end. */
static bool
refill (struct copy *c)
{
  struct work *w = &c->work;
  struct extent e;
  int count = 0;

  while (count < RECORDS_AT_ONCE) {
    if (fread (&e, sizeof e, 1, records) != 1) {
      if (ferror (records))
        copy_fail (c, "cannot read digests back: %m");
      return false;
    }
    count++;
    if (e.kind == ZERO && w->mapping) {
      e.kind = UNMAPPED;
      extents_push (&w->unmapped, e);
      continue;
    }
    e.kind = DATA;
    extents_push (&w->ready, e);
    w->ready_bytes += e.end - e.start;
  }
  return true;
}

/* Read back what was written; the caller has flushed it. */
int
verify_run (struct copy *c)
{
  if (fflush (records) == EOF || broken) {
    copy_fail (c, "cannot keep digests: %m");
    return -1;
  }
  rewind (records);
  c->verifying = true;
  c->from = c->to;
  extents_free (&c->work.unmapped);
  extents_free (&c->work.ready);
  work_init (c);
  c->work.mapping = c->from->has_map;
  c->work.refill = refill;
  int r = run_workers (c);
  fclose (records);
  return r;
}
