/* SPDX-License-Identifier: MIT */
/* System calls that fail during an outage, at whatever place, cause one more
 * outage or make no difference.  If they fail from there on, the call that
 * needed them says so.  No write that was acknowledged and flushed is lost,
 * and nothing hangs, crashes or is left open. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "fast-clock.h"
#include "life.h"
#include "outages.h"
#include "system-calls.h"

/* make check tries only every 11th place where a call can fail, beginning at
 * another place for each row, and at least one in each life.  With valgrind it
 * is every 41st. */
#define STEP 11
#define STEP_OF_VALGRIND 41

/* A row: what goes wrong, and what must follow. */
struct row {
  const char *name;
  int errnum;
  enum {
    SURVIVED, /* it causes an outage, or makes no difference */
    TOLD,     /* the same, or the call that needed it fails */
    SHORT,    /* one byte is transferred instead of more */
  } what;
};

static const struct row rows[] = {
  { "connect", ECONNREFUSED, SURVIVED },
  { "connect", ENOMEM, SURVIVED },
  { "epoll_create1", EMFILE, TOLD },
  { "epoll_ctl", ENOMEM, TOLD },
  { "eventfd", EMFILE, SURVIVED },
  { "fcntl", EBADF, TOLD },
  { "fork", EAGAIN, TOLD },
  { "getaddrinfo", EMFILE, TOLD },
  { "getpeername", ENOBUFS, SURVIVED },
  { "poll", EINTR, SURVIVED },
  { "poll", ENOMEM, TOLD },
  { "recv", 0, SHORT },
  { "recv", EAGAIN, SURVIVED },
  { "recv", EINTR, SURVIVED },
  { "recv", ECONNRESET, SURVIVED },
  { "recv", ENOMEM, SURVIVED },
  { "recvmsg", 0, SHORT },
  { "recvmsg", EAGAIN, SURVIVED },
  { "recvmsg", ETIMEDOUT, SURVIVED },
  { "send", 0, SHORT },
  { "send", EAGAIN, SURVIVED },
  { "send", EPIPE, SURVIVED },
  { "sendmsg", 0, SHORT },
  { "sendmsg", EINTR, SURVIVED },
  { "sendmsg", EPIPE, SURVIVED },
  { "sendmsg", ENOBUFS, SURVIVED },
  { "setsockopt", EPERM, SURVIVED },
  { "shutdown", ENOTCONN, SURVIVED },
  { "socket", EMFILE, SURVIVED },
  { "socketpair", EMFILE, TOLD },
  { "syscall", EMFILE, SURVIVED },
  { "timerfd_create", EMFILE, TOLD },
  { "waitpid", EINTR, SURVIVED },
};

/* Calls that only children need, or only sockets without TLS, are not made
 * over TLS. */
static bool
is_made_over_tls (const char *name)
{
  static const char *const others[] = {
    "fcntl", "fork", "sendmsg", "shutdown", "socketpair", "waitpid",
  };

  for (unsigned i = 0; i < sizeof others / sizeof others[0]; i++)
    if (strcmp (name, others[i]) == 0)
      return false;
  return true;
}

static void
judge (const struct row *row, const struct outcome *o)
{
  if (o->call == NULL)
    return;
  /* The errno is 0 if a server has closed the connection. */
  if (o->text[0] == '\0')
    FAIL ("%s failed without an error, errno %d", o->call, o->errnum);
  if (life_is_short)
    return;
  if (row->what != TOLD
      || (o->errnum != row->errnum
          && strstr (o->text, strerror (row->errnum)) == NULL))
    FAIL ("%s failed with errno %d: %s", o->call, o->errnum, o->text);
}

static unsigned
step_between_places (void)
{
  if (getenv ("CHECK_LONG") != NULL)
    return 1;
  return getenv ("LIBNBD_VALGRIND") != NULL ? STEP_OF_VALGRIND : STEP;
}

/* Let one call fail in each life.  Returns in how many lives one failed. */
static unsigned
sweep (const struct life *life, const struct row *row, unsigned first)
{
  unsigned step = step_between_places (), n = 1 + first % step, failed = 0;

  for (;;) {
    check_case ("%s, %s %u %s%s", life->name, row->name, n,
                row->what == SHORT ? "is cut" : strerror (row->errnum),
                life_is_short ? ", as are all after it" : "");
    choose (&(struct chosen) { row->name, n, life_is_short, row->errnum });
    struct outcome o = live (life);
    unsigned calls = chosen_calls ();
    if (calls >= n) {
      judge (row, &o);
      failed++;
      n += step;
    }
    else if (failed > 0 || calls == 0)
      return failed;
    else
      n = 1 + first % calls;
  }
}

static void
failures_are_survived (void)
{
  for (unsigned r = 0; r < sizeof rows / sizeof rows[0]; r++) {
    const struct row *row = &rows[r];
    unsigned failed = 0;

    oddity = row->what == SHORT ? CUT : FAILS;
    FOR_EACH_LIFE (life)
      for (unsigned how = 0; how < 2; how++) {
        life_is_short = how == 1;
        if (how == 0
            || (row->errnum != EAGAIN && row->errnum != EINTR
                && row->what != SHORT))
          failed += sweep (life, row, r);
      }
    life_is_short = false;
    check_case ("%s, %s", row->name, strerror (row->errnum));
    CHECK_INT (failed > 0,
               outage_cipher == NULL || is_made_over_tls (row->name));
  }
}

void
test (void)
{
  watchdog (getenv ("CHECK_LONG") ? 7200 : 600);
  real_timeout = fast_ms;
  /* Children have to open /dev/null in its place, which may fail, too. */
  CHECK (fcntl (STDERR_FILENO, F_SETFD, FD_CLOEXEC) == 0);
  oddities_make_no_difference ();
  failures_are_survived ();
}
