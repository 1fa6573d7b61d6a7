/* SPDX-License-Identifier: MIT */
/* Shared by libnbd-uv.h, libnbd-ev.h and libnbd-event.h, and a base for
 * other main loops: see libnbd-loops(3). */

#ifndef LIBNBD_LOOP_H
#define LIBNBD_LOOP_H

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libnbd.h>

/* Something happened.  The error is 0, or an errno if the handle has failed
 * or cannot be watched. */
typedef void nbd_loop_callback (struct nbd_handle *h, int error, void *data);

/* A handle in a loop.  The loop watches a duplicate of the handle's
 * descriptor: the library may close a socket at any time, and the loop must
 * not find another file under a number that it still watches. */
struct nbd_loop {
  struct nbd_handle *h;
  nbd_loop_callback *on_change;
  void *data;
  /* Watch this descriptor (-1: none) for this direction, instead of that in
   * the fields fd and direction.  The result is 0 or an errno. */
  int (*watch) (struct nbd_loop *l, int fd, unsigned direction);
  void (*release) (struct nbd_loop *l); /* free the memory */
  int fd;
  unsigned direction;
  int settled; /* the handle will not change its socket */
  int error;   /* why it is not watched */
  int calls;   /* of on_change, running */
  int stopped;
};

/* Report what the descriptor is ready for; the result is 0 or an errno.
 * Report one event at a time, reading first: it can change what the handle
 * waits for. */
static inline int
nbd_loop_notify (struct nbd_handle *h, int readable, int writable)
{
  unsigned direction = nbd_aio_get_direction (h);
  int r = 0;

  if (readable && (direction & LIBNBD_AIO_DIRECTION_READ))
    r = nbd_aio_notify_read (h);
  else if (writable && (direction & LIBNBD_AIO_DIRECTION_WRITE))
    r = nbd_aio_notify_write (h);
  return r == 0 ? 0 : nbd_get_errno ();
}

/* Whether nothing can happen unless the program connects the handle. */
static inline int
nbd_loop_has_ended (struct nbd_handle *h)
{
  return nbd_aio_is_closed (h) || nbd_aio_is_dead (h)
         || nbd_aio_is_created (h);
}

/* Watch another descriptor, or another direction, and close the old
 * descriptor. */
static inline int
nbd_loop_take (struct nbd_loop *l, int fd, unsigned direction)
{
  int old = l->fd, error = 0;

  if (fd != old || direction != l->direction)
    error = l->watch (l, fd, direction);
  if (error != 0) {
    l->watch (l, -1, 0);
    if (fd != old && fd != -1)
      close (fd);
    fd = -1;
  }
  if (fd != old && old != -1)
    close (old);
  l->fd = fd;
  l->direction = fd == -1 ? 0 : direction;
  return error;
}

/* Duplicate a descriptor; -1 with errno. */
#ifdef F_DUPFD_CLOEXEC
static inline int
nbd_loop_duplicate (int fd)
{
  return fcntl (fd, F_DUPFD_CLOEXEC, 0);
}
#else /* with -std=c11 and the like, if no macro asks for POSIX */
static inline int
nbd_loop_duplicate (int fd)
{
  int copy = fcntl (fd, F_DUPFD, 0);

  if (copy != -1)
    fcntl (copy, F_SETFD, FD_CLOEXEC);
  return copy;
}
#endif

/* Whether the duplicate is still that of this descriptor. */
static inline int
nbd_loop_is_of (const struct nbd_loop *l, int fd)
{
  struct stat a, b;

  return l->fd != -1 && fstat (fd, &a) == 0 && fstat (l->fd, &b) == 0
         && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* Watch what the handle waits for now; the result is 0 or an errno. */
static inline int
nbd_loop_fit (struct nbd_loop *l)
{
  unsigned direction = nbd_aio_get_direction (l->h);
  int fd = l->fd, socket, error;

  if (direction == 0 && nbd_loop_has_ended (l->h))
    fd = -1;
  else if (direction != 0 && (fd == -1 || !l->settled)) {
    /* While it connects, the handle may try one socket after the other. */
    l->settled = !nbd_aio_is_connecting (l->h);
    socket = nbd_aio_get_fd (l->h);
    error = socket == -1 ? nbd_get_errno () : 0;
    if (error == 0 && !nbd_loop_is_of (l, socket))
      error = (fd = nbd_loop_duplicate (socket)) == -1 ? errno : 0;
    if (error != 0) {
      nbd_loop_take (l, -1, 0);
      return error;
    }
  }
  return nbd_loop_take (l, fd, direction);
}

/* Call the program's callback; the result is whether it has stopped the
 * watch. */
static inline int
nbd_loop_tell (struct nbd_loop *l, int error)
{
  l->calls++;
  l->on_change (l->h, error, l->data);
  if (--l->calls > 0 || !l->stopped)
    return l->stopped;
  l->release (l);
  return 1;
}

/* Before the loop waits: act on changes that the program has made. */
static inline void
nbd_loop_look (struct nbd_loop *l)
{
  int was_watched = l->fd != -1, error = nbd_loop_fit (l);
  int is_new = error != 0 && error != l->error;

  l->error = error;
  if (error == 0 && was_watched && l->fd == -1) { /* a call has ended it */
    error = nbd_aio_is_closed (l->h) ? 0 : ENOTCONN;
    is_new = 1;
  }
  if (is_new && !nbd_loop_tell (l, error))
    nbd_loop_look (l);
}

/* The descriptor is ready. */
static inline void
nbd_loop_serve (struct nbd_loop *l, int readable, int writable)
{
  int error = nbd_loop_notify (l->h, readable, writable);

  l->error = nbd_loop_fit (l); /* drops a socket that has ended */
  if (!nbd_loop_tell (l, error != 0 ? error : l->error))
    nbd_loop_look (l);
}

/* Stop watching.  The memory is released when no call uses it any more. */
static inline void
nbd_loop_stop (struct nbd_loop *l)
{
  nbd_loop_take (l, -1, 0);
  l->stopped = 1;
  if (l->calls == 0)
    l->release (l);
}

/* The result is l, or NULL with errno. */
static inline struct nbd_loop *
nbd_loop_start (struct nbd_loop *l, struct nbd_handle *h,
                nbd_loop_callback *on_change, void *data,
                int (*watch) (struct nbd_loop *l, int fd, unsigned direction),
                void (*release) (struct nbd_loop *l))
{
  l->h = h;
  l->on_change = on_change;
  l->data = data;
  l->watch = watch;
  l->release = release;
  l->fd = -1;
  l->direction = 0;
  l->settled = l->calls = l->stopped = 0;
  l->error = 0;
  int error = nbd_loop_fit (l);
  if (error != 0) {
    nbd_loop_stop (l);
    errno = error;
  }
  return error == 0 ? l : NULL;
}

#endif /* LIBNBD_LOOP_H */
