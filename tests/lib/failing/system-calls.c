/* SPDX-License-Identifier: MIT */

/* Lets the library's system calls fail: see system-calls.h. */

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "system-calls.h"
#include "wrap.h"

enum oddity oddity;
struct chosen chosen;
int (*real_timeout) (int timeout_ms);

/* The number of calls so far.  Calls of a child count as well, until it
 * executes another program. */
static atomic_uint *made;
static pid_t parent;

void
choose (const struct chosen *c)
{
  if (made == NULL) {
    made = mmap (NULL, sizeof *made, PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (made == MAP_FAILED)
      FAIL ("mmap: %m");
    parent = getpid ();
  }
  chosen = *c;
  *made = 0;
}

unsigned
chosen_calls (void)
{
  return *made;
}

/* Count a call of the chosen name.  Returns true if this call is chosen. */
static bool
is_chosen (const char *name)
{
  if (!in_library || strcmp (name, chosen.name) != 0)
    return false;
  unsigned number = ++*made;
  return number == chosen.number
         || (chosen.all_after && number > chosen.number);
}

/* Returns true, with errno set, if this call has to fail. */
static bool
refused (const char *name)
{
  if (oddity != FAILS || !is_chosen (name))
    return false;
  errno = chosen.errnum;
  return true;
}

/* Returns true if this call has to send or receive only one byte. */
static bool
cut (const char *name)
{
  return in_library
         && (oddity == ONE_BYTE || (oddity == CUT && is_chosen (name)));
}

/* Returns true, with errno set, if this call has to fail although it would
 * succeed when it is repeated. */
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

#define WRAP(type, name, params, args) \
  WRAPPER (type, name, params)         \
  {                                    \
    if (refused (#name))               \
      return -1;                       \
    return __real_##name args;         \
  }

WRAP (int, socket, (int family, int type, int proto), (family, type, proto))
WRAP (int, socketpair, (int family, int type, int proto, int *sv),
      (family, type, proto, sv))
WRAP (int, bind, (int fd, const struct sockaddr *addr, socklen_t len),
      (fd, addr, len))
WRAP (int, listen, (int fd, int backlog), (fd, backlog))
WRAP (int, shutdown, (int fd, int how), (fd, how))
WRAP (int, getpeername, (int fd, struct sockaddr *addr, socklen_t *len),
      (fd, addr, len))
WRAP (int, getsockopt,
      (int fd, int level, int option, void *value, socklen_t *len),
      (fd, level, option, value, len))
WRAP (int, setsockopt,
      (int fd, int level, int option, const void *value, socklen_t len),
      (fd, level, option, value, len))
WRAP (pid_t, fork, (void), ())
WRAP (int, dup2, (int from, int to), (from, to))
WRAP (int, execve, (const char *path, char *const *argv, char *const *env),
      (path, argv, env))
WRAP (int, access, (const char *path, int mode), (path, mode))
WRAP (int, epoll_create1, (int flags), (flags))
WRAP (int, epoll_ctl, (int epoll, int op, int fd, struct epoll_event *event),
      (epoll, op, fd, event))
WRAP (int, timerfd_create, (int clock, int flags), (clock, flags))
WRAP (int, eventfd, (unsigned count, int flags), (count, flags))

/* These do their work although they report a failure. */
#define WRAP_DONE(name, params, args) \
  WRAPPER (int, name, params)         \
  {                                   \
    int r = __real_##name args;       \
    return refused (#name) ? -1 : r;  \
  }

WRAP_DONE (close, (int fd), (fd))
WRAP_DONE (kill, (pid_t pid, int signum), (pid, signum))
WRAP_DONE (munmap, (void *p, size_t len), (p, len))
WRAP_DONE (rmdir, (const char *path), (path))
WRAP_DONE (unlink, (const char *path), (path))

/* The resolver makes system calls of its own, so it fails as a whole. */
WRAPPER (int, getaddrinfo,
         (const char *host, const char *port, const struct addrinfo *hints,
          struct addrinfo **list))
{
  if (refused ("getaddrinfo"))
    return EAI_SYSTEM;
  return __real_getaddrinfo (host, port, hints, list);
}

WRAPPER (char *, mkdtemp, (char *template))
{
  return refused ("mkdtemp") ? NULL : __real_mkdtemp (template);
}

#define WRAP_MMAP(name)                                                   \
  WRAPPER (void *, name, (void *p, size_t len, int prot, int flags,     \
                          int fd, off_t offset)) \
  {                                                                       \
    if (refused ("mmap"))                                                 \
      return MAP_FAILED;                                                  \
    return __real_##name (p, len, prot, flags, fd, offset);               \
  }

WRAP_MMAP (mmap)

#define WRAP_FOPEN(name)                                       \
  WRAPPER (FILE *, name, (const char *path, const char *mode)) \
  {                                                            \
    if (refused ("fopen"))                                     \
      return NULL;                                             \
    return __real_##name (path, mode);                         \
  }

WRAP_FOPEN (fopen)

#define WRAP_OPEN(name)                                         \
  WRAPPER (int, name, (const char *path, int flags, ...))       \
  {                                                             \
    return refused ("open") ? -1 : __real_##name (path, flags); \
  }

WRAP_OPEN (open)

/* What glibc calls if files can be large. */
#ifdef __GLIBC__
WRAP_MMAP (mmap64)
WRAP_FOPEN (fopen64)
WRAP_OPEN (open64)
#endif

/* Headers may turn getline into this. */
WRAPPER (ssize_t, __getdelim, (char **line, size_t *size, int end, FILE *f))
{
  return refused ("getline") ? -1 : __real___getdelim (line, size, end, f);
}

WRAPPER (ssize_t, getline, (char **line, size_t *size, FILE *f))
{
  return __wrap___getdelim (line, size, '\n', f);
}

WRAPPER (int, fcntl, (int fd, int command, ...))
{
  va_list args;

  /* The argument is a pointer, or a number, for which a pointer is large
   * enough. */
  va_start (args, command);
  void *arg = va_arg (args, void *);
  va_end (args);
  /* To a child, failure means that the descriptor is not open. */
  if (getpid () == parent && refused ("fcntl"))
    return -1;
  return __real_fcntl (fd, command, arg);
}

WRAPPER (int, fcntl64, (int fd, int command, void *arg))
{
  return __wrap_fcntl (fd, command, arg);
}

/* After a signal, the kernel continues to connect. */
WRAPPER (int, connect, (int fd, const struct sockaddr *addr, socklen_t len))
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

WRAPPER (int, poll, (struct pollfd *fds, nfds_t n, int timeout))
{
  if (refused ("poll"))
    return -1;
  if (oddity == INTERRUPTED && disturbed ())
    return -1;
  if (in_library && real_timeout != NULL)
    timeout = real_timeout (timeout);
  return __real_poll (fds, n, timeout);
}

/* pidfd_open, which has no function of its own. */
WRAPPER (long, syscall, (long number, ...))
{
  va_list args;

  va_start (args, number);
  pid_t pid = va_arg (args, int);
  unsigned flags = va_arg (args, unsigned);
  va_end (args);
  return refused ("syscall") ? -1 : __real_syscall (number, pid, flags);
}

/* A call that does not wait is not interrupted. */
WRAPPER (pid_t, waitpid, (pid_t pid, int *status, int options))
{
  if (refused ("waitpid")
      || (oddity == INTERRUPTED && (options & WNOHANG) == 0 && disturbed ()))
    return -1;
  return __real_waitpid (pid, status, options);
}

/* Sending and receiving. */

#define WRAP_BYTES(name, buffer)                                   \
  WRAPPER (ssize_t, name, (int fd, buffer p, size_t n, int flags)) \
  {                                                                \
    if (refused (#name) || disturbed ())                           \
      return -1;                                                   \
    if (cut (#name))                                               \
      n = 1;                                                       \
    return __real_##name (fd, p, n, flags);                        \
  }

/* The first byte of a message, with its ancillary data. */
static struct msghdr
first_byte (const struct msghdr *msg, struct iovec *first)
{
  struct msghdr one = *msg;

  *first = (struct iovec) { msg->msg_iov[0].iov_base, 1 };
  one.msg_iov = first;
  one.msg_iovlen = 1;
  return one;
}

WRAPPER (ssize_t, recvmsg, (int fd, struct msghdr *msg, int flags))
{
  struct iovec first;
  struct msghdr one = first_byte (msg, &first);

  if (refused ("recvmsg") || disturbed ())
    return -1;
  if (!cut ("recvmsg"))
    return __real_recvmsg (fd, msg, flags);
  ssize_t r = __real_recvmsg (fd, &one, flags);
  msg->msg_controllen = one.msg_controllen;
  msg->msg_flags = one.msg_flags;
  return r;
}

WRAPPER (ssize_t, sendmsg, (int fd, const struct msghdr *msg, int flags))
{
  struct iovec first;
  struct msghdr one = first_byte (msg, &first);

  if (refused ("sendmsg") || disturbed ())
    return -1;
  return __real_sendmsg (fd, cut ("sendmsg") ? &one : msg, flags);
}

WRAP_BYTES (recv, void *)
WRAP_BYTES (send, const void *)
