/* SPDX-License-Identifier: MIT */

/* A RAM disk with servers in threads. */

#include "ram.h"

#include <errno.h>
#include <endian.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/protocol.h"

#define FLAGS                                                              \
  (NBD_FLAG_HAS_FLAGS | NBD_FLAG_SEND_FLUSH | NBD_FLAG_SEND_FUA            \
   | NBD_FLAG_SEND_TRIM | NBD_FLAG_SEND_WRITE_ZEROES | NBD_FLAG_SEND_CACHE \
   | NBD_FLAG_CAN_MULTI_CONN)

struct request {
  uint16_t flags, type;
  uint64_t cookie, offset, length;
};

void
ram_fail (const char *fmt, ...)
{
  va_list args;

  va_start (args, fmt);
  vfprintf (stderr, fmt, args);
  va_end (args);
  fprintf (stderr, "\nthe last error: %s\n",
           nbd_get_error () ? nbd_get_error () : "none");
  _exit (EXIT_FAILURE);
}

void
ram_create (struct ram *ram, size_t size)
{
  *ram = (struct ram) { .size = size, .data = calloc (1, size) };
  MUST (ram->data != NULL);
  pthread_mutex_init (&ram->lock, NULL);
}

void
ram_free (struct ram *ram)
{
  free (ram->data);
  free (ram->durable);
  pthread_mutex_destroy (&ram->lock);
}

static bool
receive (struct ram_server *s, void *p, size_t len)
{
  char *to = p;

  while (len > 0) {
    ssize_t n = s->session ? s->ram->cipher->receive (s->session, to, len)
                           : recv (s->fd, to, len, 0);

    if (n == -1 && errno == EINTR)
      continue;
    if (n <= 0)
      return false;
    to += n;
    len -= n;
  }
  return true;
}

static bool
transmit (struct ram_server *s, const void *p, size_t len)
{
  const char *from = p;

  while (len > 0) {
    ssize_t n = s->session ? s->ram->cipher->send (s->session, from, len)
                           : send (s->fd, from, len, MSG_NOSIGNAL);

    if (n == -1 && errno == EINTR)
      continue;
    if (n == -1)
      return false;
    from += n;
    len -= n;
  }
  return true;
}

/* Append an integer in big-endian order to p.  Returns the new end. */
static uint8_t *
put (uint8_t *p, uint64_t value, unsigned size)
{
  while (size-- > 0)
    *p++ = value >> 8 * size;
  return p;
}

static uint64_t
get (const uint8_t *p, unsigned size)
{
  uint64_t value = 0;

  while (size-- > 0)
    value = value << 8 | *p++;
  return value;
}

static bool
answer (struct ram_server *s, uint32_t option, uint32_t type,
        const void *data, uint32_t len)
{
  uint8_t head[NBD_OPTION_REPLY_SIZE], *p = head;

  p = put (p, NBD_OPTION_REPLY_MAGIC, 8);
  p = put (p, option, 4);
  p = put (p, type, 4);
  put (p, len, 4);
  return transmit (s, head, sizeof head) && transmit (s, data, len);
}

static bool
go (struct ram_server *s, uint32_t option)
{
  uint8_t info[NBD_INFO_EXPORT_SIZE], *p = info;

  p = put (p, NBD_INFO_EXPORT, 2);
  p = put (p, s->ram->size, 8);
  put (p, FLAGS, 2);
  return answer (s, option, NBD_REP_INFO, info, sizeof info)
         && answer (s, option, NBD_REP_ACK, NULL, 0);
}

/* Agree to TLS.  All that follows the reply is encrypted. */
static bool
start_tls (struct ram_server *s)
{
  if (!answer (s, NBD_OPT_STARTTLS, NBD_REP_ACK, NULL, 0))
    return false;
  s->session = s->ram->cipher->start (s->fd);
  return s->session != NULL;
}

static bool
haggle (struct ram_server *s)
{
  uint8_t head[NBD_OPTION_SIZE], data[8192];

  for (;;) {
    if (!receive (s, head, sizeof head))
      return false;
    uint32_t option = get (head + 8, 4), len = get (head + 12, 4);
    bool granted =
      (option == NBD_OPT_STRUCTURED_REPLY && s->style != RAM_SIMPLE)
      || (option == NBD_OPT_EXTENDED_HEADERS && s->style == RAM_EXTENDED);

    MUST (len <= sizeof data);
    if (!receive (s, data, len))
      return false;
    if (option == NBD_OPT_GO)
      return go (s, option);
    if (option == NBD_OPT_STARTTLS && s->ram->cipher != NULL) {
      if (!start_tls (s))
        return false;
      continue;
    }
    if (!answer (s, option, granted ? NBD_REP_ACK : NBD_REP_ERR_UNSUP, NULL,
                 0))
      return false;
  }
}

static bool
handshake (struct ram_server *s)
{
  uint8_t greeting[NBD_GREETING_SIZE + NBD_HANDSHAKE_FLAGS_SIZE];
  uint8_t flags[NBD_CLIENT_FLAGS_SIZE], *p = greeting;

  p = put (p, NBD_MAGIC, 8);
  p = put (p, NBD_NEW_VERSION, 8);
  put (p, NBD_FLAG_FIXED_NEWSTYLE | NBD_FLAG_NO_ZEROES, 2);
  return transmit (s, greeting, sizeof greeting)
         && receive (s, flags, sizeof flags) && haggle (s);
}

static bool
reply (struct ram_server *s, const struct request *r, const void *data)
{
  uint8_t head[NBD_EXTENDED_REPLY_SIZE + 8], *p = head;
  bool reads = r->type == NBD_CMD_READ, extended = s->style == RAM_EXTENDED;
  uint64_t len = reads ? NBD_OFFSET_DATA_SIZE + r->length : 0;

  if (s->style == RAM_SIMPLE) {
    p = put (p, NBD_SIMPLE_REPLY_MAGIC, 4);
    p = put (p, NBD_SUCCESS, 4);
    p = put (p, r->cookie, 8);
  }
  else {
    p = put (p,
             extended ? NBD_EXTENDED_REPLY_MAGIC : NBD_STRUCTURED_REPLY_MAGIC,
             4);
    p = put (p, NBD_REPLY_FLAG_DONE, 2);
    p = put (p, reads ? NBD_REPLY_TYPE_OFFSET_DATA : NBD_REPLY_TYPE_NONE, 2);
    p = put (p, r->cookie, 8);
    if (extended)
      p = put (p, r->offset, 8);
    p = put (p, len, extended ? 8 : 4);
    if (reads)
      p = put (p, r->offset, 8);
  }
  return transmit (s, head, p - head)
         && (!reads || transmit (s, data, r->length));
}

/* After a flush, or with FUA, data survive the server. */
static void
make_durable (struct ram *ram, const struct request *r)
{
  if (ram->durable == NULL)
    return;
  if (r->type == NBD_CMD_FLUSH)
    memcpy (ram->durable, ram->data, ram->size);
  else if ((r->flags & NBD_CMD_FLAG_FUA) != 0)
    memcpy (ram->durable + r->offset, ram->data + r->offset, r->length);
}

static void
work (struct ram *ram, const struct request *r, uint8_t *data)
{
  uint8_t *place = ram->data + r->offset;

  switch (r->type) {
  case NBD_CMD_READ: memcpy (data, place, r->length); break;
  case NBD_CMD_WRITE: memcpy (place, data, r->length); break;
  case NBD_CMD_TRIM:
  case NBD_CMD_WRITE_ZEROES: memset (place, 0, r->length); break;
  }
  make_durable (ram, r);
}

/* Carry out a request at once and completely, and reply. */
static bool
execute (struct ram_server *s, const struct request *r)
{
  bool has_data = r->type == NBD_CMD_READ || r->type == NBD_CMD_WRITE;
  uint8_t *data = malloc (has_data ? r->length + 1 : 1);

  MUST (data != NULL && r->offset <= s->ram->size
        && r->length <= s->ram->size - r->offset);
  bool ok = r->type != NBD_CMD_WRITE || receive (s, data, r->length);

  if (ok) {
    pthread_mutex_lock (&s->ram->lock);
    ok = s->life == s->ram->life;
    if (ok)
      work (s->ram, r, data);
    pthread_mutex_unlock (&s->ram->lock);
    ok = ok && reply (s, r, data);
  }
  free (data);
  return ok;
}

static bool
receive_request (struct ram_server *s, struct request *r)
{
  bool extended = s->style == RAM_EXTENDED;
  uint8_t head[NBD_EXTENDED_REQUEST_SIZE];

  if (!receive (s, head,
                extended ? NBD_EXTENDED_REQUEST_SIZE : NBD_REQUEST_SIZE))
    return false;
  MUST (get (head, 4)
        == (extended ? NBD_EXTENDED_REQUEST_MAGIC : NBD_REQUEST_MAGIC));
  *r = (struct request) {
    .flags = get (head + 4, 2),
    .type = get (head + 6, 2),
    .cookie = get (head + 8, 8),
    .offset = get (head + 16, 8),
    .length = get (head + 24, extended ? 8 : 4),
  };
  return r->type != NBD_CMD_DISC;
}

static void
serve (struct ram_server *s)
{
  struct request r;

  if (!handshake (s))
    return;
  for (unsigned n = 1; receive_request (s, &r); n++) {
    if (!execute (s, &r) || n == s->cut_after)
      return;
  }
}

void
ram_serve (struct ram_server *s)
{
  s->session = NULL;
  serve (s);
  if (s->session != NULL)
    s->ram->cipher->end (s->session);
}

static void *
serve_thread (void *opaque)
{
  struct ram_server *s = opaque;

  ram_serve (s);
  close (s->fd);
  return NULL;
}

int
ram_start (struct ram_server *s)
{
  int pair[2];

  MUST (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
  s->fd = pair[1];
  MUST (pthread_create (&s->thread, NULL, serve_thread, s) == 0);
  return pair[0];
}

void
ram_join (struct ram_server *s)
{
  pthread_join (s->thread, NULL);
}

struct nbd_handle *
ram_connect (struct ram_server *s)
{
  struct nbd_handle *h = nbd_create ();

  MUST (h != NULL);
  MUST (nbd_connect_socket (h, ram_start (s)) == 0);
  return h;
}
