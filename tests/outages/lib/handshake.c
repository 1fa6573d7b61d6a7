/* SPDX-License-Identifier: MIT */

/* The handshake of the brittle server: fixed newstyle. */

#include <string.h>

#include "base/protocol.h"
#include "parts.h"

static const char *const contexts[] = { CONTEXT_ALLOCATION, CONTEXT_NUMBERS };

void
send_greeting (struct connection *c)
{
  put_uint (&c->out, NBD_MAGIC, 8);
  put_uint (&c->out, NBD_NEW_VERSION, 8);
  put_uint (&c->out, NBD_FLAG_FIXED_NEWSTYLE | NBD_FLAG_NO_ZEROES, 2);
}

static void
put_head (struct connection *c, uint32_t option, uint32_t type, uint32_t len)
{
  put_uint (&c->out, NBD_OPTION_REPLY_MAGIC, 8);
  put_uint (&c->out, option, 4);
  put_uint (&c->out, type, 4);
  put_uint (&c->out, len, 4);
}

static void
agree (struct connection *c, uint32_t option, bool granted)
{
  put_head (c, option, granted ? NBD_REP_ACK : NBD_REP_ERR_UNSUP, 0);
}

/* Choose the contexts that are known among those asked for.  Their ids differ
 * from all earlier ones, unless the face says otherwise. */
static void
set_contexts (struct life *s, struct connection *c, const uint8_t *p)
{
  p += 4 + get_uint (p, 4);
  unsigned queries = get_uint (p, 4);
  bool swapped = random_one_in (&s->b->random, 2) && !s->b->face.same_ids;
  unsigned known = s->b->face.without_numbers ? 1 : 2;
  uint32_t base = s->b->face.same_ids ? 0 : c->number * 4;

  p += 4;
  while (queries-- > 0) {
    unsigned len = get_uint (p, 4);

    for (unsigned i = 0; i < known; i++)
      if (len == strlen (contexts[i])
          && memcmp (p + 4, contexts[i], len) == 0) {
        c->context[i] = base + (swapped ? 2 - i : 1 + i);
        put_head (c, NBD_OPT_SET_META_CONTEXT, NBD_REP_META_CONTEXT, 4 + len);
        put_uint (&c->out, c->context[i], 4);
        put_mem (&c->out, contexts[i], len);
      }
    p += 4 + len;
  }
  agree (c, NBD_OPT_SET_META_CONTEXT, true);
}

static uint16_t
flags_of (const struct brittle *b, const struct connection *c)
{
  uint16_t flags = NBD_FLAG_HAS_FLAGS | NBD_FLAG_SEND_FLUSH
                   | NBD_FLAG_SEND_FUA | NBD_FLAG_SEND_TRIM
                   | NBD_FLAG_SEND_WRITE_ZEROES | NBD_FLAG_SEND_CACHE
                   | (c->structured ? NBD_FLAG_SEND_DF : 0)
                   | (b->settings.multi_conn ? NBD_FLAG_CAN_MULTI_CONN : 0);

  return (flags | b->face.more_flags) & ~b->face.less_flags;
}

static void
go (struct life *s, struct connection *c)
{
  struct brittle *b = s->b;

  if (b->refuse_exports > 0) {
    b->refuse_exports--;
    b->counters.refused++;
    put_head (c, NBD_OPT_GO,
              random_one_in (&b->random, 2) ? NBD_REP_ERR_UNKNOWN
                                            : NBD_REP_ERR_SHUTDOWN,
              0);
    return;
  }
  put_head (c, NBD_OPT_GO, NBD_REP_INFO, NBD_INFO_EXPORT_SIZE);
  put_uint (&c->out, NBD_INFO_EXPORT, 2);
  put_uint (&c->out, b->face.size ?: DISK_BYTES, 8);
  put_uint (&c->out, flags_of (b, c), 2);
  if (b->settings.block_sizes) {
    put_head (c, NBD_OPT_GO, NBD_REP_INFO, NBD_INFO_BLOCK_SIZE_SIZE);
    put_uint (&c->out, NBD_INFO_BLOCK_SIZE, 2);
    put_uint (&c->out, BLOCK_SIZE, 4);
    put_uint (&c->out, 4096, 4);
    put_uint (&c->out, MOST_BYTES * 64, 4);
  }
  agree (c, NBD_OPT_GO, true);
  c->stage = READY;
}

static void
take_option (struct life *s, struct connection *c, uint32_t option,
             const uint8_t *data)
{
  enum brittle_style style = s->b->settings.style;

  if (s->b->settings.tls && c->encryption == NULL
      && option != NBD_OPT_STARTTLS) {
    put_head (c, option, NBD_REP_ERR_TLS_REQD, 0);
    return;
  }
  switch (option) {
  case NBD_OPT_STARTTLS:
    c->starts_tls = s->b->settings.tls;
    agree (c, option, c->starts_tls);
    break;
  case NBD_OPT_STRUCTURED_REPLY:
    c->structured = style != BRITTLE_SIMPLE;
    agree (c, option, c->structured);
    break;
  case NBD_OPT_EXTENDED_HEADERS:
    c->extended = style == BRITTLE_EXTENDED;
    c->structured |= c->extended;
    agree (c, option, c->extended);
    break;
  case NBD_OPT_SET_META_CONTEXT:
    if (c->structured)
      set_contexts (s, c, data);
    else
      agree (c, option, false);
    break;
  case NBD_OPT_GO: go (s, c); break;
  case NBD_OPT_ABORT:
    agree (c, option, true);
    c->closing = true;
    break;
  default: agree (c, option, false);
  }
}

bool
take_handshake (struct life *s, struct connection *c)
{
  if (c->stage == FLAGS) {
    if (c->in.len < NBD_CLIENT_FLAGS_SIZE)
      return false;
    bytes_drop (&c->in, NBD_CLIENT_FLAGS_SIZE);
    c->stage = OPTIONS;
    script_option (s, c, 0, c->out.len);
    return true;
  }
  if (c->in.len < NBD_OPTION_SIZE)
    return false;
  uint32_t option = get_uint (c->in.p + 8, 4);
  uint32_t len = get_uint (c->in.p + 12, 4);

  if (c->in.len < NBD_OPTION_SIZE + len)
    return false;
  size_t before = c->out.len;

  take_option (s, c, option, c->in.p + NBD_OPTION_SIZE);
  script_option (s, c, option, before);
  bytes_drop (&c->in, NBD_OPTION_SIZE + len);
  return true;
}
