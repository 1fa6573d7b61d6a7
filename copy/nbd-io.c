/* SPDX-License-Identifier: MIT */
/* NBD exports: operations on their way. */
#include <config.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "nbd.h"

static struct nbd_handle *
handle_of (struct nbd *n, const struct io *io)
{
  return n->pool.connections[io->worker->index].h;
}

/* ---- what the library says ---- */

/* The last error of this thread, without "read: command failed: ", which
 * the caller says. */
const char *
nbd_words (void)
{
  static const char after[] = ": command failed: ";
  const char *text = tool_nbd_error (), *p = strstr (text, after);

  return p ? p + sizeof after - 1 : text;
}

static void
set_why (struct io *io, const char *why)
{
  free (io->why);
  io->why = strdup (why);
}

/* An operation that this thread did at once came to this end. */
void
nbd_done (struct io *io, int error)
{
  if (error != 0)
    set_why (io, nbd_words ());
  io_done (io, error);
}

/* ---- what is waited for ---- */

int
nbd_last_errno (void)
{
  int error = nbd_get_errno ();
  return error ? error : EIO;
}

int
nbd_await (struct nbd *n, struct nbd_handle *h, int64_t cookie)
{
  struct copy *c = n->e.copy;
  int r = cookie == -1 ? -1 : 0;

  while (r == 0) {
    r = nbd_aio_command_completed (h, cookie);
    if (r == 0 && c->stop)
      return EINTR;
    if (r == 0 && nbd_poll2 (h, c->stop_fd, -1) == -1)
      r = -1;
  }
  return r == 1 ? 0 : nbd_last_errno ();
}

/* ---- what does not begin or end at a block ---- */

/* What fits into one request of whole blocks around OFFSET. */
static uint64_t
part_at (const struct nbd *n, uint64_t offset, uint64_t length)
{
  return MIN (length, n->e.maximum - offset % n->e.minimum);
}

/* The blocks around a piece that is not made of whole ones. */
struct around {
  char *p;                      /* to be freed */
  uint64_t start, length;
};

/* Done with it.  If the operation was INTERRUPTED the library still knows
 * the buffer, which stays then, where a leak checker finds it. */
static void
let_go (struct around *a, bool interrupted)
{
  struct kept {
    struct kept *next;
    char *p;
  };
  static struct kept *_Atomic all;

  if (!interrupted) {
    free (a->p);
    return;
  }
  struct kept *k = tool_alloc (sizeof *k);
  k->p = a->p;
  k->next = atomic_exchange (&all, k);
}

/* Blocking; 0 or errno. */
static int
read_around (struct nbd *n, struct nbd_handle *h, uint64_t offset,
             uint64_t length, struct around *a)
{
  uint64_t m = n->e.minimum;
  uint64_t end = MIN ((offset + length + m - 1) / m * m,
                      (uint64_t) n->e.size);

  a->start = offset - offset % m;
  a->length = end - a->start;
  a->p = tool_alloc (a->length);
  int error = nbd_await (n, h, nbd_aio_pread (h, a->p, a->length, a->start,
                                              NBD_NULL_COMPLETION, 0));
  if (error != 0)
    let_go (a, error == EINTR);
  return error;
}

/* Blocking write of LENGTH bytes, zeroes without DATA. */
int
nbd_write_part (struct nbd *n, struct nbd_handle *h, const char *data,
                uint64_t offset, uint64_t length)
{
  struct around a;
  int error = read_around (n, h, offset, length, &a);

  if (error != 0)
    return error;
  if (data)
    memcpy (a.p + (offset - a.start), data, length);
  else
    memset (a.p + (offset - a.start), 0, length);
  error = nbd_await (n, h, nbd_aio_pwrite (h, a.p, a.length, a.start,
                                           NBD_NULL_COMPLETION, 0));
  let_go (&a, error == EINTR);
  return error;
}

static int
read_part (struct nbd *n, struct nbd_handle *h, char *data, uint64_t offset,
           uint64_t length)
{
  struct around a;
  int error = read_around (n, h, offset, length, &a);

  if (error != 0)
    return error;
  memcpy (data, a.p + (offset - a.start), length);
  let_go (&a, false);
  return 0;
}

static int
do_unaligned (struct nbd *n, struct io *io, uint64_t offset)
{
  struct nbd_handle *h = handle_of (n, io);
  uint64_t done = 0, part;
  int error = 0;

  if (io->action == WRITE_ZEROES)
    return nbd_zero_unaligned (n, h, offset, io->length);
  for (; done < io->length && error == 0; done += part) {
    char *data = io->buffer + done;
    part = part_at (n, offset + done, io->length - done);
    if (io->action == READ)
      error = read_part (n, h, data, offset + done, part);
    else
      error = nbd_write_part (n, h, data, offset + done, part);
  }
  return error;
}

/* ---- the ordinary ones ---- */

/* How to read. */
enum { IN_ONE_PIECE, IN_ANY_PIECES };

/* Is there a later way for what the server refused?  Ways are never gone
 * back, so whatever is refused, there are no more attempts than ways. */
static bool
goes_on (struct nbd *n, struct io *io, int error)
{
  if (io->action == WRITE_ZEROES)
    return nbd_zero_refused (n, io, error);
  /* A server may refuse to send so much in one piece. */
  if (io->action != READ || io->way != IN_ONE_PIECE || error != EOVERFLOW)
    return false;
  n->no_df = true;
  io->way = IN_ANY_PIECES;
  return true;
}

static int
completed (void *opaque, int *error)
{
  struct io *io = opaque;

  io->again = *error != 0 && goes_on ((struct nbd *) io->on, io, *error);
  io_done (io, *error);
  /* A failed one is kept, as only then the library tells more. */
  return *error == 0 || io->again;
}

/* Forget a command that failed, but not why. */
void
nbd_explain (struct io *io)
{
  struct nbd *n = (struct nbd *) io->on;

  if (io->cookie > 0
      && nbd_aio_command_completed (handle_of (n, io), io->cookie) == -1)
    set_why (io, nbd_words ());
  io->cookie = 0;
}

static enum kind
kind_of (uint64_t flags)
{
  return flags & LIBNBD_STATE_ZERO ? ZERO : DATA;
}

/* Note what is inside of the question, in positions of the copy. */
static void
note_extent (struct io *io, struct extents *map, uint64_t start,
             uint64_t end, enum kind kind)
{
  uint64_t first = io->on->start + io->position;
  uint64_t last = first + io->length;

  start = MAX (start, first);
  end = MIN (end, last);
  if (start < end)
    extents_join (map, start - io->on->start, end - io->on->start, kind);
}

static int
mapped (void *opaque, const char *context, uint64_t at,
        nbd_extent *entries, size_t count, int *error)
{
  struct io *io = opaque;
  const char *selecting = io->on->copy->o.context;
  bool selects = io->on->source && selecting
    && strcmp (context, selecting) == 0;

  if (!selects && strcmp (context, LIBNBD_CONTEXT_BASE_ALLOCATION) != 0)
    return 0;
  if (*error != 0)
    return 0;
  for (size_t i = 0; i < count; i++) {
    uint64_t end = at + entries[i].length;
    if (selects)
      note_extent (io, &io->selection, at, end,
                   entries[i].flags ? DATA : SKIP);
    else
      note_extent (io, &io->allocation, at, end, kind_of (entries[i].flags));
    at = end;
  }
  return 0;
}

/* Ask for whole blocks, and no more than the headers have bits for. */
static int64_t
start_status (struct nbd *n, struct io *io, uint64_t offset,
              nbd_completion_callback done)
{
  nbd_extent64_callback extents = { .callback = mapped, .user_data = io };
  struct nbd_handle *h = handle_of (n, io);
  uint64_t m = n->e.minimum;
  uint64_t end = (offset + io->length + m - 1) / m * m;

  offset -= offset % m;
  end = MIN (end, (uint64_t) n->e.size);
  if (nbd_get_extended_headers_negotiated (h) != 1)
    end = MIN (end, offset + 4 * GIB - 64 * KIB);
  io->length = MIN (io->length, end - n->e.start - io->position);
  return nbd_aio_block_status_64 (h, end - offset, offset, extents, done, 0);
}

/* Data is in its place when the read is complete; errors come with that. */
static int
ignore_chunk (void *opaque, const void *data, size_t count, uint64_t offset,
              unsigned status, int *error)
{
  (void) opaque;
  (void) data;
  (void) count;
  (void) offset;
  (void) status;
  (void) error;
  return 0;
}

/* Asked for in one piece, a server need not look for holes first. */
static int64_t
start_read (struct nbd *n, struct io *io, uint64_t offset,
            nbd_completion_callback done)
{
  nbd_chunk_callback chunk = { .callback = ignore_chunk };
  struct nbd_handle *h = handle_of (n, io);

  if (!n->export.df || n->no_df)
    io->way = IN_ANY_PIECES;
  if (io->way == IN_ANY_PIECES)
    return nbd_aio_pread (h, io->buffer, io->length, offset, done, 0);
  return nbd_aio_pread_structured (h, io->buffer, io->length, offset, chunk,
                                   done, LIBNBD_CMD_FLAG_DF);
}

static int64_t
start (struct nbd *n, struct io *io, uint64_t offset)
{
  struct nbd_handle *h = handle_of (n, io);
  nbd_completion_callback done = {
    .callback = completed, .user_data = io,
  };

  switch (io->action) {
  case READ:
    return start_read (n, io, offset, done);
  case WRITE:
    return nbd_aio_pwrite (h, io->buffer, io->length, offset, done, 0);
  case WRITE_ZEROES:
    return nbd_start_zero (n, h, io, done);
  case STATUS:
    return start_status (n, io, offset, done);
  case FLUSH:
    return nbd_aio_flush (h, done, 0);
  }
  return -1;
}

static void
fail_lost (struct endpoint *e, struct io *io)
{
  io->why = tool_format ("%s: %s", nbd_loss (e, io->worker->index),
                         strerror (ENOTCONN));
  io_done (io, ENOTCONN);
}

static void
issue (struct nbd *n, struct io *io, uint64_t offset)
{
  int64_t cookie = start (n, io, offset);

  if (cookie != -1)
    io->cookie = cookie;
  else if (nbd_is_lost (&n->e, io->worker->index))
    fail_lost (&n->e, io);
  else
    nbd_done (io, nbd_last_errno ());
}

void
nbd_start (struct endpoint *e, struct io *io)
{
  struct nbd *n = (struct nbd *) e;
  uint64_t offset = e->start + io->position;
  bool moves = io->action == READ || io->action == WRITE
    || io->action == WRITE_ZEROES;

  if (nbd_is_lost (e, io->worker->index))
    fail_lost (e, io);
  else if (moves && (offset | io->length) % e->minimum != 0)
    nbd_done (io, do_unaligned (n, io, offset));
  else if (io->action != WRITE_ZEROES
           || !nbd_zero_at_once (n, handle_of (n, io), io))
    issue (n, io, offset);
}

/* ---- the socket ---- */

void
nbd_poll_for (struct endpoint *e, unsigned i, struct pollfd *p,
              int *timeout)
{
  struct nbd_handle *h = ((struct nbd *) e)->pool.connections[i].h;
  unsigned direction = nbd_aio_get_direction (h);

  (void) timeout;
  *p = (struct pollfd) { .fd = -1 };
  if (direction == 0)
    return;
  p->fd = nbd_aio_get_fd (h);
  if (direction & LIBNBD_AIO_DIRECTION_READ)
    p->events |= POLLIN;
  if (direction & LIBNBD_AIO_DIRECTION_WRITE)
    p->events |= POLLOUT;
}

void
nbd_polled (struct endpoint *e, unsigned i, const struct pollfd *p)
{
  struct tool_pool *pool = &((struct nbd *) e)->pool;
  struct nbd_handle *h = pool->connections[i].h;
  int r = 0;

  if (p->fd == -1 || p->revents == 0)
    return;
  if (p->revents & (POLLIN | POLLHUP | POLLERR | POLLNVAL))
    r = nbd_aio_notify_read (h);
  else if (p->revents & POLLOUT)
    r = nbd_aio_notify_write (h);
  if (r == -1)
    tool_pool_keep_loss (pool, i);
}
