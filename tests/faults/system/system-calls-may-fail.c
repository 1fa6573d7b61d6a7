/* SPDX-License-Identifier: MIT */
/* System calls that are interrupted, transfer only a part or find nothing make
 * no difference.  If one fails, at whatever place, the call that needed it
 * says so.  Nothing hangs, crashes or is left open. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "life.h"
#include "system-calls.h"

/* A row: what goes wrong, and what must follow. */
struct row {
  const char *name;
  int errnum;
  enum {
    TOLD,    /* the call that needed it fails */
    MATTERS, /* the same, but not at every place */
    HARMLESS,
    PASSES, /* harmless, unless every call from there on fails */
    SHORT,  /* one byte is transferred instead of more */
  } what;
  unsigned kinds; /* kinds of lives that make the call */
};

/* Let each of the calls fail in turn, in a life of its own.  Returns in how
 * many lives one failed, and adds to *failed in how many a call of the library
 * failed. */
static unsigned
sweep (const struct life *life, const struct row *row, bool all_after,
       unsigned *failed)
{
  for (unsigned n = 1;; n++) {
    check_case ("%s, %s %u %s%s", life->name, row->name, n,
                row->what == SHORT ? "is cut" : strerror (row->errnum),
                all_after ? ", as are all after it" : "");
    choose (&(struct chosen) { row->name, n, all_after, row->errnum });
    struct outcome o = live (life);
    if (chosen_calls () < n)
      return n - 1;
    if (o.call == NULL && row->what == TOLD)
      FAIL ("no call failed");
    if (o.call == NULL)
      continue;
    ++*failed;
    /* A later call on a handle that died of this reports the same cause. */
    if (row->what > MATTERS
        || (o.errnum != row->errnum
            && strstr (o.text, strerror (row->errnum)) == NULL))
      FAIL ("%s failed with errno %d: %s", o.call, o.errnum, o.text);
  }
}

/* The rows leave out calls that cannot fail as they are made (clock_gettime,
 * confstr, geteuid, signal, the initialization of mutexes and conditions), and
 * calls that are made only after a connection has failed (getnameinfo,
 * nanosleep, waitid). */
static const struct row rows[] = {
  { "access", ENOMEM, TOLD, OVER_TLS },
  { "bind", EACCES, TOLD, IN_CLEAR },
  { "close", EINTR, HARMLESS, IN_CLEAR | OVER_TLS },
  { "close", EIO, HARMLESS, IN_CLEAR },
  { "connect", ECONNREFUSED, TOLD, IN_CLEAR },
  { "dup2", EBUSY, MATTERS, IN_CLEAR },
  { "execve", ENOMEM, MATTERS, IN_CLEAR },
  { "fcntl", EBADF, TOLD, IN_CLEAR | OVER_TLS },
  { "fopen", EACCES, TOLD, OVER_TLS },
  { "fopen", EMFILE, TOLD, OVER_TLS },
  { "fork", EAGAIN, TOLD, IN_CLEAR },
  { "fork", ENOMEM, TOLD, IN_CLEAR },
  { "getaddrinfo", EMFILE, TOLD, IN_CLEAR },
  { "getline", EIO, TOLD, OVER_TLS },
  { "getpeername", ENOBUFS, PASSES, IN_CLEAR },
  { "kill", EPERM, MATTERS, IN_CLEAR },
  { "listen", EADDRINUSE, TOLD, IN_CLEAR },
  { "mkdtemp", EMFILE, TOLD, IN_CLEAR },
  { "mkdtemp", ENOSPC, TOLD, IN_CLEAR },
  { "mmap", ENOMEM, TOLD, IN_CLEAR },
  { "munmap", EINVAL, HARMLESS, IN_CLEAR },
  { "open", EMFILE, MATTERS, IN_CLEAR },
  { "poll", EINTR, PASSES, IN_CLEAR | OVER_TLS },
  { "poll", ENOMEM, TOLD, IN_CLEAR | OVER_TLS },
  { "recv", 0, SHORT, IN_CLEAR | OVER_TLS },
  { "recv", EAGAIN, PASSES, IN_CLEAR | OVER_TLS },
  { "recv", EINTR, PASSES, IN_CLEAR | OVER_TLS },
  { "recv", ECONNRESET, MATTERS, IN_CLEAR | OVER_TLS },
  { "recv", ENOMEM, MATTERS, IN_CLEAR | OVER_TLS },
  { "recvmsg", 0, SHORT, IN_CLEAR },
  { "recvmsg", EAGAIN, PASSES, IN_CLEAR },
  { "recvmsg", EINTR, PASSES, IN_CLEAR },
  { "recvmsg", ECONNRESET, MATTERS, IN_CLEAR },
  { "recvmsg", ENOMEM, MATTERS, IN_CLEAR },
  { "send", 0, SHORT, IN_CLEAR | OVER_TLS },
  { "send", EAGAIN, PASSES, IN_CLEAR | OVER_TLS },
  { "send", EINTR, PASSES, IN_CLEAR | OVER_TLS },
  { "send", EPIPE, MATTERS, IN_CLEAR | OVER_TLS },
  { "send", ENOMEM, MATTERS, IN_CLEAR | OVER_TLS },
  { "sendmsg", 0, SHORT, IN_CLEAR },
  { "sendmsg", EAGAIN, PASSES, IN_CLEAR },
  { "sendmsg", EINTR, PASSES, IN_CLEAR },
  { "sendmsg", ENOBUFS, MATTERS, IN_CLEAR },
  { "sendmsg", ENOMEM, MATTERS, IN_CLEAR },
  { "rmdir", EBUSY, HARMLESS, IN_CLEAR },
  { "setsockopt", EPERM, HARMLESS, IN_CLEAR },
  { "shutdown", ENOTCONN, HARMLESS, IN_CLEAR },
  { "socket", EMFILE, TOLD, IN_CLEAR },
  { "socket", ENOMEM, TOLD, IN_CLEAR },
  { "socketpair", EMFILE, TOLD, IN_CLEAR },
  { "socketpair", ENFILE, TOLD, IN_CLEAR },
  { "unlink", EBUSY, HARMLESS, IN_CLEAR },
  { "waitpid", EINTR, PASSES, IN_CLEAR },
};

static void
failures_are_told (void)
{
  for (unsigned r = 0; r < sizeof rows / sizeof rows[0]; r++) {
    const struct row *row = &rows[r];
    unsigned tried = 0, failed = 0;

    if ((row->kinds & life_kind) == 0)
      continue;
    oddity = row->what == SHORT ? CUT : FAILS;
    FOR_EACH_LIFE (life) {
      tried += sweep (life, row, false, &failed);
      if (row->what <= HARMLESS)
        tried += sweep (life, row, true, &failed);
    }
    if (tried == 0)
      FAIL ("%s is never called", row->name);
    if (row->what <= MATTERS && failed == 0)
      FAIL ("it makes no difference that %s fails", row->name);
  }
}

void
test (void)
{
  /* Children have to open /dev/null in its place, which may fail, too. */
  CHECK (fcntl (STDERR_FILENO, F_SETFD, FD_CLOEXEC) == 0);
  oddities_make_no_difference ();
  failures_are_told ();
}
