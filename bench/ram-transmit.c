/* SPDX-License-Identifier: MIT */
/* The RAM server's transmission phase: requests are received in bulk and
 * answered in batches, without copying what is read. */

#include <endian.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "common.h"
#include "ram-server.h"

void
connection_init (struct connection *c, int fd, const struct ram_export *e)
{
  c->fd = fd;
  c->tls = NULL;
  c->export = e;
  c->structured = false;
  c->start = c->end = 0;
  c->replies = c->iovs = 0;
  c->waiting = 0;
}

/* Send all bytes; the iovecs are modified. */
static bool
send_iov (struct connection *c, struct iovec *iov, unsigned n, size_t len)
{
  struct msghdr msg = { .msg_iov = iov, .msg_iovlen = n };

  if (c->tls != NULL)
    return tls_send (c, iov, n);
  while (len > 0) {
    ssize_t r = sendmsg (c->fd, &msg, MSG_NOSIGNAL);
    if (r == -1 && errno == EINTR)
      continue;
    if (r <= 0)
      return false;
    len -= r;
    while (msg.msg_iovlen > 0 && (size_t) r >= msg.msg_iov->iov_len) {
      r -= msg.msg_iov->iov_len;
      msg.msg_iov++;
      msg.msg_iovlen--;
    }
    if (msg.msg_iovlen > 0) {
      msg.msg_iov->iov_base = (char *) msg.msg_iov->iov_base + r;
      msg.msg_iov->iov_len -= r;
    }
  }
  return true;
}

/* Send at once what is not a reply to a request. */
bool
send_now (struct connection *c, const void *buf, size_t n)
{
  struct iovec iov = { .iov_base = (void *) buf, .iov_len = n };

  return send_iov (c, &iov, 1, n);
}

/* Send the prepared replies. */
static bool
flush (struct connection *c)
{
  if (!send_iov (c, c->iov, c->iovs, c->waiting))
    return false;
  c->replies = c->iovs = 0;
  c->waiting = 0;
  return true;
}

/* Make sure that N bytes are in the buffer, from C->start on.  Prepared replies
 * are sent before we wait, because the client may wait for them. */
bool
receive (struct connection *c, size_t n)
{
  if (c->end - c->start >= n)
    return true;
  if (!flush (c))
    return false;
  memmove (c->in, c->in + c->start, c->end - c->start);
  c->end -= c->start;
  c->start = 0;
  while (c->end < n) {
    size_t room = sizeof c->in - c->end;
    ssize_t r = c->tls != NULL ? tls_receive (c, c->in + c->end, room)
                               : recv (c->fd, c->in + c->end, room, 0);
    if (r == -1 && errno == EINTR)
      continue;
    if (r <= 0)
      return false;
    c->end += r;
  }
  return true;
}

static void
add_iov (struct connection *c, void *base, size_t len)
{
  c->iov[c->iovs].iov_base = base;
  c->iov[c->iovs++].iov_len = len;
  c->waiting += len;
}

static struct chunk
chunk (const struct request *r, uint16_t type, uint32_t length)
{
  return (struct chunk) {
    .magic = htobe32 (NBD_STRUCTURED_REPLY_MAGIC),
    .flags = htobe16 (NBD_REPLY_FLAG_DONE),
    .type = htobe16 (type),
    .cookie = r->cookie,
    .length = htobe32 (length),
  };
}

/* Answer a request that returns no data. */
static void
reply_empty (struct connection *c, const struct request *r, uint32_t error)
{
  union reply *reply = &c->reply[c->replies++];

  if (c->structured && error != 0) {
    reply->error.chunk = chunk (r, NBD_REPLY_TYPE_ERROR,
                                sizeof reply->error - sizeof (struct chunk));
    reply->error.error = htobe32 (error);
    reply->error.text_length = 0;
    add_iov (c, reply, sizeof reply->error);
  }
  else if (c->structured) {
    reply->data.chunk = chunk (r, NBD_REPLY_TYPE_NONE, 0);
    add_iov (c, reply, sizeof (struct chunk));
  }
  else {
    reply->simple = (struct simple_reply) {
      .magic = htobe32 (NBD_SIMPLE_REPLY_MAGIC),
      .error = htobe32 (error),
      .cookie = r->cookie,
    };
    add_iov (c, reply, sizeof reply->simple);
  }
}

static void
reply_data (struct connection *c, const struct request *r, uint64_t offset,
            uint32_t length)
{
  union reply *reply = &c->reply[c->replies++];

  if (c->structured) {
    reply->data.chunk = chunk (r, NBD_REPLY_TYPE_OFFSET_DATA,
                               sizeof reply->data.offset + length);
    reply->data.offset = r->offset;
    add_iov (c, reply, sizeof reply->data);
  }
  else {
    reply->simple = (struct simple_reply) {
      .magic = htobe32 (NBD_SIMPLE_REPLY_MAGIC),
      .cookie = r->cookie,
    };
    add_iov (c, reply, sizeof reply->simple);
  }
  if (!c->export->store)
    offset %= PATTERN_SIZE;
  add_iov (c, c->export->data + offset, length);
}

/* Receive the payload of a write, and store it in the export if KEEP. */
static bool
take_payload (struct connection *c, uint64_t offset, uint32_t length,
              bool keep)
{
  while (length > 0) {
    if (!receive (c, 1))
      return false;
    size_t n = c->end - c->start;
    if (n > length)
      n = length;
    if (keep)
      memcpy (c->export->data + offset, c->in + c->start, n);
    c->start += n;
    offset += n;
    length -= n;
  }
  return true;
}

/* Serve one request.  False ends the connection. */
static bool
serve_request (struct connection *c, const struct request *r)
{
  uint64_t offset = be64toh (r->offset);
  uint32_t length = be32toh (r->length);
  bool inside = length <= MAX_PAYLOAD && offset <= c->export->size
                && length <= c->export->size - offset;

  switch (be16toh (r->type)) {
  case NBD_CMD_READ:
    if (inside)
      reply_data (c, r, offset, length);
    else
      reply_empty (c, r, NBD_EINVAL);
    return true;
  case NBD_CMD_WRITE:
    if (!take_payload (c, offset, length, inside && c->export->store))
      return false;
    reply_empty (c, r, inside ? 0 : NBD_EINVAL);
    return true;
  case NBD_CMD_FLUSH: reply_empty (c, r, 0); return true;
  case NBD_CMD_DISC: flush (c); return false;
  default: reply_empty (c, r, NBD_EINVAL); return true;
  }
}

/* Serve requests until the client disconnects. */
void
transmit (struct connection *c)
{
  struct request request;

  while (receive (c, sizeof request)) {
    memcpy (&request, c->in + c->start, sizeof request);
    c->start += sizeof request;
    if (be32toh (request.magic) != NBD_REQUEST_MAGIC
        || !serve_request (c, &request))
      return;
    if ((c->replies == BATCH_REPLIES || c->waiting >= BATCH_BYTES)
        && !flush (c))
      return;
  }
}
