/* SPDX-License-Identifier: MIT */
/* Verification.  While copying, the position and the digest of each chunk are
 * written to a temporary file.  Then the same chunks are read from the
 * destination, in the same way as before from the source. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "engine/verify.h"

#define RECORDS_AT_ONCE 256

struct verify {
  pthread_mutex_t lock;
  FILE *records;
  bool broken; /* some of them could not be written */
};

int
verify_begin (struct copy *c)
{
  const char *dir = tool_tmpdir ("/tmp");
  struct verify *v;

  if (!c->settings.verify)
    return 0;
  c->verify = v = tool_alloc (sizeof *v);
  pthread_mutex_init (&v->lock, NULL);
  int fd = tool_scratch_file (dir);
  v->records = fd != -1 ? fdopen (fd, "w+") : NULL;
  if (v->records != NULL)
    return 0;
  copy_fail (c,
             "%s: cannot make a temporary file for digests there: %m; TMPDIR "
             "can name another directory",
             dir);
  return -1;
}

void
verify_record (struct copy *c, const struct extent *what)
{
  struct verify *v = c->verify;

  if (!c->settings.verify || c->verifying || what->again)
    return;
  pthread_mutex_lock (&v->lock);
  if (fwrite (what, sizeof *what, 1, v->records) != 1)
    v->broken = true;
  pthread_mutex_unlock (&v->lock);
}

/* Make more chunks ready, with the work locked, when none is.  False at the
 * end of the records, and after copy_fail. */
static bool
refill (struct copy *c)
{
  struct work *w = &c->work;
  FILE *records = c->verify->records;
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
      tool_walk_add (&w->walk, e.start, e.end);
      continue;
    }
    e.kind = DATA;
    extents_push (&w->ready, e);
    w->ready_bytes += e.end - e.start;
  }
  return true;
}

int
verify_prepare (struct copy *c)
{
  struct verify *v = c->verify;

  if (fflush (v->records) == EOF || v->broken) {
    copy_fail (c, "cannot keep digests: %m");
    return -1;
  }
  rewind (v->records);
  c->verifying = true;
  c->from = c->to;
  work_free (c);
  work_init (c, c->from->has_map);
  c->work.refill = refill;
  return 0;
}

void
verify_free (struct copy *c)
{
  if (c->verify != NULL && c->verify->records != NULL)
    fclose (c->verify->records);
  free (c->verify);
}
