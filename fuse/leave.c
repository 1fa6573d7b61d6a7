/* SPDX-License-Identifier: MIT */
/* Leaving: what the end waits for, and what it gives up. */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "disk.h"
#include "leave.h"
#include "loop.h"
#include "notify.h"
#include "outage.h"
#include "phase.h"

/* A server that is away, and may come back, is not waited for longer. */
#define AWAY_MS 1000

static bool flush_failed;

static void
flush_done (struct command *command)
{
  struct disk *disk = command->disk;
  if (command->error) {
    tool_error ("%s: flushing at the end failed, what was written last may "
                "be lost (%" PRIu64 " bytes): %s",
                disk->name, disk_unflushed (disk), strerror (command->error));
    flush_failed = true;
  }
  else
    disk_was_flushed (disk, disk->written);
  free (command);
}

/* As when any file system is unmounted, what was written shall be on stable
 * storage. */
static void
flush_all (void)
{
  for (size_t i = 0; i < nr_disks; i++) {
    struct disk *disk = &disks[i];
    if (disk->read_only || !disk->can_flush || disk_unflushed (disk) == 0)
      continue;
    struct command *command = tool_alloc (sizeof *command);
    *command = (struct command) {
      .disk = disk,
      .operation = FLUSH,
      .done = flush_done,
    };
    command_start (command);
  }
}

/* Is there something in flight on which data depends?  If so, whether all
 * servers are away that have to answer it. */
static bool
is_changing (bool *away)
{
  bool changing = false;
  *away = true;
  for (size_t i = 0; i < nr_disks; i++)
    if (disks[i].changing > 0) {
      changing = true;
      *away &= outage_ms (&disks[i]) > 0;
    }
  return changing;
}

/* What is lost unless a server does without a word what it was asked for. */
static void
tell_losses (void)
{
  for (size_t i = 0; i < nr_disks; i++) {
    struct disk *disk = &disks[i];
    int64_t away_ms = outage_ms (disk);
    if (disk->changing == 0)
      continue;
    char *why = away_ms == 0
                  ? tool_format ("the server does not answer")
                  : tool_format ("the server has been away for %" PRId64
                                 ".%" PRId64 " s",
                                 away_ms / 1000, away_ms / 100 % 10);
    tool_error ("%s: %s, giving up: what was written last may be lost "
                "(%" PRIu64 " bytes were not flushed)",
                disk->name, why, disk_unflushed (disk));
    free (why);
  }
}

/* Until nothing is in flight on which data depends.  What a server leaves
 * unanswered for too long is given up: false. */
static bool
drain_changes (void)
{
  int64_t until_ms = 0;
  bool away;
  while (is_changing (&away)) {
    int64_t now = tool_now_ms ();
    if (!away)
      until_ms = 0;
    else if (until_ms == 0)
      until_ms = now + AWAY_MS;
    if (phase_is_overdue () || (away && now >= until_ms)) {
      tell_losses ();
      return false;
    }
    loop_turn (until_ms);
  }
  return true;
}

bool
leave_disks (void)
{
  notify ("STOPPING=1", "ending");
  if (!drain_changes ())
    return false;
  flush_all ();
  return drain_changes () && !flush_failed;
}

void
leave (bool good)
{
  int number = phase_first_signal ();
  if (number)
    tool_end_by (number);
  tool_finish (good ? EXIT_SUCCESS : EXIT_FAILURE);
}
