/* SPDX-License-Identifier: MIT */
/* Pipes, sockets, terminals and the like, which have an order and no
 * positions; and null:, which has nothing. */
#include <config.h>

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "copy.h"

static const char zeroes[64 * 1024];

/* Sleep until it is ready, or until all have to stop. */
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

/* Less than was asked for comes at the end only. */
static int
read_all (struct endpoint *e, struct io *io)
{
  uint64_t done = 0;

  while (done < io->length) {
    int error = wait_for (e, POLLIN);
    if (error != 0)
      return error;
    ssize_t n = read (e->fd, io->buffer + done, io->length - done);
    if (n == -1 && try_again (e))
      continue;
    if (n == -1)
      return errno;
    if (n == 0)
      break;
    done += n;
  }
  io->length = done;
  return 0;
}

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
  case READ:
    io_done (io, read_all (e, io));
    break;
  case WRITE:
    io_done (io, write_all (e, io->buffer, io->length));
    break;
  case WRITE_ZEROES:
    io_done (io, write_zeroes (e, io->length));
    break;
  default:
    io_done (io, ENOTSUP);
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

static const struct endpoint_ops stream_ops = {
  .name = "pipe_ops",
  .start = start,
  .connect = connect_one,
  .finish = finish,
};

static const struct endpoint_ops null_ops = {
  .name = "null_ops",
  .start = swallow,
  .connect = connect_one,
  .finish = finish,
};

struct endpoint *
stream_open (struct copy *c, int fd, const char *name, bool source)
{
  struct endpoint *e = tool_alloc (sizeof *e);

  *e = (struct endpoint) {
    .ops = &stream_ops, .copy = c, .name = name, .fd = fd, .source = source,
    .size = -1, .minimum = 1, .preferred = 4096, .maximum = 32 * MIB,
    .zero_maximum = 32 * MIB, .stream = true,
  };
  return e;
}

struct endpoint *
null_open (struct copy *c)
{
  struct endpoint *e = tool_alloc (sizeof *e);

  *e = (struct endpoint) {
    .ops = &null_ops, .copy = c, .name = "null:", .fd = -1,
    .size = INT64_MAX, .minimum = 1, .preferred = 4096,
    .maximum = 32 * MIB, .zero_maximum = 1 * GIB, .multi = true,
    .null = true, .fresh = true,
  };
  return e;
}
