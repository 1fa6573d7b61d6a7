/* SPDX-License-Identifier: MIT */
/* What the IO states of the machine run: bytes between the transport and
 * the buffers.  See "The data path" in HACKING.md.
 */

#include "internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The receive buffer begins with this and may grow to that.  The first
 * holds the reply to a 4 KiB read; the second stays in the processor's
 * cache.
 */
#define ROOM_MIN (8u * 1024)
#define ROOM_MAX (256u * 1024)

/* Between large payloads there is a header to be received. */
#define ROOM_LARGE 256u

/* Payloads of this size are better received where they belong. */
#define LARGE_FILL (32u * 1024)

/* Put the unread bytes first and have room for `want` in all. */
static int
make_room (struct nbd_handle *h, size_t want)
{
  struct nbdi_in *in = &h->in;

  if (in->pos == in->end)
    in->pos = in->end = 0;
  else if (in->pos > 0) {
    memmove (in->buf, in->buf + in->pos, in->end - in->pos);
    in->end -= in->pos;
    in->pos = 0;
  }
  if (in->room == 0 || (in->filled && in->room < ROOM_MIN))
    in->room = ROOM_MIN;
  else if (in->filled && in->room < ROOM_MAX)
    in->room *= 2;
  in->filled = false;
  if (want < in->room)
    want = in->room;
  if (in->cap < want) {
    uint8_t *buf = realloc (in->buf, want);
    if (buf == NULL) {
      nbdi_error (errno, "receive buffer of %zu bytes", want);
      return -1;
    }
    in->buf = buf;
    in->cap = want;
  }
  return 0;
}

/* A server that was told that we leave may close without a word and without
 * reading on, which resets the connection.
 */
bool
nbdi_may_end (const struct nbd_handle *h)
{
  if (nbdi_phase_in (h, NBDI_PHASE_CONNECTED))
    return h->cmds.disconnect_sent && h->cmds.sent == 0;
  return h->opt.option == NBD_OPT_ABORT;
}

/* Whether a receive can be of use: the socket may still be read in this
 * call, or the transport has something in its buffers.
 */
static bool
may_receive (const struct nbd_handle *h)
{
  return h->in.receives > 0 || nbdi_transport_pending (h);
}

/* Receive once into up to two places. */
static ssize_t
receive_once (struct nbd_handle *h, struct iovec *iov, int n)
{
  ssize_t r = h->conn.transport->receive (h, iov, n);

  if (r == NBDI_TRANSPORT_FAILED)
    return NBDI_IO_FAILED;
  if (r == -1) {
    if (errno == EAGAIN || errno == EWOULDBLOCK)
      return NBDI_IO_WAIT;
    if (errno == ECONNRESET && nbdi_may_end (h))
      return NBDI_IO_END;
    /* The program closed the descriptor under us. */
    nbdi_socket_error (h, errno == EBADF ? ENOTCONN : errno, "recv");
    return NBDI_IO_FAILED;
  }
  return r == 0 ? NBDI_IO_END : r;
}

/* The slow path of nbdi_io_recv. */
int
nbdi_receive_more (struct nbd_handle *h, size_t n)
{
  struct nbdi_in *in = &h->in;

  in->need = n;
  if (in->stop)
    return NBDI_IO_WAIT;
  while (in->end - in->pos < n) {
    if (!may_receive (h))
      return NBDI_IO_WAIT;
    if (make_room (h, n) == -1)
      return NBDI_IO_FAILED;
    size_t asked = (n > in->room ? n : in->room) - in->end;
    struct iovec iov = { in->buf + in->end, asked };
    ssize_t r = receive_once (h, &iov, 1);
    if (r <= 0)
      return (int) r;
    in->filled = (size_t) r == asked;
    in->end += r;
  }
  return NBDI_IO_READY;
}

/* Take what is buffered, then let the socket write into the program's
 * buffer and what follows into ours.
 */
int
nbdi_io_fill (struct nbd_handle *h)
{
  struct nbdi_in *in = &h->in;

  in->need = 1;
  if (in->stop && in->fill_left > 0)
    return NBDI_IO_WAIT;
  bool large = in->fill_left >= LARGE_FILL;
  while (in->fill_left > 0) {
    size_t have = in->end - in->pos;
    if (have > 0) {
      size_t n = have < in->fill_left ? have : in->fill_left;
      memcpy (in->fill, in->buf + in->pos, n);
      in->pos += n;
      h->bytes_received += n;
      in->fill += n;
      in->fill_left -= n;
      continue;
    }
    if (!may_receive (h))
      return NBDI_IO_WAIT;
    /* Copying large payloads out of the buffer is a waste. */
    if (large) {
      in->room = ROOM_LARGE;
      in->filled = false;
    }
    if (make_room (h, 0) == -1)
      return NBDI_IO_FAILED;
    size_t asked = in->fill_left + in->room;
    struct iovec iov[2] = {
      { in->fill, in->fill_left }, { in->buf, in->room }
    };
    ssize_t r = receive_once (h, iov, 2);
    if (r <= 0)
      return (int) r;
    size_t n = (size_t) r < in->fill_left ? (size_t) r : in->fill_left;
    in->filled = !large && (size_t) r == asked;
    h->bytes_received += n;
    in->fill += n;
    in->fill_left -= n;
    in->end = r - n;
  }
  return NBDI_IO_READY;
}

/* Discard in->skip bytes. */
int
nbdi_io_skip (struct nbd_handle *h)
{
  struct nbdi_in *in = &h->in;

  while (in->skip > 0) {
    int r = nbdi_io_recv (h, 1);
    if (r != NBDI_IO_READY)
      return r;
    size_t have = in->end - in->pos;
    size_t n = have < in->skip ? have : in->skip;
    nbdi_take (h, n);
    in->skip -= n;
  }
  return NBDI_IO_READY;
}

/* The server is gone, without a word or with this error. */
static void
server_left (struct nbd_handle *h, int errnum)
{
  if (nbdi_child_failed (h))
    return;
  CLEANUP_FREE char *fate = nbdi_child_fate (h);
  const char *option = nbdi_present_option (h);
  const char *when = nbdi_state_when (h);
  nbdi_error (errnum, "%s%sthe server closed the connection %s%s%s%s",
              option ? option : "", option ? ": " : "",
              *when ? when : "unexpectedly", nbdi_unanswered_advice (h),
              fate ? "; " : "", fate ? fate : "");
}

void
nbdi_unexpected_end (struct nbd_handle *h)
{
  server_left (h, 0);
}

/* The system does not let us send or receive. */
void
nbdi_socket_error (struct nbd_handle *h, int errnum, const char *what)
{
  if (errnum == ECONNRESET || errnum == EPIPE)
    server_left (h, errnum);
  else
    nbdi_error (errnum, "%s", what);
}

/* Send what the handshake put into the output buffer. */
int
nbdi_io_send (struct nbd_handle *h)
{
  struct nbdi_bytes *out = &h->out;

  while (out->pos < out->end) {
    struct iovec iov = { out->buf + out->pos, out->end - out->pos };
    ssize_t r = h->conn.transport->send (h, &iov, 1);
    if (r == NBDI_TRANSPORT_FAILED)
      return NBDI_IO_FAILED;
    if (r == -1) {
      if (errno == EAGAIN || errno == EWOULDBLOCK)
        return NBDI_IO_WAIT;
      nbdi_socket_error (h, errno, "send");
      return NBDI_IO_FAILED;
    }
    out->pos += r;
    h->bytes_sent += r;
  }
  out->pos = out->end = 0;
  int r = nbdi_flush_transport (h);
  if (r == NBDI_IO_FAILED)
    nbdi_socket_error (h, errno, "send");
  return r;
}

/* Have room for `len` more bytes behind the end; ENOMEM if there is none. */
int
nbdi_bytes_reserve (struct nbdi_bytes *b, size_t len)
{
  if (b->pos == b->end)
    b->pos = b->end = 0;
  if (b->cap - b->end >= len)
    return 0;
  if (b->pos > 0) {
    memmove (b->buf, b->buf + b->pos, b->end - b->pos);
    b->end -= b->pos;
    b->pos = 0;
    if (b->cap - b->end >= len)
      return 0;
  }
  size_t cap = b->end + len > 2 * b->cap ? b->end + len : 2 * b->cap;
  uint8_t *buf = realloc (b->buf, cap);
  if (buf == NULL)
    return -1;
  b->buf = buf;
  b->cap = cap;
  return 0;
}

/* Give memory back that holds nothing. */
void
nbdi_bytes_shrink (struct nbdi_bytes *b)
{
  if (b->pos < b->end)
    return;
  free (b->buf);
  memset (b, 0, sizeof *b);
}

int
nbdi_out_reserve (struct nbd_handle *h, size_t len)
{
  if (nbdi_bytes_reserve (&h->out, len) == 0)
    return 0;
  nbdi_error (errno, "output buffer for %zu bytes", len);
  return -1;
}

/* Transports without buffers of their own need not say so. */

int
nbdi_flush_transport (struct nbd_handle *h)
{
  const struct nbdi_transport *t = h->conn.transport;

  return t && t->flush ? t->flush (h) : NBDI_IO_READY;
}

bool
nbdi_transport_pending (const struct nbd_handle *h)
{
  const struct nbdi_transport *t = h->conn.transport;

  return t && t->pending && t->pending (h);
}

bool
nbdi_transport_unsent (const struct nbd_handle *h)
{
  const struct nbdi_transport *t = h->conn.transport;

  return t && t->unsent && t->unsent (h);
}

/* Give back what an idle connection does not need. */
void
nbdi_shrink_buffers (struct nbd_handle *h)
{
  nbdi_bytes_shrink (&h->out);
  if (h->conn.transport && h->conn.transport->shrink)
    h->conn.transport->shrink (h);
  if (h->in.pos == h->in.end && h->in.cap > ROOM_MIN) {
    free (h->in.buf);
    h->in.buf = NULL;
    h->in.cap = h->in.pos = h->in.end = h->in.room = 0;
    h->in.filled = false;
  }
}

void
nbdi_free_buffers (struct nbd_handle *h)
{
  free (h->in.buf);
  h->in.buf = NULL;
  h->in.cap = h->in.pos = h->in.end = 0;
  free (h->out.buf);
  memset (&h->out, 0, sizeof h->out);
}
