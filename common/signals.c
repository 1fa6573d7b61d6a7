/* SPDX-License-Identifier: MIT */
/* Ending by a signal, after cleaning up.
 *
 * Calls of the library continue after a signal.  So code that waits for a
 * server also waits for a descriptor, which the signal handler makes
 * readable.  Then the program disconnects from its servers and ends by the
 * same signal, so that its parent can see why it ended: a shell ends its
 * loop. */
#include <config.h>

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "internal.h"

/* How often to check whether to print a message about an outage. */
#define PIECE_MS 1000

static int wake = -1;
static sigset_t ending;          /* the signals that end the tool */
static volatile int64_t came_ms; /* when the first one did */
static bool pipe_ignored = true;

static void
handle (int number)
{
  int saved = errno;
  int64_t now = tool_now_ms ();
  if (tool_signal == 0) {
    came_ms = now;
    tool_signal = number;
    tool_wake ();
  }
  else if (now - came_ms >= TOOL_SAME_SIGNAL_MS) {
    /* The signal is blocked until this handler returns. */
    signal (number, SIG_DFL);
    raise (number);
  }
  errno = saved;
}

/* Do nothing on SIGPIPE and SIGXFSZ: the write fails with EPIPE or EFBIG, which
 * its caller handles. */
static void
writing_fails (int number)
{
  (void) number;
}

bool
tool_catch_signal (int number, void (*handler) (int))
{
  struct sigaction old, action = { .sa_handler = handler };
  sigfillset (&action.sa_mask);
  return sigaction (number, NULL, &old) == 0 && old.sa_handler != SIG_IGN
         && sigaction (number, &action, NULL) == 0;
}

void
tool_catch_signals (void)
{
  static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
  sigemptyset (&ending);
  wake = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake == -1)
    tool_fail ("cannot create an eventfd for signals: %m");
  /* A parent may have started us with this signal ignored: then our children
   * could not be waited for. */
  signal (SIGCHLD, SIG_DFL);
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
    if (tool_catch_signal (numbers[i], handle))
      sigaddset (&ending, numbers[i]);
  pipe_ignored = !tool_catch_signal (SIGPIPE, writing_fails);
  tool_catch_signal (SIGXFSZ, writing_fails);
}

const sigset_t *
tool_ending_signals (void)
{
  return &ending;
}

bool
tool_ignores_pipe (void)
{
  return pipe_ignored;
}

int
tool_signal_fd (void)
{
  return wake;
}

void
tool_wake (void)
{
  uint64_t one = 1;
  if (write (wake, &one, sizeof one) == -1) {
    /* It is readable already. */
  }
}

/* Wait in short pieces, so that a message about an outage comes in time. */
static int
poll_in_pieces (struct nbd_handle *h, int timeout)
{
  int r = 0;
  do {
    int piece = timeout < 0 || timeout > PIECE_MS ? PIECE_MS : timeout;
    r = nbd_poll2 (h, wake, piece);
    tool_check_signal ();
    tool_tell_outage (h, tool_events_of (h));
    timeout -= timeout < 0 ? 0 : piece;
  } while (r == 0 && timeout != 0);
  return r;
}

int
tool_poll (struct nbd_handle *h, int timeout)
{
  tool_check_signal ();
  if (tool_somebody_watches () && nbd_get_reconnect_timeout (h) != 0)
    return poll_in_pieces (h, timeout);
  int r = nbd_poll2 (h, wake, timeout);
  tool_check_signal ();
  return r;
}

void
tool_pause (int ms)
{
  struct pollfd p = { .fd = wake, .events = POLLIN };
  tool_check_signal ();
  poll (&p, 1, ms);
  tool_check_signal ();
}

int
tool_await (struct nbd_handle *h, int64_t cookie, const char *call)
{
  int r = cookie == -1 ? -1 : 0;
  while (r == 0) {
    r = nbd_aio_command_completed (h, cookie);
    if (r == 0 && tool_poll (h, -1) == -1)
      r = -1;
  }
  if (r == -1)
    tool_name_error (call);
  return r == -1 ? -1 : 0;
}
