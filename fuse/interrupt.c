/* SPDX-License-Identifier: MIT */
/* Requests of threads that are being killed.
 *
 * A thread that is killed while it waits for the reply to a request does not
 * end before it has the reply.  For some requests the kernel tells, once, that
 * a signal came, but not which one.  For requests of files with O_DIRECT, and
 * of files that an exit closes, it tells nothing.  So the state of the threads
 * is looked up in /proc: while requests wait for the end of an outage, and
 * after the kernel has told of a signal.
 *
 * Most signals are not meant to end a program, and hardly any program expects
 * that a read of a file fails because of a signal.  So only signals that are
 * meant to end the program end a request.  If the program handles such a signal
 * itself, the request ends only when it has taken long. */
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
/* A request has taken long this time after the signal, or in an outage at
 * once. */
#define LONG_MS 1000
/* A flag of the kernel: the process is ending. */
#define PF_EXITING 4

/* Requests that are not answered, and for how many of them a signal came. */
static struct request *watched;
static unsigned nr_interrupted;
static int64_t look_at_ms;

/* Whether a thread is about to end: not, by a signal that the program may
 * handle first, or in any case. */
enum ending { NOT, POLITELY, AT_ONCE };

static uint64_t
bit (int number)
{
  return UINT64_C (1) << (number - 1);
}

/* Signals whose default action ends the program. */
static uint64_t
fatal_signals (void)
{
  return ~(bit (SIGCHLD) | bit (SIGURG) | bit (SIGWINCH) | bit (SIGCONT)
           | bit (SIGSTOP) | bit (SIGTSTP) | bit (SIGTTIN) | bit (SIGTTOU));
}

/* Signals that are sent to end a program, which may clean up first. */
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

/* Find out from the thread's pending signals whether it is about to end. */
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
  /* The name in parentheses can contain any character, also parentheses; its
   * length is limited. */
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

/* Whether the thread that waits for the request is about to end.  Requests of
 * the kernel itself have no thread, and threads in other PID namespaces may be
 * invisible. */
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
