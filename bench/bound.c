/* SPDX-License-Identifier: MIT */
/* The lower bound: the cost of a client that is written by hand for exactly
 * this job.  It takes the cases read, write and sync of the measured client.
 *
 * It does what every client must do: each request has its own buffer, into
 * which its data goes; cookies, lengths, offsets and errors are checked.  It
 * has no state machine, no lock, no callbacks, no second transport, no other
 * command, and it does not poll before it receives, unless it has to send. */

#include <endian.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "common.h"
#include "wire.h"

#define RECEIVE_BUFFER (256 * 1024)
#define SEND_BUFFER (1024 * 1024)
#define MAX_IOV 1024

/* Payloads of this size and more are never copied: only the next header is
 * received into our buffer. */
#define LARGE_PAYLOAD (32 * 1024)

struct slot {
  char *buf;
  uint64_t offset;
  uint32_t received;
  bool busy;
};

struct bound {
  const struct plan *plan;
  int fd;
  bool writing;
  bool structured;
  uint64_t size;

  struct slot *slots;
  unsigned *idle; /* stack of slots without a request */
  unsigned idles;

  struct request *requests; /* prepared and not yet sent */
  unsigned requests_used;
  struct iovec *iov;
  unsigned iov_start, iov_end;

  char *rest; /* where the rest of the current payload goes */
  size_t rest_len;
  bool rest_done; /* this payload is the last of its request */
  struct slot *rest_slot;
  size_t start, end; /* received and not yet used */
  char in[RECEIVE_BUFFER];
};

static void
send_all (struct bound *b, const void *buf, size_t n)
{
  if (send (b->fd, buf, n, MSG_NOSIGNAL) != (ssize_t) n)
    die ("send: %s", strerror (errno));
}

static void
receive_all (struct bound *b, void *buf, size_t n)
{
  if (recv (b->fd, buf, n, MSG_WAITALL) != (ssize_t) n)
    die ("the server hung up");
}

static void
connect_to (struct bound *b, const char *path)
{
  struct sockaddr_un addr = { .sun_family = AF_UNIX };
  int size = SEND_BUFFER;

  if (strlen (path) >= sizeof addr.sun_path)
    die ("--socket: name too long: %s", path);
  strcpy (addr.sun_path, path);
  b->fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (b->fd == -1
      || connect (b->fd, (struct sockaddr *) &addr, sizeof addr) == -1)
    die ("%s: %s", path, strerror (errno));
  setsockopt (b->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
}

static void
send_option (struct bound *b, uint32_t number, const void *data, size_t len)
{
  struct option_header option = {
    .magic = htobe64 (NBD_OPTION_MAGIC),
    .option = htobe32 (number),
    .length = htobe32 (len),
  };

  send_all (b, &option, sizeof option);
  if (len > 0)
    send_all (b, data, len);
}

/* Receive one option reply with its payload; return its type. */
static uint32_t
receive_option_reply (struct bound *b, void *payload, size_t max)
{
  struct option_reply reply;

  receive_all (b, &reply, sizeof reply);
  if (be64toh (reply.magic) != NBD_OPTION_REPLY_MAGIC
      || be32toh (reply.length) > max)
    die ("the option reply makes no sense");
  if (reply.length != 0)
    receive_all (b, payload, be32toh (reply.length));
  return be32toh (reply.type);
}

static void
negotiate (struct bound *b)
{
  const uint32_t flags = htobe32 (NBD_FLAG_FIXED_NEWSTYLE
                                  | NBD_FLAG_NO_ZEROES);
  const char go[6] = { 0 }; /* no name, no information wanted */
  struct greeting greeting;
  union {
    struct info_export export;
    char space[4096];
  } info;
  uint32_t type;

  receive_all (b, &greeting, sizeof greeting);
  if (be64toh (greeting.option_magic) != NBD_OPTION_MAGIC)
    die ("the server does not speak newstyle");
  send_all (b, &flags, sizeof flags);

  send_option (b, NBD_OPT_STRUCTURED_REPLY, NULL, 0);
  type = receive_option_reply (b, &info, sizeof info);
  b->structured = type == NBD_REP_ACK;

  send_option (b, NBD_OPT_GO, go, sizeof go);
  while ((type = receive_option_reply (b, &info, sizeof info))
         == NBD_REP_INFO)
    if (be16toh (info.export.type) == NBD_INFO_EXPORT)
      b->size = be64toh (info.export.size);
  if (type != NBD_REP_ACK || b->size == 0)
    die ("the server refused the export");
}

static void
bound_init (struct bound *b, const struct plan *plan)
{
  bool sync = strcmp (plan->what, "sync") == 0;

  *b = (struct bound) {
    .plan = plan,
    .writing = strcmp (plan->what, "write") == 0,
    .slots = allocate (plan->depth * sizeof *b->slots),
    .idle = allocate (plan->depth * sizeof *b->idle),
    .requests = allocate (plan->depth * sizeof *b->requests),
    .iov = allocate (2 * plan->depth * sizeof *b->iov),
  };
  if (!sync && !b->writing && strcmp (plan->what, "read") != 0)
    die ("--case: unknown: %s", plan->what);
  for (unsigned i = plan->depth; i-- > 0;) {
    b->slots[i] = (struct slot) { .buf = allocate (plan->size) };
    b->idle[b->idles++] = i;
  }
  connect_to (b, plan->socket);
  negotiate (b);
}

/* Add bytes to what is to be sent.  Bytes that are adjacent to the last iovec
 * extend it: the headers of reads that are sent together are one piece. */
static void
add_iov (struct bound *b, void *base, size_t len)
{
  if (b->iov_end > b->iov_start) {
    struct iovec *last = &b->iov[b->iov_end - 1];
    if ((char *) last->iov_base + last->iov_len == base) {
      last->iov_len += len;
      return;
    }
  }
  b->iov[b->iov_end].iov_base = base;
  b->iov[b->iov_end++].iov_len = len;
}

static void
prepare_request (struct bound *b, uint64_t offset)
{
  unsigned i = b->idle[--b->idles];
  struct slot *slot = &b->slots[i];
  struct request *r = &b->requests[b->requests_used++];

  slot->offset = offset;
  slot->received = 0;
  slot->busy = true;
  *r = (struct request) {
    .magic = htobe32 (NBD_REQUEST_MAGIC),
    .type = htobe16 (b->writing ? NBD_CMD_WRITE : NBD_CMD_READ),
    .cookie = i,
    .offset = htobe64 (offset),
    .length = htobe32 (b->plan->size),
  };
  add_iov (b, r, sizeof *r);
  if (b->writing) {
    if (b->plan->verify)
      pattern_fill (slot->buf, b->plan->size, offset, b->plan->salt);
    add_iov (b, slot->buf, b->plan->size);
  }
}

/* Send as much as the socket takes. */
static void
send_requests (struct bound *b)
{
  while (b->iov_start < b->iov_end) {
    struct msghdr msg = {
      .msg_iov = &b->iov[b->iov_start],
      .msg_iovlen = b->iov_end - b->iov_start,
    };
    if (msg.msg_iovlen > MAX_IOV)
      msg.msg_iovlen = MAX_IOV;
    ssize_t r = sendmsg (b->fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (r == -1 && errno == EAGAIN)
      return;
    if (r == -1)
      die ("sendmsg: %s", strerror (errno));
    while (b->iov_start < b->iov_end
           && (size_t) r >= b->iov[b->iov_start].iov_len)
      r -= b->iov[b->iov_start++].iov_len;
    if (r > 0) {
      struct iovec *first = &b->iov[b->iov_start];
      first->iov_base = (char *) first->iov_base + r;
      first->iov_len -= r;
    }
  }
  b->iov_start = b->iov_end = b->requests_used = 0;
}

/* Receive as much as there is: first the rest of the current payload,
 * directly to its place, then what follows it. */
static void
receive (struct bound *b)
{
  memmove (b->in, b->in + b->start, b->end - b->start);
  b->end -= b->start;
  b->start = 0;

  size_t room = sizeof b->in;
  if (!b->writing && b->plan->size >= LARGE_PAYLOAD)
    room = b->structured ? sizeof (struct data_chunk)
                         : sizeof (struct simple_reply);
  struct iovec iov[2] = {
    { b->rest, b->rest_len },
    { b->in + b->end, room - b->end },
  };
  struct msghdr msg = {
    .msg_iov = b->rest_len > 0 ? iov : iov + 1,
    .msg_iovlen = b->rest_len > 0 ? 2 : 1,
  };
  ssize_t r = recvmsg (b->fd, &msg, 0);
  if (r <= 0)
    die ("the server hung up");
  size_t n = (size_t) r < b->rest_len ? (size_t) r : b->rest_len;
  if (n > 0)
    b->rest += n;
  b->rest_len -= n;
  b->end += r - n;
}

static void
finish (struct bound *b, struct slot *slot)
{
  if (!b->writing) {
    if (slot->received != b->plan->size)
      die ("the server left out data");
    if (b->plan->verify)
      pattern_check (slot->buf, b->plan->size, slot->offset, b->plan->salt);
  }
  slot->busy = false;
  b->idle[b->idles++] = slot - b->slots;
}

static struct slot *
find_slot (struct bound *b, uint64_t cookie)
{
  if (cookie >= b->plan->depth || !b->slots[cookie].busy)
    die ("the cookie is not in flight");
  return &b->slots[cookie];
}

/* Start the payload of a read: the part that is in our buffer is copied, the
 * rest will be received directly. */
static void
place (struct bound *b, struct slot *slot, uint64_t at, uint32_t len,
       bool done)
{
  size_t n = b->end - b->start;

  if (b->writing || len > b->plan->size || at > b->plan->size - len)
    die ("data outside of the request");
  if (n > len)
    n = len;
  memcpy (slot->buf + at, b->in + b->start, n);
  b->start += n;
  slot->received += len;
  b->rest = slot->buf + at + n;
  b->rest_len = len - n;
  b->rest_slot = slot;
  b->rest_done = done;
}

/* Take one simple reply.  False if its header is not complete. */
static bool
take_simple (struct bound *b)
{
  struct simple_reply reply;

  if (b->end - b->start < sizeof reply)
    return false;
  memcpy (&reply, b->in + b->start, sizeof reply);
  b->start += sizeof reply;
  if (be32toh (reply.magic) != NBD_SIMPLE_REPLY_MAGIC || reply.error != 0)
    die ("error or wrong magic in a simple reply");
  struct slot *slot = find_slot (b, reply.cookie);
  if (b->writing)
    finish (b, slot);
  else
    place (b, slot, 0, b->plan->size, true);
  return true;
}

static bool
take_chunk (struct bound *b)
{
  struct data_chunk data;
  size_t n = b->end - b->start;

  if (n < sizeof data.chunk)
    return false;
  memcpy (&data.chunk, b->in + b->start, sizeof data.chunk);
  if (be32toh (data.chunk.magic) != NBD_STRUCTURED_REPLY_MAGIC)
    die ("wrong magic in a structured reply");
  struct slot *slot = find_slot (b, data.chunk.cookie);
  bool done = be16toh (data.chunk.flags) & NBD_REPLY_FLAG_DONE;
  uint32_t len = be32toh (data.chunk.length);

  switch (be16toh (data.chunk.type)) {
  case NBD_REPLY_TYPE_NONE:
    if (!done || len != 0)
      die ("the empty chunk makes no sense");
    b->start += sizeof data.chunk;
    finish (b, slot);
    return true;
  case NBD_REPLY_TYPE_OFFSET_DATA:
    if (n < sizeof data)
      return false;
    memcpy (&data, b->in + b->start, sizeof data);
    b->start += sizeof data;
    if (len <= sizeof data.offset)
      die ("the data chunk makes no sense");
    place (b, slot, be64toh (data.offset) - slot->offset,
           len - sizeof data.offset, done);
    return true;
  default: die ("unexpected structured reply");
  }
}

static void
take_replies (struct bound *b)
{
  while (b->rest_len == 0) {
    if (b->rest_slot != NULL && b->rest_done)
      finish (b, b->rest_slot);
    b->rest_slot = NULL;
    if (!(b->structured ? take_chunk (b) : take_simple (b)))
      return;
  }
}

/* Wait until the socket takes more, or has data: then return true. */
static bool
readable (struct bound *b)
{
  struct pollfd pfd = { .fd = b->fd, .events = POLLIN | POLLOUT };

  if (poll (&pfd, 1, -1) == -1)
    die ("poll: %s", strerror (errno));
  return pfd.revents & POLLIN;
}

static uint64_t
run (struct bound *b, const struct meter *m)
{
  struct offsets offsets;
  uint64_t issued = 0;
  bool more = true;

  offsets_init (&offsets, b->plan, b->size, 0);
  for (;;) {
    if (b->iov_end == 0)
      while (more && b->idles > 0) {
        more = meter_goes_on (m, b->plan, issued);
        if (more) {
          prepare_request (b, offsets_next (&offsets));
          issued++;
        }
      }
    if (b->idles == b->plan->depth)
      return issued;
    send_requests (b);
    if (b->iov_end == 0 || readable (b)) {
      receive (b);
      take_replies (b);
    }
  }
}

int
main (int argc, char *argv[])
{
  static struct bound bound;
  struct plan plan;
  struct meter m;
  struct request disconnect = {
    .magic = htobe32 (NBD_REQUEST_MAGIC),
    .type = htobe16 (NBD_CMD_DISC),
  };

  parse_plan (argc, argv, &plan);
  if (strcmp (plan.what, "sync") == 0)
    plan.depth = 1;
  bound_init (&bound, &plan);
  meter_start (&m, &plan);
  uint64_t n = run (&bound, &m);
  meter_print (&m, &plan, n);
  send_all (&bound, &disconnect, sizeof disconnect);
  close (bound.fd);
  return 0;
}
