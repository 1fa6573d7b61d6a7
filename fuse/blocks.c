/* SPDX-License-Identifier: MIT */
/* st_blocks: how much of an export is allocated at the server.
 *
 * stat has to be quick, so counting goes on for a moment only.  What is not
 * known by then counts as allocated, and the next stat continues.
 */
#include <config.h>

#include <stdlib.h>

#include "nbdfuse.h"

#define PATIENCE_MS 300
#define ALL_QUERIES 1000000
#define BLOCK 512

struct waiter {
  struct waiter *next;
  int64_t deadline_ms;
  void (*done) (void *opaque, uint64_t blocks);
  void *opaque;
};

struct scan {
  struct walk walk;
  bool running, complete;
  uint64_t changes;             /* of the disk at its beginning */
  uint64_t allocated;           /* bytes before the walk's position */
  struct waiter *waiters;
};

static unsigned nr_waiters;

static uint64_t
blocks_now (const struct disk *disk)
{
  const struct scan *scan = disk->scan;
  uint64_t bytes = disk->size;
  if (scan)
    bytes = scan->allocated + (disk->size - scan->walk.position);
  return bytes / BLOCK + (bytes % BLOCK != 0);
}

/* Answer those that are waiting: all, or whose time is over. */
static void
answer (struct disk *disk, bool all)
{
  int64_t now = tool_now_ms ();
  for (struct waiter **link = &disk->scan->waiters; *link != NULL; ) {
    struct waiter *waiter = *link;
    if (!all && waiter->deadline_ms > now) {
      link = &waiter->next;
      continue;
    }
    *link = waiter->next;
    nr_waiters--;
    waiter->done (waiter->opaque, blocks_now (disk));
    free (waiter);
  }
}

static bool
add_up (struct walk *walk, uint64_t end, uint64_t flags)
{
  struct scan *scan = (struct scan *) walk;
  if (!(flags & LIBNBD_STATE_HOLE))
    scan->allocated += end - walk->position;
  return false;
}

static void
scan_done (struct walk *walk, bool complete)
{
  struct scan *scan = (struct scan *) walk;
  scan->running = false;
  scan->complete = complete;
  answer (walk->disk, true);
}

static void
scan_go_on (struct disk *disk)
{
  struct scan *scan = disk->scan;
  if (scan->running)
    return;
  if (scan->changes != disk->changes) {
    scan->walk.position = 0;
    scan->allocated = 0;
    scan->complete = false;
    scan->changes = disk->changes;
  }
  scan->walk.queries = ALL_QUERIES;
  scan->running = true;
  walk_start (&scan->walk);
}

void
blocks_count (struct disk *disk,
              void (*done) (void *opaque, uint64_t blocks), void *opaque)
{
  struct scan *scan = disk->scan;
  struct waiter *waiter = NULL;
  if (scan == NULL && disk->can_map) {
    scan = disk->scan = calloc (1, sizeof *scan);
    if (scan)
      scan->walk = (struct walk) {
        .disk = disk, .visit = add_up, .done = scan_done,
      };
  }
  if (scan && !(scan->complete && scan->changes == disk->changes))
    waiter = malloc (sizeof *waiter);
  if (waiter == NULL) {
    done (opaque, blocks_now (disk));
    return;
  }
  *waiter = (struct waiter) {
    .next = scan->waiters, .deadline_ms = tool_now_ms () + PATIENCE_MS,
    .done = done, .opaque = opaque,
  };
  scan->waiters = waiter;
  nr_waiters++;
  scan_go_on (disk);
}

int
blocks_timeout (void)
{
  return nr_waiters ? PATIENCE_MS / 4 : -1;
}

void
blocks_expire (void)
{
  for (size_t i = 0; nr_waiters && i < nr_disks; i++)
    if (disks[i].scan)
      answer (&disks[i], false);
}
