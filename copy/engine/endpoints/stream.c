/* SPDX-License-Identifier: MIT */
/* Pipes, sockets, terminals and the like, which are read or written in order
 * and have no positions; and null:, which discards what is written. */
#include <config.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/copy.h"

/* Input is passed on when nothing more comes for so long, even if it is less
 * than was asked for.  With a shorter time the input from a fast writer to a
 * pipe would become small requests. */
#define PAUSE_MS 5

struct stream {
  struct endpoint e;
  struct io *reading; /* the READ that waits for input, or NULL */
  uint64_t got;       /* bytes that have come for it */
  int64_t came_ms;    /* when the last of them came */
};

static const char zeroes[64 * 1024];

/* Sleep until the descriptor is ready.  0 or errno; EINTR if the copy has to
 * stop. */
static int
wait_for (struct endpoint *e, short events)
{
  struct pollfd p[2] = {
    { .fd = e->fd, .events = events },
    { .fd = e->copy->stop_fd, .events = POLLIN },
  };

  while (poll (p, 2, -1) == -1)
    if (errno != EINTR)
      return errno;
  return p[1].revents ? EINTR : 0;
}

static bool
try_again (struct endpoint *e)
{
  return (errno == EINTR || errno == EAGAIN) && !e->copy->stop;
}

/* ---- input ---- */

static void
pass_on (struct stream *s, int error)
{
  struct io *io = s->reading;

  io->length = s->got;
  s->reading = NULL;
  io_done (io, error);
}

static bool
is_readable (const struct stream *s)
{
  struct pollfd p = { .fd = s->e.fd, .events = POLLIN };
  return poll (&p, 1, 0) == 1;
}

/* Read the input that is available.  What came before an error is passed on;
 * the next attempt reports the error. */
static void
take (struct stream *s)
{
  struct io *io = s->reading;

  while (s->got < io->length && !io->ended) {
    if (!is_readable (s))
      return;
    ssize_t n = read (s->e.fd, io->buffer + s->got, io->length - s->got);
    if (n == -1 && try_again (&s->e))
      continue;
    if (n == -1) {
      pass_on (s, s->got > 0 ? 0 : errno);
      return;
    }
    s->got += n;
    s->came_ms = tool_now_ms ();
    io->ended = n == 0;
  }
  pass_on (s, 0);
}

static void
begin (struct endpoint *e, struct io *io)
{
  struct stream *s = (struct stream *) e;

  s->reading = io;
  s->got = 0;
  take (s);
}

static void
poll_for (struct endpoint *e, unsigned i, struct pollfd *p, int *timeout)
{
  struct stream *s = (struct stream *) e;

  (void) i;
  *p = (struct pollfd) { .fd = s->reading ? s->e.fd : -1, .events = POLLIN };
  if (s->reading && s->got > 0)
    *timeout = *timeout < 0 ? PAUSE_MS : MIN (*timeout, PAUSE_MS);
}

static void
polled (struct endpoint *e, unsigned i, const struct pollfd *p)
{
  struct stream *s = (struct stream *) e;

  (void) i;
  if (s->reading == NULL)
    return;
  if (p->revents != 0)
    take (s);
  else if (s->got > 0 && tool_now_ms () - s->came_ms >= PAUSE_MS)
    pass_on (s, 0);
}

/* ---- output ---- */

static int
write_all (struct endpoint *e, const char *buffer, uint64_t length)
{
  while (length > 0) {
    int error = wait_for (e, POLLOUT);
    if (error != 0)
      return error;
    ssize_t n = write (e->fd, buffer, length);
    if (n == -1 && try_again (e))
      continue;
    if (n <= 0)
      return n == 0 ? EIO : errno;
    buffer += n;
    length -= n;
  }
  return 0;
}

static int
write_zeroes (struct endpoint *e, uint64_t length)
{
  int error = 0;

  while (length > 0 && error == 0) {
    uint64_t part = MIN (length, sizeof zeroes);
    error = write_all (e, zeroes, part);
    length -= part;
  }
  return error;
}

static void
start (struct endpoint *e, struct io *io)
{
  switch (io->action) {
  case READ: begin (e, io); break;
  case WRITE: io_done (io, write_all (e, io->buffer, io->length)); break;
  case WRITE_ZEROES: io_done (io, write_zeroes (e, io->length)); break;
  default: io_done (io, ENOTSUP);
  }
}

static void
swallow (struct endpoint *e, struct io *io)
{
  (void) e;
  io_done (io, 0);
}

static unsigned
connect_one (struct endpoint *e, unsigned count)
{
  return e->stream ? 1 : count;
}

static int
finish (struct endpoint *e, uint64_t length, bool flush)
{
  (void) e;
  (void) length;
  (void) flush;
  return 0;
}

static void
free_stream (struct endpoint *e)
{
  free (e);
}

static const struct endpoint_ops stream_ops = {
  .name = "pipe_ops",
  .start = start,
  .poll_for = poll_for,
  .polled = polled,
  .connect = connect_one,
  .finish = finish,
  .free = free_stream,
};

static const struct endpoint_ops null_ops = {
  .name = "null_ops",
  .start = swallow,
  .connect = connect_one,
  .finish = finish,
  .free = free_stream,
};

struct endpoint *
stream_open (struct copy *c, int fd, const char *name, bool source)
{
  struct stream *s = tool_alloc (sizeof *s);

  s->e = (struct endpoint) {
    .ops = &stream_ops,
    .copy = c,
    .name = name,
    .fd = fd,
    .source = source,
    .size = -1,
    .minimum = 1,
    .preferred = 4096,
    .maximum = 32 * MIB,
    .zero_maximum = 32 * MIB,
    .stream = true,
  };
  return &s->e;
}

struct endpoint *
null_open (struct copy *c)
{
  struct endpoint *e = tool_alloc (sizeof *e);

  *e = (struct endpoint) {
    .ops = &null_ops,
    .copy = c,
    .name = "null:",
    .fd = -1,
    .size = INT64_MAX,
    .minimum = 1,
    .preferred = 4096,
    .maximum = 32 * MIB,
    .zero_maximum = 1 * GIB,
    .multi = true,
    .swallows = true,
    .fresh = true,
  };
  return e;
}
