/* SPDX-License-Identifier: MIT */
/* NBD exports: operations. */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/endpoints/nbd.h"

/* How long a request may still have effect after its connection was lost: the
 * library's default, see nbd_set_quarantine(3). */
#define LATE_MS 30000

static struct nbd_link *
link_of (const struct io *io)
{
  return ((struct nbd *) io->on)->links[io->connection];
}

/* ---- ranges that are not whole blocks ---- */

/* How many bytes from OFFSET on fit into one request of whole blocks. */
static uint64_t
part_at (const struct nbd *n, uint64_t offset, uint64_t length)
{
  return MIN (length, n->e.maximum - offset % n->e.minimum);
}

static int
do_unaligned (struct nbd_link *l, struct io *io)
{
  struct nbd *n = l->nbd;
  uint64_t offset = n->e.start + io->position, done = 0, part;
  int error = 0;

  if (io->action == WRITE_ZEROES)
    return nbd_zero_unaligned (l, offset, io->length);
  for (; done < io->length && error == 0; done += part) {
    char *data = io->buffer + done;
    part = part_at (n, offset + done, io->length - done);
    if (io->action == READ)
      error = nbd_read_part (l, data, offset + done, part);
    else
      error = nbd_write_part (l, data, offset + done, part);
  }
  return error;
}

/* A request of the lost connection may still be carried out: wait until that
 * can no longer happen, before another request is sent to the same place.
 * Return 0, or EINTR if the copy has to stop. */
static int
let_late_requests_pass (struct nbd_link *l)
{
  struct copy *c = l->nbd->e.copy;
  int64_t end = tool_now_ms () + LATE_MS, left = LATE_MS;

  while (!c->stop && left > 0 && !tool_is_lost (l->h)) {
    nbd_poll2 (l->h, c->stop_fd, left);
    left = end - tool_now_ms ();
  }
  return c->stop ? EINTR : 0;
}

/* Carry out an operation that takes several requests, one after the other.  If
 * the connection is lost between them, earlier ones may have had no effect, and
 * a late one could undo those that followed it.  So the whole operation is
 * repeated. */
static void
do_at_once (struct io *io, int (*what) (struct nbd_link *l, struct io *io))
{
  struct nbd_link *l = link_of (io);
  unsigned losses;
  int error;

  do {
    losses = l->losses;
    error = what (l, io);
    if (error == 0 && l->losses != losses && io->action != READ)
      error = let_late_requests_pass (l);
  } while (error == 0 && l->losses != losses);
  nbd_done (io, error);
}

/* ---- operations of one request ---- */

/* Ways to read. */
enum { IN_ONE_PIECE, IN_ANY_PIECES };

/* Whether there is a later way for the operation that the server refused.
 * There is no return to an earlier way, so there are no more attempts than
 * ways. */
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

  io->retries = *error != 0 && goes_on ((struct nbd *) io->on, io, *error);
  io_done (io, *error);
  /* If it failed it is not retired, so that nbd_explain can get the reason
   * from the library. */
  return *error == 0 || io->retries;
}

void
nbd_explain (struct io *io)
{
  if (io->cookie > 0
      && nbd_aio_command_completed (link_of (io)->h, io->cookie) == -1)
    nbd_set_why (io, nbd_error_words ());
  io->cookie = 0;
}

static int
mapped (void *opaque, const char *context, uint64_t at, nbd_extent *entries,
        size_t count, int *error)
{
  struct io *io = opaque;
  const char *selecting = io->on->copy->settings.context;
  uint64_t most = io->on->start + io->position + io->length;
  struct tool_map *map = NULL;

  if (*error != 0)
    return 0;
  if (io->on->source && selecting && strcmp (context, selecting) == 0)
    map = &io->selection;
  else if (strcmp (context, LIBNBD_CONTEXT_BASE_ALLOCATION) == 0)
    map = &io->allocation;
  if (map == NULL)
    return 0;
  /* After a lost connection the extents are reported again. */
  tool_map_free (map);
  tool_map_begin (map, at);
  tool_map_take (map, at, entries, count, most);
  return 0;
}

/* Ask for whole blocks, and for no more than a request's length field can
 * hold. */
static int64_t
start_status (struct nbd *n, struct io *io, uint64_t offset,
              nbd_completion_callback done)
{
  nbd_extent64_callback extents = { .callback = mapped, .user_data = io };
  struct nbd_handle *h = link_of (io)->h;
  uint64_t m = n->e.minimum;
  uint64_t end = (offset + io->length + m - 1) / m * m;

  offset -= offset % m;
  end = MIN (end, (uint64_t) n->e.size);
  if (nbd_get_extended_headers_negotiated (h) != 1)
    end = MIN (end, offset + 4 * GIB - 64 * KIB);
  io->length = MIN (io->length, end - n->e.start - io->position);
  return nbd_aio_block_status_64 (h, end - offset, offset, extents, done, 0);
}

/* Nothing is to be done for a chunk: when the read is complete the data is in
 * the buffer, and errors are reported then. */
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

/* Use the flag DF if possible: then the server need not look for holes. */
static int64_t
start_read (struct nbd *n, struct io *io, uint64_t offset,
            nbd_completion_callback done)
{
  nbd_chunk_callback chunk = { .callback = ignore_chunk };
  struct nbd_handle *h = link_of (io)->h;

  if (!n->export.df || n->no_df)
    io->way = IN_ANY_PIECES;
  if (io->way == IN_ANY_PIECES)
    return nbd_aio_pread (h, io->buffer, io->length, offset, done, 0);
  return nbd_aio_pread_structured (h, io->buffer, io->length, offset, chunk,
                                   done, LIBNBD_CMD_FLAG_DF);
}

static int64_t
start (struct nbd *n, struct io *io)
{
  struct nbd_link *l = link_of (io);
  uint64_t offset = n->e.start + io->position;
  nbd_completion_callback done = {
    .callback = completed,
    .user_data = io,
  };

  switch (io->action) {
  case READ: return start_read (n, io, offset, done);
  case WRITE:
    return nbd_aio_pwrite (l->h, io->buffer, io->length, offset, done, 0);
  case WRITE_ZEROES: return nbd_start_zero (l, io, done);
  case STATUS: return start_status (n, io, offset, done);
  case FLUSH: return nbd_aio_flush (l->h, done, 0);
  }
  return -1;
}

/* Fail with the reason of the loss: the library's error for a call on a lost
 * handle does not tell it. */
static void
fail_lost (struct io *io)
{
  const char *loss = link_of (io)->loss;

  nbd_set_why (io, loss ? loss : "the server closed the connection");
  io_done (io, ENOTCONN);
}

static void
issue (struct nbd *n, struct io *io)
{
  int64_t cookie = start (n, io);

  if (cookie != -1)
    io->cookie = cookie;
  else if (nbd_is_lost (&n->e, io->connection))
    fail_lost (io);
  else
    nbd_done (io, nbd_last_errno ());
}

void
nbd_start (struct endpoint *e, struct io *io)
{
  uint64_t offset = e->start + io->position;
  bool moves = io->action == READ || io->action == WRITE
               || io->action == WRITE_ZEROES;

  if (nbd_is_lost (e, io->connection))
    fail_lost (io);
  else if (moves && (offset | io->length) % e->minimum != 0)
    do_at_once (io, do_unaligned);
  else if (io->action == WRITE_ZEROES
           && nbd_zero_takes_several (link_of (io), io))
    do_at_once (io, nbd_zero_blocks);
  else
    issue ((struct nbd *) e, io);
}

/* ---- the socket ---- */

void
nbd_poll_for (struct endpoint *e, unsigned i, struct pollfd *p, int *timeout)
{
  struct nbd_handle *h = ((struct nbd *) e)->links[i]->h;
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
  struct nbd_handle *h = ((struct nbd *) e)->links[i]->h;

  if (p->fd == -1 || p->revents == 0)
    return;
  if (p->revents & (POLLIN | POLLHUP | POLLERR | POLLNVAL))
    nbd_aio_notify_read (h);
  else if (p->revents & POLLOUT)
    nbd_aio_notify_write (h);
}
