/* SPDX-License-Identifier: MIT */
/* The end of a program, by exit or by a signal. */
#include <config.h>

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "internal.h"

/* How long to wait until the reader of standard output can take more. */
#define OUTPUT_MS 1000

volatile sig_atomic_t tool_signal;
static void (*ends[8]) (void);
static size_t nr_ends;
static void (*last_end) (void);

void
tool_at_end (void (*function) (void))
{
  if (nr_ends == sizeof ends / sizeof ends[0])
    abort ();
  ends[nr_ends++] = function;
}

void
tool_at_last (void (*function) (void))
{
  last_end = function;
}

/* Run the functions, each only once even if this is called again. */
static void
run_ends (void)
{
  while (nr_ends > 0)
    (*ends[--nr_ends]) ();
  if (last_end)
    last_end ();
}

/* A signal may come while the program is ending. */
static void
at_exit (void)
{
  run_ends ();
  tool_check_signal ();
}

void
tool_prepare_end (void)
{
  atexit (at_exit);
}

static void die (int number) __attribute__ ((noreturn));

/* Die of the signal, even if it is blocked. */
static void
die (int number)
{
  sigset_t set;
  signal (number, SIG_DFL);
  sigemptyset (&set);
  sigaddset (&set, number);
  raise (number);
  sigprocmask (SIG_UNBLOCK, &set, NULL);
  _exit (128 + number);
}

/* If the reader of standard output does not read, discard the rest of the
 * output, so that writing it cannot block. */
static void
keep_output_from_waiting (void)
{
  struct pollfd p = { .fd = STDOUT_FILENO, .events = POLLOUT };
  if (poll (&p, 1, OUTPUT_MS) == 1 && (p.revents & POLLOUT) != 0)
    return;
  int fd = open ("/dev/null", O_WRONLY | O_CLOEXEC);
  if (fd != -1)
    dup2 (fd, STDOUT_FILENO);
}

void
tool_end_by (int number)
{
  keep_output_from_waiting ();
  run_ends ();
  fflush (stdout);
  die (number);
}

void
tool_check_signal (void)
{
  if (tool_signal != 0)
    tool_end_by (tool_signal);
}
