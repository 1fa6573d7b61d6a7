/* SPDX-License-Identifier: MIT */
/* System calls that are interrupted, do only a part or have nothing yet
 * make no difference.  When one fails, at whatever place, the call that
 * needed it says so; nothing hangs, crashes or is left open.
 *
 * The linker lets the library's calls come here (-Wl,--wrap).
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "life.h"

/* What is odd about system calls. */
static enum { NOTHING, INTERRUPTED, NOT_READY, ONE_BYTE, FAILS } oddity;

/* FAILS: the call of this name and number, or it and all after it.  It may
 * succeed when it is made again.
 */
static const char *name;
static unsigned fails, made;
static bool all_fail;
static int errnum;

/* Whether this call fails, with errno set. */
static bool
refused (const char *call)
{
  if (!in_library || oddity != FAILS || strcmp (call, name) != 0)
    return false;
  made++;
  if (made != fails && !(all_fail && made > fails))
    return false;
  errno = errnum;
  return true;
}

/* Whether this is a call that would succeed when it is made again. */
static bool
disturbed (void)
{
  static __thread bool next;

  if (!in_library || (oddity != INTERRUPTED && oddity != NOT_READY))
    return false;
  next = !next;
  if (next)
    errno = oddity == INTERRUPTED ? EINTR : EAGAIN;
  return next;
}

#define WRAP(type, name, params, args)          \
  extern type __real_##name params;             \
  extern type __wrap_##name params;             \
  type                                          \
  __wrap_##name params                          \
  {                                             \
    if (refused (#name))                        \
      return -1;                                \
    return __real_##name args;                  \
  }

WRAP (int, socket, (int family, int type, int proto), (family, type, proto))
WRAP (int, socketpair, (int family, int type, int proto, int *sv),
      (family, type, proto, sv))
WRAP (int, bind, (int fd, const struct sockaddr *addr, socklen_t len),
      (fd, addr, len))
WRAP (int, listen, (int fd, int backlog), (fd, backlog))
WRAP (int, shutdown, (int fd, int how), (fd, how))
WRAP (int, getsockopt,
      (int fd, int level, int option, void *value, socklen_t *len),
      (fd, level, option, value, len))
WRAP (int, setsockopt,
      (int fd, int level, int option, const void *value, socklen_t len),
      (fd, level, option, value, len))
WRAP (pid_t, fork, (void), ())

extern char *__real_mkdtemp (char *template);
extern char *__wrap_mkdtemp (char *template);

char *
__wrap_mkdtemp (char *template)
{
  return refused ("mkdtemp") ? NULL : __real_mkdtemp (template);
}

#define WRAP_MMAP(name)                                                 \
  extern void *__real_##name (void *p, size_t len, int prot, int flags, \
                              int fd, off_t offset);                    \
  extern void *__wrap_##name (void *p, size_t len, int prot, int flags, \
                              int fd, off_t offset);                    \
  void *                                                                \
  __wrap_##name (void *p, size_t len, int prot, int flags, int fd,      \
                 off_t offset)                                          \
  {                                                                     \
    if (refused ("mmap"))                                               \
      return MAP_FAILED;                                                \
    return __real_##name (p, len, prot, flags, fd, offset);             \
  }

/* The second is the first where files can be large. */
WRAP_MMAP (mmap)
WRAP_MMAP (mmap64)

extern int __real_fcntl (int fd, int command, ...);
extern int __wrap_fcntl (int fd, int command, ...);

int
__wrap_fcntl (int fd, int command, ...)
{
  va_list args;

  /* A pointer where it is one, and large enough for a number. */
  va_start (args, command);
  void *arg = va_arg (args, void *);
  va_end (args);
  return refused ("fcntl") ? -1 : __real_fcntl (fd, command, arg);
}

extern int __wrap_fcntl64 (int fd, int command, void *arg);

int
__wrap_fcntl64 (int fd, int command, void *arg)
{
  return __wrap_fcntl (fd, command, arg);
}

/* The kernel goes on connecting after a signal. */
extern int __real_connect (int fd, const struct sockaddr *addr,
                           socklen_t len);
extern int __wrap_connect (int fd, const struct sockaddr *addr,
                           socklen_t len);

int
__wrap_connect (int fd, const struct sockaddr *addr, socklen_t len)
{
  if (refused ("connect"))
    return -1;
  int r = __real_connect (fd, addr, len);
  if (r == 0 && in_library && oddity == INTERRUPTED) {
    errno = EINTR;
    return -1;
  }
  return r;
}

extern int __real_poll (struct pollfd *fds, nfds_t n, int timeout);
extern int __wrap_poll (struct pollfd *fds, nfds_t n, int timeout);

int
__wrap_poll (struct pollfd *fds, nfds_t n, int timeout)
{
  if (refused ("poll"))
    return -1;
  if (oddity == INTERRUPTED && disturbed ())
    return -1;
  return __real_poll (fds, n, timeout);
}

extern int __wrap___poll_chk (struct pollfd *fds, nfds_t n, int timeout,
                              size_t size);

int
__wrap___poll_chk (struct pollfd *fds, nfds_t n, int timeout,
                   size_t size __attribute__ ((unused)))
{
  return __wrap_poll (fds, n, timeout);
}

extern pid_t __real_waitpid (pid_t pid, int *status, int options);
extern pid_t __wrap_waitpid (pid_t pid, int *status, int options);

pid_t
__wrap_waitpid (pid_t pid, int *status, int options)
{
  if (refused ("waitpid") || (oddity == INTERRUPTED && disturbed ()))
    return -1;
  return __real_waitpid (pid, status, options);
}

/* Sending and receiving. */

#define WRAP_BYTES(name, buffer)                                        \
  extern ssize_t __real_##name (int fd, buffer p, size_t n, int flags); \
  extern ssize_t __wrap_##name (int fd, buffer p, size_t n, int flags); \
  ssize_t                                                               \
  __wrap_##name (int fd, buffer p, size_t n, int flags)                 \
  {                                                                     \
    if (refused (#name) || disturbed ())                                \
      return -1;                                                        \
    if (in_library && oddity == ONE_BYTE)                               \
      n = 1;                                                            \
    return __real_##name (fd, p, n, flags);                             \
  }

#define WRAP_MESSAGE(name, message)                                     \
  extern ssize_t __real_##name (int fd, message msg, int flags);        \
  extern ssize_t __wrap_##name (int fd, message msg, int flags);        \
  ssize_t                                                               \
  __wrap_##name (int fd, message msg, int flags)                        \
  {                                                                     \
    struct iovec first = { msg->msg_iov[0].iov_base, 1 };               \
    struct msghdr one = { .msg_iov = &first, .msg_iovlen = 1 };         \
                                                                        \
    if (refused (#name) || disturbed ())                                \
      return -1;                                                        \
    if (in_library && oddity == ONE_BYTE)                               \
      msg = &one;                                                       \
    return __real_##name (fd, msg, flags);                              \
  }

WRAP_BYTES (recv, void *)
WRAP_BYTES (send, const void *)
WRAP_MESSAGE (recvmsg, struct msghdr *)
WRAP_MESSAGE (sendmsg, const struct msghdr *)

extern ssize_t __wrap___recv_chk (int fd, void *p, size_t n, size_t size,
                                  int flags);

ssize_t
__wrap___recv_chk (int fd, void *p, size_t n,
                   size_t size __attribute__ ((unused)), int flags)
{
  return __wrap_recv (fd, p, n, flags);
}

static void
oddities_make_no_difference (void)
{
  static const struct {
    const char *name;
    int oddity;
  } rows[] = {
    { "nothing is odd", NOTHING },
    { "every second call is interrupted", INTERRUPTED },
    { "what was ready has nothing", NOT_READY },
    { "one byte at a time", ONE_BYTE },
    { "every step is logged", NOTHING },
  };

  for (unsigned r = 0; r < sizeof rows / sizeof rows[0]; r++) {
    oddity = rows[r].oddity;
    life_is_logged = r == sizeof rows / sizeof rows[0] - 1;
    FOR_EACH_LIFE (life) {
      check_case ("%s, %s", life->name, rows[r].name);
      struct outcome o = live (life);
      if (o.call != NULL)
        FAIL ("%s failed: %s", o.call, o.text);
    }
  }
}

/* What is over when the call is made again, or is of no consequence. */
static bool harmless;

/* Whether the call is made in this life at all. */
static bool
sweep (const struct life *life)
{
  for (unsigned n = 1; ; n++) {
    check_case ("%s, %s %u fails%s", life->name, name, n,
                all_fail ? ", as do all after it" : "");
    fails = n;
    made = 0;
    struct outcome o = live (life);
    if (made < n)
      return n > 1;
    if (harmless && o.call != NULL)
      FAIL ("%s failed with errno %d: %s", o.call, o.errnum, o.text);
    /* A later call on a handle that died of it tells of it as well. */
    if (o.call != NULL && o.errnum != errnum &&
        strstr (o.text, strerror (errnum)) == NULL)
      FAIL ("%s failed with errno %d: %s", o.call, o.errnum, o.text);
  }
}

static void
failures_are_told (void)
{
  static const struct {
    const char *name;
    int errnum;
    enum { TOLD, HARMLESS, PASSES } what;       /* PASSES: if it is one */
  } rows[] = {
    { "bind", EACCES, TOLD },
    { "connect", ECONNREFUSED, TOLD },
    { "fcntl", EBADF, TOLD },
    { "fork", EAGAIN, TOLD },
    { "fork", ENOMEM, TOLD },
    { "getsockopt", ENOBUFS, TOLD },
    { "listen", EADDRINUSE, TOLD },
    { "mkdtemp", ENOSPC, TOLD },
    { "mkdtemp", EMFILE, TOLD },
    { "mmap", ENOMEM, TOLD },
    { "poll", ENOMEM, TOLD },
    { "poll", EINTR, PASSES },
    { "recv", EAGAIN, PASSES },
    { "recv", EINTR, PASSES },
    { "recv", ECONNRESET, TOLD },
    { "recv", ENOMEM, TOLD },
    { "recvmsg", EAGAIN, PASSES },
    { "recvmsg", EINTR, PASSES },
    { "recvmsg", ENOMEM, TOLD },
    { "recvmsg", ECONNRESET, TOLD },
    { "send", EAGAIN, PASSES },
    { "send", EINTR, PASSES },
    { "send", ENOMEM, TOLD },
    { "send", EPIPE, TOLD },
    { "sendmsg", EAGAIN, PASSES },
    { "sendmsg", EINTR, PASSES },
    { "sendmsg", ENOBUFS, TOLD },
    { "sendmsg", ENOMEM, TOLD },
    { "setsockopt", EPERM, HARMLESS },
    { "shutdown", ENOTCONN, HARMLESS },
    { "socket", EMFILE, TOLD },
    { "socket", ENOMEM, TOLD },
    { "socketpair", EMFILE, TOLD },
    { "socketpair", ENFILE, TOLD },
    { "waitpid", EINTR, PASSES },
  };

  oddity = FAILS;
  life_is_logged = false;
  for (unsigned r = 0; r < sizeof rows / sizeof rows[0]; r++) {
    bool seen = false;

    name = rows[r].name;
    errnum = rows[r].errnum;
    harmless = rows[r].what != TOLD;
    FOR_EACH_LIFE (life)
      for (all_fail = false; ; all_fail = true) {
        seen |= sweep (life);
        if (all_fail || rows[r].what == PASSES)
          break;
      }
    if (!seen)
      FAIL ("%s is never called", name);
  }
}

void
test (void)
{
  watchdog (170);               /* on a busy machine */
  oddities_make_no_difference ();
  failures_are_told ();
}
