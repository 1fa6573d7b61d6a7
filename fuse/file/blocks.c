/* SPDX-License-Identifier: MIT */
/* st_blocks: how much of an export is allocated at the server.
 *
 * Counting continues only while a stat waits for it, which is limited, and
 * takes a limited share of the time, however often stat is called.  Ranges
 * that are not known when a stat is answered count as allocated, and a later
 * stat continues.
 *
 * A pass over the disk continues even if the disk is written meanwhile.  Until
 * the next pass is finished its result is used, plus the bytes that were
 * written since it began. */
#include <config.h>

#include <stdlib.h>

#include "disk.h"
#include "outage.h"
#include "status.h"

/* How long one stat may wait. */
#define PATIENCE_MS 300
/* A tenth of the time is for counting; up to CREDIT_MS of it are saved up. */
#define SHARE 10
#define CREDIT_MS 1000
#define BLOCK 512

struct waiter {
  struct waiter *next;
  void (*done) (void *opaque, uint64_t blocks);
  void *opaque;
};

/* Counters of the disk when a pass began. */
struct counters {
  uint64_t changes, allocating;
};

struct scan {
  struct walk walk;             /* the pass in progress */
  struct counters began;        /* when this pass began */
  uint64_t allocated;           /* bytes before the walk's position */
  bool has_total;               /* a pass was finished before */
  struct counters counted_from; /* when that began */
  uint64_t total;               /* allocated bytes that it found */

  bool running;
  struct waiter *waiters;
  int64_t started_ms, granted_ms;
};

static unsigned nr_waiters;
static int64_t credit_ms = CREDIT_MS, earned_until_ms;

static void
earn (int64_t now)
{
  int64_t earned = (now - earned_until_ms) / SHARE;
  earned_until_ms += earned * SHARE;
  credit_ms += earned;
  if (credit_ms > CREDIT_MS)
    credit_ms = CREDIT_MS;
}

/* Begin to count: take all the time that one stat may take. */
static void
take_credit (struct scan *scan)
{
  int64_t now = tool_now_ms ();
  earn (now);
  scan->started_ms = now;
  scan->granted_ms = credit_ms < PATIENCE_MS ? credit_ms : PATIENCE_MS;
  if (scan->granted_ms < 0)
    scan->granted_ms = 0;
  credit_ms -= scan->granted_ms;
}

/* Give back the time that was not used.  If a query took longer the credit
 * becomes negative, down to a limit. */
static void
settle_credit (const struct scan *scan)
{
  int64_t now = tool_now_ms ();
  earn (now);
  credit_ms += scan->granted_ms - (now - scan->started_ms);
  if (credit_ms < -CREDIT_MS)
    credit_ms = -CREDIT_MS;
}

static uint64_t
blocks_now (const struct disk *disk)
{
  const struct scan *scan = disk->scan;
  uint64_t bytes = disk->size;
  if (scan && scan->has_total) {
    uint64_t written = disk->allocating - scan->counted_from.allocating;
    if (written < disk->size - scan->total)
      bytes = scan->total + written;
  }
  else if (scan)
    bytes = scan->allocated + (disk->size - scan->walk.position);
  return bytes / BLOCK + (bytes % BLOCK != 0);
}

static void
answer (struct disk *disk)
{
  struct waiter *waiter = disk->scan->waiters;
  disk->scan->waiters = NULL;
  while (waiter) {
    struct waiter *next = waiter->next;
    nr_waiters--;
    waiter->done (waiter->opaque, blocks_now (disk));
    free (waiter);
    waiter = next;
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
  settle_credit (scan);
  if (complete) {
    scan->has_total = true;
    scan->counted_from = scan->began;
    scan->total = scan->allocated;
  }
  answer (walk->disk);
}

/* Continue a pass, or begin the next one. */
static void
scan_go_on (struct disk *disk)
{
  struct scan *scan = disk->scan;
  take_credit (scan);
  if (scan->granted_ms == 0)
    return;
  if (scan->walk.position == 0 || scan->walk.position >= disk->size) {
    scan->walk.position = 0;
    scan->allocated = 0;
    scan->began = (struct counters) {
      .changes = disk->changes,
      .allocating = disk->allocating,
    };
  }
  scan->walk.deadline_ms = scan->started_ms + scan->granted_ms;
  scan->running = true;
  walk_start (&scan->walk);
}

static bool
is_known (const struct disk *disk)
{
  const struct scan *scan = disk->scan;
  return scan->has_total && scan->counted_from.changes == disk->changes;
}

void
blocks_count (struct disk *disk, void (*done) (void *opaque, uint64_t blocks),
              void *opaque)
{
  struct scan *scan = disk->scan;
  struct waiter *waiter = NULL;
  if (scan == NULL && disk->can_map) {
    scan = disk->scan = calloc (1, sizeof *scan);
    if (scan)
      scan->walk = (struct walk) {
        .disk = disk,
        .visit = add_up,
        .done = scan_done,
      };
  }
  if (scan && !scan->running && !is_known (disk) && outage_ms (disk) == 0)
    scan_go_on (disk);
  if (scan && scan->running && tool_now_ms () < scan->walk.deadline_ms)
    waiter = malloc (sizeof *waiter);
  if (waiter == NULL) {
    done (opaque, blocks_now (disk));
    return;
  }
  *waiter = (struct waiter) {
    .next = scan->waiters,
    .done = done,
    .opaque = opaque,
  };
  scan->waiters = waiter;
  nr_waiters++;
}

int
blocks_timeout (void)
{
  int64_t timeout = nr_waiters ? PATIENCE_MS : -1;
  for (size_t i = 0; nr_waiters && i < nr_disks; i++)
    if (disks[i].scan && disks[i].scan->waiters) {
      int64_t left = disks[i].scan->walk.deadline_ms - tool_now_ms ();
      if (left < timeout)
        timeout = left < 0 ? 0 : left;
    }
  return timeout;
}

void
blocks_expire (void)
{
  for (size_t i = 0; nr_waiters && i < nr_disks; i++)
    if (disks[i].scan && disks[i].scan->waiters
        && tool_now_ms () >= disks[i].scan->walk.deadline_ms)
      answer (&disks[i]);
}
