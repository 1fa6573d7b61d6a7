/* SPDX-License-Identifier: MIT */
/* What the IO states of the machine run: moving bytes between the transport
 * and the buffers.  See "The data path" in docs/ARCHITECTURE.md. */

#include "link/link.h"

#include <errno.h>

/* The receive buffer grows to this size, which fits into the processor's
 * cache. */
#define ROOM_MAX (256u * 1024)

/* With large payloads, only headers are received into the buffer. */
#define ROOM_LARGE 256u

/* Payloads from this size on are received directly at their destination. */
#define LARGE_FILL (32u * 1024)

/* Move unread bytes to the beginning, and make room for `want` bytes in
 * all. */
static int
make_room (struct nbdi_link *l, size_t want)
{
  struct nbdi_in *in = &l->in;

  if (in->pos == in->end)
    in->pos = in->end = 0;
  else if (in->pos > 0) {
    memmove (in->buf, in->buf + in->pos, in->end - in->pos);
    in->end -= in->pos;
    in->pos = 0;
  }
  if (in->room == 0 || (in->filled && in->room < NBDI_ROOM_MIN))
    in->room = NBDI_ROOM_MIN;
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

/* Whether it makes sense to receive: this call may still read the socket,
 * or the transport has data in its buffers. */
static bool
may_receive (const struct nbdi_link *l)
{
  return l->channel.receives > 0 || nbdi_transport_pending (&l->channel);
}

/* After NBD_CMD_DISC or NBD_OPT_ABORT, a server may close the socket
 * without an answer and without reading the rest, which resets the
 * connection. */
static bool
may_end (const struct nbdi_link *l)
{
  if (nbdi_link_in (l, NBDI_PHASE_CONNECTED))
    return l->sending.disconnect && l->lane.sent.nr == 0;
  return l->opt.option == NBD_OPT_ABORT;
}

/* The system call failed. */
static int
lost (struct nbdi_link *l, bool sending)
{
  l->lost_errno = errno;
  l->lost_sending = sending;
  l->lost_told = false;
  return NBDI_IO_LOST;
}

/* The transport found that the connection is gone, and has set the error. */
static int
lost_and_told (struct nbdi_link *l)
{
  l->lost_told = true;
  return NBDI_IO_LOST;
}

/* Receive once, into one or two places. */
static ssize_t
receive_once (struct nbdi_link *l, struct iovec *iov, int n)
{
  ssize_t r = l->channel.transport->receive (&l->channel, iov, n);

  if (likely (r > 0))
    return r;
  if (r == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
    return NBDI_IO_WAIT;
  if (r == 0 || ((l->channel.cut_off || errno == ECONNRESET) && may_end (l)))
    return NBDI_IO_END;
  if (r == NBDI_TRANSPORT_FAILED)
    return NBDI_IO_FAILED;
  if (r == NBDI_TRANSPORT_LOST)
    return lost_and_told (l);
  /* The program closed the descriptor. */
  if (errno == EBADF)
    errno = ENOTCONN;
  return lost (l, false);
}

/* The slow path of nbdi_io_recv. */
int
nbdi_receive_more (struct nbdi_link *l, size_t n)
{
  struct nbdi_in *in = &l->in;

  in->need = n;
  if (in->stop)
    return NBDI_IO_WAIT;
  while (in->end - in->pos < n) {
    if (!may_receive (l))
      return NBDI_IO_WAIT;
    if (make_room (l, n) == -1)
      return NBDI_IO_FAILED;
    size_t asked = (n > in->room ? n : in->room) - in->end;
    struct iovec iov = { in->buf + in->end, asked };
    ssize_t r = receive_once (l, &iov, 1);
    if (r <= 0)
      return (int) r;
    in->filled = (size_t) r == asked;
    in->end += r;
  }
  return NBDI_IO_READY;
}

/* Copy what is in the buffer, then receive directly into the program's
 * buffer, and what follows into the link's. */
int
nbdi_io_fill (struct nbdi_link *l)
{
  struct nbdi_in *in = &l->in;

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
      l->bytes_received += n;
      in->fill += n;
      in->fill_left -= n;
      continue;
    }
    if (!may_receive (l))
      return NBDI_IO_WAIT;
    /* Do not receive large payloads into the buffer, only to copy them. */
    if (large) {
      in->room = ROOM_LARGE;
      in->filled = false;
    }
    if (make_room (l, 0) == -1)
      return NBDI_IO_FAILED;
    size_t asked = in->fill_left + in->room;
    struct iovec iov[2] = { { in->fill, in->fill_left },
                            { in->buf, in->room } };
    ssize_t r = receive_once (l, iov, 2);
    if (r <= 0)
      return (int) r;
    size_t n = (size_t) r < in->fill_left ? (size_t) r : in->fill_left;
    in->filled = !large && (size_t) r == asked;
    l->bytes_received += n;
    in->fill += n;
    in->fill_left -= n;
    in->end = r - n;
  }
  return NBDI_IO_READY;
}

/* Discard in->skip bytes. */
int
nbdi_io_skip (struct nbdi_link *l)
{
  struct nbdi_in *in = &l->in;

  while (in->skip > 0) {
    int r = nbdi_io_recv (l, 1);
    if (r != NBDI_IO_READY)
      return r;
    size_t have = in->end - in->pos;
    size_t n = have < in->skip ? have : in->skip;
    nbdi_take (l, n);
    in->skip -= n;
  }
  return NBDI_IO_READY;
}

/* Send the bytes of the handshake from the output buffer. */
int
nbdi_io_send (struct nbdi_link *l)
{
  struct nbdi_bytes *out = &l->out;

  while (out->pos < out->end) {
    struct iovec iov = { out->buf + out->pos, out->end - out->pos };
    ssize_t r = l->channel.transport->send (&l->channel, &iov, 1);
    if (r == NBDI_TRANSPORT_FAILED)
      return NBDI_IO_FAILED;
    if (r == NBDI_TRANSPORT_LOST)
      return lost_and_told (l);
    if (r == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
      return NBDI_IO_WAIT;
    if (r == -1)
      return lost (l, true);
    out->pos += r;
    l->bytes_sent += r;
  }
  out->pos = out->end = 0;
  int r = nbdi_flush_transport (&l->channel);
  return r == NBDI_IO_FAILED ? lost (l, true) : r;
}
