/* SPDX-License-Identifier: MIT */
/* Requests whose askers do not want to wait any more.
 *
 * Who is killed while it waits for an answer stays until it has that.  The
 * kernel tells of some requests, once, that a signal came, but not which; of
 * those of O_DIRECT, and of files that are closed by an exit, it tells nothing.
 * So it is looked what has become of the askers: while requests wait for the
 * end of an outage, and after the kernel has told of a signal.
 *
 * Most signals mean no more than that a program is to do something else first,
 * and hardly any program expects that a file cannot be read because of that.
 * So only those end a request that are meant to end the program; if it handles
 * one itself, not before the request takes long. */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "interrupt.h"
#include "outage.h"

#define LOOK_MS 250
/* What takes longer, or has to wait for the end of an outage, takes long. */
#define LONG_MS 1000
/* Of the kernel: the process is ending. */
#define PF_EXITING 4

/* Requests that are not answered, and how many of them are interrupted. */
static struct request *watched;
static unsigned nr_interrupted;
static int64_t look_at_ms;

enum ending { NOT, POLITELY, AT_ONCE };

static uint64_t
bit (int number)
{
  return UINT64_C (1) << (number - 1);
}

/* What ends a program that does nothing about it. */
static uint64_t
fatal_signals (void)
{
  return ~(bit (SIGCHLD) | bit (SIGURG) | bit (SIGWINCH) | bit (SIGCONT)
           | bit (SIGSTOP) | bit (SIGTSTP) | bit (SIGTTIN) | bit (SIGTTOU));
}

/* What is sent to have a program end, even if it does something before. */
static uint64_t
polite_signals (void)
{
  return bit (SIGHUP) | bit (SIGINT) | bit (SIGQUIT) | bit (SIGTERM);
}

static FILE *
open_proc (pid_t tid, const char *name)
{
  char path[64];
  snprintf (path, sizeof path, "/proc/%d/%s", (int) tid, name);
  return fopen (path, "re");
}

/* By the signals that wait for it. */
static enum ending
ending_by_signal (FILE *status)
{
  uint64_t pending = 0, blocked = 0, handled = 0, set;
  char *line = NULL;
  size_t room = 0;
  while (getline (&line, &room, status) != -1)
    if (sscanf (line, "SigPnd: %" SCNx64, &set) == 1
        || sscanf (line, "ShdPnd: %" SCNx64, &set) == 1)
      pending |= set;
    else if (sscanf (line, "SigBlk: %" SCNx64, &set) == 1)
      blocked = set;
    else if (sscanf (line, "SigIgn: %" SCNx64, &set) == 1
             || sscanf (line, "SigCgt: %" SCNx64, &set) == 1)
      handled |= set;
  free (line);
  pending &= ~blocked;
  if (pending & ~handled & fatal_signals ())
    return AT_ONCE;
  return pending & polite_signals () ? POLITELY : NOT;
}

static bool
is_exiting (pid_t tid)
{
  FILE *stat = open_proc (tid, "stat");
  unsigned flags = 0;
  /* The name in brackets can have anything in it, but not be longer. */
  char text[256] = "";
  if (stat && fread (text, 1, sizeof text - 1, stat) > 0) {
    const char *rest = strrchr (text, ')');
    if (rest)
      sscanf (rest, ") %*c %*d %*d %*d %*d %*d %u", &flags);
  }
  if (stat)
    fclose (stat);
  return flags & PF_EXITING;
}

/* How the asker is to end.  What the kernel does for itself has none, nor can
 * we see all of those in other containers. */
static enum ending
ending_of (const struct request *request)
{
  pid_t tid = request->pid;
  enum ending unknown = request->interrupted_ms ? POLITELY : NOT;
  if (tid == 0)
    return unknown;
  FILE *status = open_proc (tid, "status");
  if (status == NULL)
    return syscall (SYS_tkill, tid, 0) == -1 && errno == ESRCH ? AT_ONCE
                                                               : unknown;
  enum ending ending = ending_by_signal (status);
  fclose (status);
  return ending != AT_ONCE && is_exiting (tid) ? AT_ONCE : ending;
}

static bool
needs_no_answer (const struct request *request)
{
  bool away = outage_ms (request->disk) > 0;
  if (!away && request->interrupted_ms == 0)
    return false;
  switch (ending_of (request)) {
  case NOT: return false;
  case POLITELY:
    return away || tool_now_ms () >= request->interrupted_ms + LONG_MS;
  case AT_ONCE: return true;
  }
  abort ();
}

static void
signal_came (fuse_req_t req, void *opaque)
{
  (void) req;
  struct request *request = opaque;
  nr_interrupted += request->interrupted_ms == 0;
  request->interrupted_ms = tool_now_ms ();
  look_at_ms = 0;
}

void
interrupt_watch (struct request *request)
{
  request->watch.next = watched;
  request->watch.link = &watched;
  if (watched)
    watched->watch.link = &request->watch.next;
  watched = request;
  fuse_req_interrupt_func (request->req, signal_came, request);
}

void
interrupt_forget (struct request *request)
{
  struct request *next = request->watch.next;
  if (request->watch.link == NULL)
    return;
  *request->watch.link = next;
  if (next)
    next->watch.link = request->watch.link;
  request->watch.link = NULL;
  nr_interrupted -= request->interrupted_ms != 0;
}

static bool
must_look (void)
{
  return watched && (nr_interrupted > 0 || outage_is_any ());
}

void
interrupt_look (void (*end) (struct request *))
{
  if (!must_look () || tool_now_ms () < look_at_ms)
    return;
  look_at_ms = tool_now_ms () + LOOK_MS;
  struct request *request, *next;
  for (request = watched; request; request = next) {
    next = request->watch.next;
    if (needs_no_answer (request))
      end (request);
  }
}

int
interrupt_timeout (void)
{
  if (!must_look ())
    return -1;
  int64_t left = look_at_ms - tool_now_ms ();
  return left > 0 ? left : 0;
}
