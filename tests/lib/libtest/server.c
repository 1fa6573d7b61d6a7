/* SPDX-License-Identifier: MIT */

/* The scripted server: the other end of a socket pair. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "client.h"
#include "notation.h"
#include "server.h"

int
server_pair (struct server *s)
{
  int sv[2];

  *s = (struct server) { .fd = -1 };
  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv) == -1)
    FAIL ("socketpair: %s", strerror (errno));
  if (fcntl (sv[1], F_SETFL, O_NONBLOCK) == -1)
    FAIL ("fcntl: %s", strerror (errno));
  s->fd = sv[1];
  return sv[0];
}

void
server_open (struct server *s, struct nbd_handle *h)
{
  int fd = server_pair (s);

  CHECK_OK (nbd_aio_connect_socket (h, fd));
}

void
server_close (struct server *s)
{
  if (s->fd >= 0) {
    server_take (s); /* unread bytes would make closing a reset */
    if (s->transport)
      s->transport->close (s);
    close (s->fd);
  }
  s->transport = NULL;
  s->fd = -1;
  bytes_free (&s->in);
}

void
server_half_close (struct server *s)
{
  if (shutdown (s->fd, SHUT_WR) == -1)
    FAIL ("shutdown: %s", strerror (errno));
}

/* The socket is not ready: let the client go on, or wait. */
static void
server_idle (struct server *s, short events)
{
  struct pollfd pfd = { .fd = s->fd, .events = events };

  if (s->drives)
    pump (s->drives);
  if (poll (&pfd, 1, s->waits ? -1 : 0) == 0)
    FAIL ("the server waits for the client to %s",
          events == POLLIN ? "send" : "receive");
}

void
server_send (struct server *s, const void *p, size_t len)
{
  const char *q = p;

  while (len > 0) {
    ssize_t n = s->transport ? s->transport->send (s, q, len)
                             : send (s->fd, q, len, MSG_NOSIGNAL);

    if (n == -1 && errno == EAGAIN)
      server_idle (s, POLLOUT);
    else if (n == -1 && s->gives_up)
      return;
    else if (n == -1)
      FAIL ("the server cannot send: %s", strerror (errno));
    else {
      q += n;
      len -= n;
    }
  }
}

void
server_say (struct server *s, const char *fmt, ...)
{
  struct bytes b = { 0 };
  va_list args;

  va_start (args, fmt);
  notation_vformat (&b, fmt, args);
  va_end (args);
  server_send (s, b.p, b.len);
  bytes_free (&b);
}

size_t
server_take (struct server *s)
{
  for (;;) {
    uint8_t buf[65536];
    ssize_t n = s->transport ? s->transport->receive (s, buf, sizeof buf)
                             : recv (s->fd, buf, sizeof buf, MSG_DONTWAIT);

    if (n <= 0)
      return s->in.len;
    put_mem (&s->in, buf, n);
  }
}

void
server_need (struct server *s, size_t n)
{
  while (server_take (s) < n) {
    size_t before = s->in.len;

    if (server_sees_end (s))
      FAIL ("the client closed after %zu of %zu bytes", before, n);
    if (!s->drives && !s->waits)
      FAIL ("the server needs %zu bytes, the client sent %zu", n, before);
    server_idle (s, POLLIN);
  }
}

void
server_expect_at (const char *file, int line, struct server *s,
                  const char *fmt, ...)
{
  struct bytes want = { 0 };
  va_list args;

  va_start (args, fmt);
  notation_vformat (&want, fmt, args);
  va_end (args);
  while (server_take (s) < want.len && (s->drives || s->waits))
    server_need (s, s->in.len + 1);
  check_bytes_at (file, line, "what the client sent", s->in.p,
                  s->in.len < want.len ? s->in.len : want.len, want.p,
                  want.len);
  bytes_drop (&s->in, want.len);
  bytes_free (&want);
}

uint64_t
server_request (struct server *s, uint16_t *type)
{
  size_t len = 28;
  uint64_t cookie;

  server_need (s, len);
  CHECK_INT (get_uint (s->in.p, 4), 0x25609513);
  cookie = get_uint (s->in.p + 8, 8);
  if (type)
    *type = get_uint (s->in.p + 6, 2);
  if (get_uint (s->in.p + 6, 2) == 1) /* a write has a payload */
    len += get_uint (s->in.p + 24, 4);
  server_need (s, len);
  bytes_drop (&s->in, len);
  return cookie;
}

void
server_serves_read (struct server *s, struct nbd_handle *h, char *buf,
                    nbd_completion_callback done, int cookie)
{
  CHECK_OK (nbd_aio_pread (h, buf, 4, 0, done, 0));
  pump (h);
  CHECK_INT (server_request (s, NULL), cookie);
  server_say (s, "simple 0 %d \"abcd\"", cookie);
}

bool
server_sees_end (struct server *s)
{
  char c;

  return recv (s->fd, &c, 1, MSG_DONTWAIT | MSG_PEEK) == 0;
}

/* Skip the name in GO or SET_META_CONTEXT.  Returns where it ends. */
static size_t
skip_string (const uint8_t *data)
{
  return 4 + get_uint (data, 4);
}

/* Grant every context that the option asks for. */
static void
grant_contexts (struct server *s, const uint8_t *data)
{
  size_t at = skip_string (data);
  unsigned queries = get_uint (data + at, 4);

  at += 4;
  for (unsigned id = 1; id <= queries; id++) {
    struct bytes reply = { 0 };
    size_t len = get_uint (data + at, 4);

    notation_format (&reply,
                     "reply_head NBD_OPT_SET_META_CONTEXT "
                     "NBD_REP_META_CONTEXT %zu u32 %u",
                     4 + len, id);
    put_mem (&reply, data + at + 4, len);
    server_send (s, reply.p, reply.len);
    bytes_free (&reply);
    at += 4 + len;
  }
}

/* Reply to one option.  Returns true if transmission begins. */
static bool
answer_option (struct server *s, enum style style, uint64_t size,
               uint16_t flags)
{
  bool granted = true, goes = false;
  uint32_t option, len;

  server_need (s, 16);
  option = get_uint (s->in.p + 8, 4);
  len = get_uint (s->in.p + 12, 4);
  server_need (s, 16 + len);
  s->options |= 1u << option;

  switch (option) {
  case 7: /* GO */
    server_say (s,
                "reply NBD_OPT_GO NBD_REP_INFO u16 NBD_INFO_EXPORT "
                "u64 %llu u16 %u",
                (unsigned long long) size, flags);
    goes = true;
    break;
  case 8: /* STRUCTURED_REPLY */ granted = style != SIMPLE; break;
  case 10: /* SET_META_CONTEXT */ grant_contexts (s, s->in.p + 16); break;
  case 11: /* EXTENDED_HEADERS */ granted = style == EXTENDED; break;
  default: granted = false;
  }
  bytes_drop (&s->in, 16 + len);
  server_say (s, "reply %u %s", option,
              granted ? "NBD_REP_ACK" : "NBD_REP_ERR_UNSUP");
  return goes;
}

void
server_handshake (struct server *s, enum style style, uint64_t size,
                  uint16_t flags)
{
  server_say (s, "NBDMAGIC IHAVEOPT u16 FIXED_NEWSTYLE|NO_ZEROES");
  server_need (s, 4);
  bytes_drop (&s->in, 4);
  server_options (s, style, size, flags);
}

void
server_options (struct server *s, enum style style, uint64_t size,
                uint16_t flags)
{
  while (!answer_option (s, style, size, flags))
    ;
}

void
set_style (struct nbd_handle *h, enum style style)
{
  CHECK_OK (nbd_set_request_structured_replies (h, style != SIMPLE));
  CHECK_OK (nbd_set_request_extended_headers (h, style == EXTENDED));
}

void
server_connect (struct server *s, struct nbd_handle *h, enum style style,
                uint64_t size, uint16_t flags)
{
  set_style (h, style);
  server_open (s, h);
  s->drives = h;
  server_handshake (s, style, size, flags);
  s->drives = NULL;
  pump (h);
  CHECK_STATE (h, "READY");
  server_expect_nothing (s);
}

struct nbd_handle *(*server_handle_instead) (struct server *s,
                                             enum style style);

struct nbd_handle *
server_handle (struct server *s, enum style style)
{
  if (server_handle_instead)
    return server_handle_instead (s, style);
  struct nbd_handle *h = nbd_create ();

  if (h == NULL)
    FAIL ("%s", nbd_get_error ());
  server_connect (s, h, style, 1 << 20, FLAGS_ALL);
  return h;
}

struct nbd_handle *
server_negotiates (struct server *s)
{
  struct nbd_handle *h = nbd_create ();

  CHECK_OK (nbd_set_opt_mode (h, true));
  set_style (h, SIMPLE);
  server_open (s, h);
  server_say (s, "NBDMAGIC IHAVEOPT u16 FIXED_NEWSTYLE|NO_ZEROES");
  pump (h);
  CHECK_STATE (h, "NEGOTIATING");
  return h;
}
