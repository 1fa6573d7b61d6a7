/* SPDX-License-Identifier: MIT */
/* The handshake with a client that reads an image.  There is one export,
 * whose name is empty. */
#include <config.h>

#include <errno.h>
#include <sys/socket.h>

#include "image/serve.h"

/* No option that we know is longer. */
#define MOST_OPTION ((uint32_t) 64 << 10)
/* A client that sends more options than this is cut off. */
#define MOST_OPTIONS 1000

/* ---- bytes ---- */

bool
serve_receive (struct connection *c, void *buffer, size_t length)
{
  char *at = buffer;

  while (length > 0) {
    ssize_t n = recv (c->fd, at, length, 0);
    if (n == -1 && errno == EINTR)
      continue;
    if (n <= 0)
      return false;
    at += n;
    length -= n;
  }
  return true;
}

bool
serve_send (struct connection *c, const void *buffer, size_t length)
{
  const char *at = buffer;

  while (length > 0) {
    ssize_t n = send (c->fd, at, length, MSG_NOSIGNAL);
    if (n == -1 && errno == EINTR)
      continue;
    if (n <= 0)
      return false;
    at += n;
    length -= n;
  }
  return true;
}

bool
serve_skip (struct connection *c, uint64_t length)
{
  char bytes[4096];

  while (length > 0) {
    size_t n = MIN (length, sizeof bytes);
    if (!serve_receive (c, bytes, n))
      return false;
    length -= n;
  }
  return true;
}

/* ---- options ---- */

struct option {
  uint32_t number, length;
  uint8_t *data;
};

static bool
reply (struct connection *c, const struct option *o, uint32_t type,
       const void *data, uint32_t length)
{
  uint8_t head[NBD_OPTION_REPLY_SIZE], *p = head;

  p = nbdi_put64 (p, NBD_OPTION_REPLY_MAGIC);
  p = nbdi_put32 (p, o->number);
  p = nbdi_put32 (p, type);
  nbdi_put32 (p, length);
  return serve_send (c, head, sizeof head) && serve_send (c, data, length);
}

/* An error reply without a message. */
static bool
refuse (struct connection *c, const struct option *o, uint32_t type)
{
  return reply (c, o, type, NULL, 0);
}

static uint16_t
flags_of (const struct connection *c)
{
  return NBD_FLAG_HAS_FLAGS | NBD_FLAG_READ_ONLY | NBD_FLAG_CAN_MULTI_CONN
         | (c->structured ? NBD_FLAG_SEND_DF : 0);
}

/* NBD_OPT_EXPORT_NAME has no error reply: a wrong name ends the connection. */
static bool
serve_export_name (struct connection *c, const struct option *o,
                   bool no_zeroes)
{
  uint8_t bytes[NBD_EXPORT_NAME_REPLY_SIZE + NBD_EXPORT_NAME_ZEROES] = { 0 };

  if (o->length > 0)
    return false;
  nbdi_put16 (nbdi_put64 (bytes, image_size (c->server->image)),
              flags_of (c));
  return serve_send (c, bytes,
                     no_zeroes ? NBD_EXPORT_NAME_REPLY_SIZE : sizeof bytes);
}

static bool
serve_list (struct connection *c, const struct option *o)
{
  static const uint8_t no_name[4];

  if (o->length > 0)
    return refuse (c, o, NBD_REP_ERR_INVALID);
  return reply (c, o, NBD_REP_SERVER, no_name, sizeof no_name)
         && reply (c, o, NBD_REP_ACK, NULL, 0);
}

static bool
serve_structured (struct connection *c, const struct option *o)
{
  if (o->length > 0)
    return refuse (c, o, NBD_REP_ERR_INVALID);
  c->structured = true;
  return reply (c, o, NBD_REP_ACK, NULL, 0);
}

static bool
send_infos (struct connection *c, const struct option *o)
{
  uint8_t export[NBD_INFO_EXPORT_SIZE], blocks[NBD_INFO_BLOCK_SIZE_SIZE], *p;

  p = nbdi_put16 (export, NBD_INFO_EXPORT);
  p = nbdi_put64 (p, image_size (c->server->image));
  nbdi_put16 (p, flags_of (c));
  p = nbdi_put16 (blocks, NBD_INFO_BLOCK_SIZE);
  p = nbdi_put32 (p, 1);
  p = nbdi_put32 (p, SERVE_PREFERRED);
  nbdi_put32 (p, SERVE_MAXIMUM);
  return reply (c, o, NBD_REP_INFO, export, sizeof export)
         && reply (c, o, NBD_REP_INFO, blocks, sizeof blocks)
         && reply (c, o, NBD_REP_ACK, NULL, 0);
}

/* NBD_OPT_INFO and NBD_OPT_GO: a name, a count, and so many requests for
 * information.  All information that we have is sent. *GONE: the option phase
 * is over. */
static bool
serve_go (struct connection *c, const struct option *o, bool *gone)
{
  uint64_t name = o->length < 6 ? UINT64_MAX : nbdi_get32 (o->data);

  if (name > o->length - 6
      || 6 + name + 2 * (uint64_t) nbdi_get16 (o->data + 4 + name)
           != o->length)
    return refuse (c, o, NBD_REP_ERR_INVALID);
  if (name > 0)
    return refuse (c, o, NBD_REP_ERR_UNKNOWN);
  *gone = o->number == NBD_OPT_GO;
  return send_infos (c, o);
}

/* Returns false if the connection has to end. */
static bool
serve_option (struct connection *c, const struct option *o, bool no_zeroes,
              bool *gone)
{
  switch (o->number) {
  case NBD_OPT_EXPORT_NAME:
    *gone = true;
    return serve_export_name (c, o, no_zeroes);
  case NBD_OPT_ABORT: reply (c, o, NBD_REP_ACK, NULL, 0); return false;
  case NBD_OPT_LIST: return serve_list (c, o);
  case NBD_OPT_STRUCTURED_REPLY: return serve_structured (c, o);
  case NBD_OPT_INFO:
  case NBD_OPT_GO: return serve_go (c, o, gone);
  default: return refuse (c, o, NBD_REP_ERR_UNSUP);
  }
}

static bool
receive_option (struct connection *c, bool no_zeroes, bool *gone)
{
  uint8_t head[NBD_OPTION_SIZE], data[MOST_OPTION];
  struct option o;

  if (!serve_receive (c, head, sizeof head)
      || nbdi_get64 (head) != NBD_NEW_VERSION)
    return false;
  o.number = nbdi_get32 (head + 8);
  o.length = nbdi_get32 (head + 12);
  o.data = data;
  if (o.length > MOST_OPTION)
    return serve_skip (c, o.length) && o.number != NBD_OPT_EXPORT_NAME
           && refuse (c, &o, NBD_REP_ERR_TOO_BIG);
  return serve_receive (c, data, o.length)
         && serve_option (c, &o, no_zeroes, gone);
}

bool
serve_handshake (struct connection *c)
{
  uint8_t greeting[NBD_GREETING_SIZE + NBD_HANDSHAKE_FLAGS_SIZE];
  uint8_t answer[NBD_CLIENT_FLAGS_SIZE];
  const uint32_t known = NBD_FLAG_FIXED_NEWSTYLE | NBD_FLAG_NO_ZEROES;
  bool gone = false;

  nbdi_put16 (nbdi_put64 (nbdi_put64 (greeting, NBD_MAGIC), NBD_NEW_VERSION),
              known);
  if (!serve_send (c, greeting, sizeof greeting)
      || !serve_receive (c, answer, sizeof answer))
    return false;
  uint32_t flags = nbdi_get32 (answer);
  if ((flags & ~known) != 0)
    return false;
  for (unsigned i = 0; i < MOST_OPTIONS && !gone; i++)
    if (!receive_option (c, flags & NBD_FLAG_NO_ZEROES, &gone))
      return false;
  return gone;
}
