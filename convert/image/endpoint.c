/* SPDX-License-Identifier: MIT */
/* Images as sources of the copying engine.
 *
 * An image finishes reads on its own threads, but the engine needs to see the
 * end of a read on the worker that started it.  So finished reads are put
 * into a list of the worker's connection.  The connection's eventfd is
 * readable as long as the list is not empty. */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/engine.h"
#include "image/internal.h"
#include "tool.h"

/* Smaller reads would wake the worker often for little data. */
#define PREFERRED (64 * KIB)

/* A read of the image, and the engine's operation that it is for. */
struct transfer {
  struct transfer *next;
  struct image_read read;
  struct io *io;
  struct connection *on;
  pthread_t worker;
};

struct connection {
  pthread_mutex_t lock;
  struct transfer *done;  /* the latest first */
  struct transfer *spare; /* unused ones; only its worker uses them */
  int fd;
};

struct decoded_source {
  struct endpoint e;
  struct image *image;
  struct connection *connections;
  unsigned count;
};

/* ---- reads ---- */

static void
finish_transfer (struct transfer *t)
{
  struct io *io = t->io;
  int error = t->read.error;

  if (error != 0 && t->read.why)
    io->why = tool_format ("%s", t->read.why);
  if (error == 0 && io->on->stream)
    image_keep_tail (((struct decoded_source *) io->on)->image, io->buffer,
                     t->read.length);
  io->length = t->read.length;
  io->ended = t->read.ended;
  t->next = t->on->spare;
  t->on->spare = t;
  io_done (io, error);
}

/* Pass a finished read to its worker; any thread calls this.  After the lock
 * is released, the worker may end and free everything here. */
static void
hand_over (struct transfer *t)
{
  struct connection *c = t->on;
  uint64_t one = 1;

  pthread_mutex_lock (&c->lock);
  bool first = c->done == NULL;
  t->next = c->done;
  c->done = t;
  if (first && write (c->fd, &one, sizeof one) == -1)
    copy_fail (t->io->on->copy, "eventfd: %m");
  pthread_mutex_unlock (&c->lock);
}

static void
was_read (struct image_read *r)
{
  struct transfer *t = r->opaque;

  if (pthread_equal (t->worker, pthread_self ()))
    finish_transfer (t);
  else
    hand_over (t);
}

static void
start (struct endpoint *e, struct io *io)
{
  struct decoded_source *d = (struct decoded_source *) e;
  struct connection *c = &d->connections[io->connection];
  struct transfer *t = c->spare;

  if (io->action != READ) {
    io_done (io, ENOTSUP);
    return;
  }
  if (t != NULL)
    c->spare = t->next;
  else
    t = tool_alloc (sizeof *t);
  *t = (struct transfer) {
    .io = io,
    .on = c,
    .worker = pthread_self (),
    .read = {
      .buffer = io->buffer,
      .offset = e->start + io->position,
      .length = io->length,
      .done = was_read,
      .opaque = t,
    },
  };
  image_read (d->image, &t->read);
}

static void
poll_for (struct endpoint *e, unsigned i, struct pollfd *p, int *timeout)
{
  struct decoded_source *d = (struct decoded_source *) e;

  (void) timeout;
  *p = (struct pollfd) { .fd = d->connections[i].fd, .events = POLLIN };
}

/* Reverse the list, so that the read that was done first comes first. */
static struct transfer *
reverse (struct transfer *list)
{
  struct transfer *reversed = NULL;

  while (list != NULL) {
    struct transfer *next = list->next;
    list->next = reversed;
    reversed = list;
    list = next;
  }
  return reversed;
}

static void
polled (struct endpoint *e, unsigned i, const struct pollfd *p)
{
  struct decoded_source *d = (struct decoded_source *) e;
  struct connection *c = &d->connections[i];
  struct transfer *t = NULL;
  uint64_t count;

  if (p->revents == 0)
    return;
  pthread_mutex_lock (&c->lock);
  if (read (c->fd, &count, sizeof count) == sizeof count) {
    t = reverse (c->done);
    c->done = NULL;
  }
  pthread_mutex_unlock (&c->lock);
  while (t != NULL) {
    struct transfer *next = t->next;
    finish_transfer (t);
    t = next;
  }
}

/* ---- begin and end ---- */

static unsigned
connect_more (struct endpoint *e, unsigned count)
{
  struct decoded_source *d = (struct decoded_source *) e;

  if (e->stream)
    count = 1;
  d->connections = tool_alloc (count * sizeof d->connections[0]);
  for (; d->count < count; d->count++) {
    int fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd == -1)
      break;
    d->connections[d->count].fd = fd;
    pthread_mutex_init (&d->connections[d->count].lock, NULL);
  }
  if (d->count == 0)
    copy_fail (e->copy, "eventfd: %m");
  return MAX (d->count, 1);
}

/* Nothing to do: the codec checks whether the source is complete. */
static int
finish (struct endpoint *e, uint64_t length, bool flush)
{
  (void) e;
  (void) length;
  (void) flush;
  return 0;
}

static char *
identity (struct endpoint *e)
{
  const struct input *in = ((struct decoded_source *) e)->image->in;
  struct stat st;

  if (in->fd == -1 || fstat (in->fd, &st) == -1 || !S_ISREG (st.st_mode))
    return tool_format ("image in %s size %" PRIu64 " unpacked %" PRIi64,
                        in->name, in->size, e->size);
  char *real = realpath (in->name, NULL);
  char *text = tool_format ("image in %s inode %" PRIu64 ":%" PRIu64
                            " size %" PRIi64 " changed %" PRIi64
                            ".%09ld unpacked %" PRIi64,
                            real ? real : in->name, (uint64_t) st.st_dev,
                            (uint64_t) st.st_ino, (int64_t) st.st_size,
                            (int64_t) st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
                            e->size);
  free (real);
  return text;
}

static void
free_source (struct endpoint *e)
{
  struct decoded_source *d = (struct decoded_source *) e;

  for (unsigned i = 0; i < d->count; i++) {
    struct connection *c = &d->connections[i];
    struct transfer *t;
    while ((t = c->spare) != NULL) {
      c->spare = t->next;
      free (t);
    }
    pthread_mutex_destroy (&c->lock);
    close (c->fd);
  }
  free (d->connections);
  free (d);
}

static const struct endpoint_ops random_ops = {
  .name = "image_ops",
  .start = start,
  .poll_for = poll_for,
  .polled = polled,
  .connect = connect_more,
  .finish = finish,
  .identity = identity,
  .free = free_source,
};

/* A source that comes in order has no identity, because it cannot be read
 * again. */
static const struct endpoint_ops order_ops = {
  .name = "image_in_order_ops",
  .start = start,
  .poll_for = poll_for,
  .polled = polled,
  .connect = connect_more,
  .finish = finish,
  .free = free_source,
};

struct endpoint *
image_endpoint (struct copy *c, struct image *image)
{
  struct decoded_source *d = tool_alloc (sizeof *d);
  bool in_order = image_is_in_order (image);

  d->image = image;
  d->e = (struct endpoint) {
    .ops = in_order ? &order_ops : &random_ops,
    .copy = c,
    .name = image_name (image),
    .fd = -1,
    .source = true,
    .size = in_order ? -1 : (int64_t) image_size (image),
    .minimum = 1,
    .preferred = PREFERRED,
    .maximum = 32 * MIB,
    .stream = in_order,
    .multi = !in_order,
  };
  return &d->e;
}
