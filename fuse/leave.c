/* SPDX-License-Identifier: MIT */
/* Leaving: what signals mean, what the end waits for, and what it gives up. */
#include <config.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "nbdfuse.h"

/* How long the end may take: after a signal, or when unmounted. */
#define HURRY_MS 5000
#define PATIENCE_MS 30000
/* Who sends two signals in a row, such as timeout(1), means one. */
#define SAME_SIGNAL_MS 500

static volatile sig_atomic_t first_signal;
static int64_t deadline_ms, signal_ms;
static bool flush_failed;

/* Safe in a signal handler. */
bool
leave_signal (int number)
{
  int64_t now = tool_now_ms ();
  if (first_signal == 0) {
    first_signal = number;
    signal_ms = now;
    deadline_ms = now + HURRY_MS;
    return true;
  }
  /* Who sends another has lost patience. */
  if (now >= signal_ms + SAME_SIGNAL_MS)
    deadline_ms = now;
  return false;
}

int64_t
leave_deadline (void)
{
  return deadline_ms;
}

bool
leave_is_late (void)
{
  return deadline_ms && tool_now_ms () >= deadline_ms;
}

static void
flush_done (struct command *command)
{
  if (command->error) {
    tool_error ("%s: flushing at the end failed, what was written last may "
                "be lost: %s", command->disk->name,
                strerror (command->error));
    flush_failed = true;
  }
  free (command);
}

/* As when any file system is unmounted, what was written shall be on stable
 * storage. */
static void
flush_all (void)
{
  for (size_t i = 0; i < nr_disks; i++) {
    struct disk *disk = &disks[i];
    if (disk->read_only || !disk->can_flush || !disk->dirty)
      continue;
    struct command *command = tool_alloc (sizeof *command);
    *command = (struct command) {
      .disk = disk, .operation = FLUSH, .done = flush_done,
    };
    command_start (command);
  }
}

/* Until nothing is in flight on which data depends.  What a server leaves
 * unanswered for too long is given up: false. */
static bool
drain_changes (void)
{
  while (changes_in_flight > 0 && !leave_is_late ())
    loop_turn (deadline_ms);
  if (changes_in_flight > 0)
    tool_error ("the server does not answer, giving up: what was written "
                "last may be lost");
  return changes_in_flight == 0;
}

bool
leave_disks (void)
{
  if (deadline_ms == 0)
    deadline_ms = tool_now_ms () + PATIENCE_MS;
  if (!drain_changes ())
    return false;
  flush_all ();
  return drain_changes () && !flush_failed;
}

/* The pid file descriptor of the server that was started, or -1. */
static int server = -1;
static volatile sig_atomic_t killed;

/* Time is up, or a signal came, which may mean that it is. */
static void
kill_server (int number)
{
  if (number != SIGALRM)
    leave_signal (number);
  int64_t left = deadline_ms - tool_now_ms ();
  if (left > 0) {
    alarm ((left + 999) / 1000);
    return;
  }
  killed = true;
  pidfd_send_signal (server, SIGKILL, NULL, 0);
}

/* The first handle, which has started the server if we did; NULL when it is
 * closed. */
static struct nbd_handle *first;

/* From now on its closing has a limited time. */
static void
limit_closing (void)
{
  static const int numbers[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };
  int64_t pid = first ? nbd_get_subprocess_pid (first) : 0;
  if (pid <= 0 || (server = pidfd_open (pid, 0)) == -1)
    return;
  if (deadline_ms == 0)
    deadline_ms = tool_now_ms () + HURRY_MS;
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
    tool_catch_signal (numbers[i], kill_server);
  signal (SIGALRM, kill_server);
  kill_server (SIGALRM);
  sigprocmask (SIG_UNBLOCK, tool_ending_signals (), NULL);
}

void
leave_watch_server (struct nbd_handle *h)
{
  first = h;
  tool_at_end (limit_closing);
}

bool
leave_server (void)
{
  limit_closing ();
  if (server == -1)
    return true;
  tool_close_all ();
  first = NULL;
  sigprocmask (SIG_BLOCK, tool_ending_signals (), NULL);
  alarm (0);
  if (killed)
    tool_error ("the server did not end, it was killed");
  return !killed;
}

void
leave (bool good)
{
  if (first_signal)
    tool_end_by (first_signal);
  tool_finish (good ? EXIT_SUCCESS : EXIT_FAILURE);
}
