/* SPDX-License-Identifier: MIT */

/* A friendly server: it does the handshake, and sends replies whose headers
 * fit the commands, so that an input need not contain them. */

#include <string.h>

#include "fuzz.h"
#include "base/protocol.h"

struct message {
  uint8_t bytes[512];
  size_t len;
};

static void
put (struct message *m, uint64_t value, unsigned size)
{
  MUST (m->len + size <= sizeof m->bytes);
  while (size-- > 0)
    m->bytes[m->len++] = value >> 8 * size;
}

static void
put_reply (struct message *m, uint32_t option, uint32_t type, uint32_t len)
{
  put (m, NBD_OPTION_REPLY_MAGIC, 8);
  put (m, option, 4);
  put (m, type, 4);
  put (m, len, 4);
}

static void
put_context (struct message *m, uint32_t id, const char *name)
{
  put_reply (m, NBD_OPT_SET_META_CONTEXT, NBD_REP_META_CONTEXT,
             4 + strlen (name));
  put (m, id, 4);
  while (*name)
    put (m, *name++, 1);
}

static void
put_contexts (struct message *m, unsigned settings, unsigned change)
{
  unsigned id = change & FUZZ_OTHER_IDS ? 7 : 0;

  if (!(settings & (FUZZ_CONTEXT | FUZZ_SECOND_CONTEXT)))
    return;
  if (change & FUZZ_WITHOUT_CONTEXTS)
    settings = 0;
  if (settings & FUZZ_CONTEXT)
    put_context (m, ++id, LIBNBD_CONTEXT_BASE_ALLOCATION);
  if (settings & FUZZ_SECOND_CONTEXT)
    put_context (m, ++id, "x:y");
  put_reply (m, NBD_OPT_SET_META_CONTEXT, NBD_REP_ACK, 0);
}

/* Settings by which the client asks for exactly what is granted, so that all
 * answers can be sent in advance. */
unsigned
friendly_settings (enum fuzz_style style, unsigned settings)
{
  settings &= ~(FUZZ_OPT_MODE | FUZZ_FULL_INFO | FUZZ_NO_EXTENDED
                | FUZZ_NO_STRUCTURED | FUZZ_NO_META_CONTEXT | FUZZ_TLS_ALLOW
                | FUZZ_TLS_REQUIRE | FUZZ_NO_HANDSHAKE_FLAGS);
  if (style != FUZZ_EXTENDED)
    settings |= FUZZ_NO_EXTENDED;
  if (style == FUZZ_SIMPLE)
    settings |= FUZZ_NO_STRUCTURED;
  return settings;
}

static uint64_t
export_size (const struct world *w, unsigned change)
{
  uint64_t size = UINT64_C (1) << w->size % 63;

  if (change & FUZZ_IS_SMALLER)
    return size - 1;
  return change & FUZZ_IS_LARGER ? size + 1 : size;
}

static unsigned
export_flags (const struct world *w, unsigned change)
{
  unsigned flags = w->flags | NBD_FLAG_HAS_FLAGS;

  if (change & FUZZ_IS_READ_ONLY)
    flags |= NBD_FLAG_READ_ONLY;
  if (change & FUZZ_MULTI_CONN)
    flags |= NBD_FLAG_CAN_MULTI_CONN;
  if (change & FUZZ_CANNOT_FLUSH)
    flags &= ~NBD_FLAG_SEND_FLUSH;
  return flags;
}

/* Send everything that the server sends before transmission. */
void
friendly_greeting (struct world *w, unsigned change)
{
  struct message m = { .len = 0 };

  put (&m, NBD_MAGIC, 8);
  put (&m, NBD_NEW_VERSION, 8);
  put (&m, NBD_FLAG_FIXED_NEWSTYLE | NBD_FLAG_NO_ZEROES, 2);
  if (w->style == FUZZ_EXTENDED)
    put_reply (&m, NBD_OPT_EXTENDED_HEADERS, NBD_REP_ACK, 0);
  if (w->style == FUZZ_STRUCTURED)
    put_reply (&m, NBD_OPT_STRUCTURED_REPLY, NBD_REP_ACK, 0);
  if (w->style != FUZZ_SIMPLE)
    put_contexts (&m, w->settings, change);
  put_reply (&m, NBD_OPT_GO, NBD_REP_INFO, NBD_INFO_EXPORT_SIZE);
  put (&m, NBD_INFO_EXPORT, 2);
  put (&m, export_size (w, change), 8);
  put (&m, export_flags (w, change), 2);
  put_reply (&m, NBD_OPT_GO, NBD_REP_ACK, 0);
  server_send (w, m.bytes, m.len);
}

void
friendly_handshake (struct world *w)
{
  friendly_greeting (w, 0);
  pump (w);
  MUST (nbd_aio_is_ready (w->h));
  memset (w->sent, 0, sizeof w->sent);
}

/* Send a payload from the stream, and zeroes after its end. */
static void
send_payload (struct world *w, size_t len)
{
  static const uint8_t filling[4096];
  size_t n = len < w->stream.left ? len : w->stream.left;

  server_send (w, w->stream.p, n);
  w->stream.p += n;
  w->stream.left -= n;
  for (len -= n; len > 0; len -= n) {
    n = len < sizeof filling ? len : sizeof filling;
    server_send (w, filling, n);
  }
}

static uint64_t
take_cookie (struct world *w, struct command **c)
{
  unsigned back = take_u8 (&w->program);

  *c = pick_command (w, back);
  return *c == NULL ? back : (uint64_t) (*c)->cookie;
}

static void
put_simple_reply (struct message *m, uint32_t error, uint64_t cookie)
{
  put (m, NBD_SIMPLE_REPLY_MAGIC, 4);
  put (m, error, 4);
  put (m, cookie, 8);
}

static void
put_chunk (struct message *m, const struct world *w, unsigned flags,
           unsigned type, uint64_t cookie, uint64_t offset, uint64_t len)
{
  bool extended = w->style == FUZZ_EXTENDED;

  put (m, extended ? NBD_EXTENDED_REPLY_MAGIC : NBD_STRUCTURED_REPLY_MAGIC,
       4);
  put (m, flags, 2);
  put (m, type, 2);
  put (m, cookie, 8);
  if (extended)
    put (m, offset, 8);
  put (m, len, extended ? 8 : 4);
}

void
send_simple_reply (struct world *w)
{
  struct message m = { .len = 0 };
  struct command *c;
  uint64_t cookie = take_cookie (w, &c);

  put_simple_reply (&m, take_u8 (&w->program), cookie);
  server_send (w, m.bytes, m.len);
}

void
send_chunk (struct world *w)
{
  static const uint16_t types[] = {
    NBD_REPLY_TYPE_NONE,
    NBD_REPLY_TYPE_OFFSET_DATA,
    NBD_REPLY_TYPE_OFFSET_HOLE,
    NBD_REPLY_TYPE_BLOCK_STATUS,
    NBD_REPLY_TYPE_BLOCK_STATUS_EXT,
    NBD_REPLY_TYPE_ERROR,
    NBD_REPLY_TYPE_ERROR_OFFSET,
    3,
    0x8003,
  };
  struct message m = { .len = 0 };
  struct command *c;
  uint64_t cookie = take_cookie (w, &c);
  unsigned type =
    types[take_u8 (&w->program) % (sizeof types / sizeof types[0])];
  unsigned flags = take_u8 (&w->program);
  size_t len = take_u16 (&w->program);

  put_chunk (&m, w, flags, type, cookie, c ? c->offset : 0, len);
  server_send (w, m.bytes, m.len);
  send_payload (w, len);
}

/* Send data for a read: the part that the flags and the length say, or all
 * of it in a simple reply. */
void
send_data (struct world *w)
{
  struct message m = { .len = 0 };
  struct command *c;
  uint64_t cookie = take_cookie (w, &c);
  unsigned flags = take_u8 (&w->program);
  size_t len = take_u8 (&w->program);

  if (c == NULL || c->count == 0)
    return;
  if (w->style == FUZZ_RAW || w->style == FUZZ_SIMPLE) {
    put_simple_reply (&m, 0, cookie);
    server_send (w, m.bytes, m.len);
    send_payload (w, c->count);
    return;
  }
  size_t start = (flags >> 1) * c->count / 128;

  if (len == 255 || len > c->count - start)
    len = c->count - start;
  put_chunk (&m, w, flags & 1, NBD_REPLY_TYPE_OFFSET_DATA, cookie, c->offset,
             NBD_OFFSET_DATA_SIZE + len);
  put (&m, c->offset + start, 8);
  server_send (w, m.bytes, m.len);
  send_payload (w, len);
}

/* Send the reply that a request expects, or an error. */
void
send_reply (struct world *w, const struct request *r, unsigned error)
{
  struct message m = { .len = 0 };
  bool reads = r->type == NBD_CMD_READ && error == 0;
  size_t len = reads ? r->length : 0;

  if (w->style == FUZZ_RAW || w->style == FUZZ_SIMPLE)
    put_simple_reply (&m, error, r->cookie);
  else if (error != 0) {
    put_chunk (&m, w, NBD_REPLY_FLAG_DONE, NBD_REPLY_TYPE_ERROR, r->cookie,
               r->offset, 6);
    put (&m, error, 4);
    put (&m, 0, 2);
  }
  else {
    put_chunk (&m, w, NBD_REPLY_FLAG_DONE,
               reads ? NBD_REPLY_TYPE_OFFSET_DATA : NBD_REPLY_TYPE_NONE,
               r->cookie, r->offset, reads ? NBD_OFFSET_DATA_SIZE + len : 0);
    if (reads)
      put (&m, r->offset, 8);
  }
  server_send (w, m.bytes, m.len);
  send_payload (w, len);
}
