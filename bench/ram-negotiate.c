/* SPDX-License-Identifier: MIT */
/* The RAM server's handshake. */

#include <endian.h>
#include <string.h>

#include "ram-server.h"

/* No option that we understand has more data. */
#define MAX_OPTION 8192

#define TRANSMISSION_FLAGS \
  (NBD_FLAG_HAS_FLAGS | NBD_FLAG_SEND_FLUSH | NBD_FLAG_CAN_MULTI_CONN)

static struct option_reply
option_reply (uint32_t option, uint32_t type, uint32_t length)
{
  return (struct option_reply) {
    .magic = htobe64 (NBD_OPTION_REPLY_MAGIC),
    .option = htobe32 (option),
    .type = htobe32 (type),
    .length = htobe32 (length),
  };
}

static bool
answer (struct connection *c, uint32_t option, uint32_t type)
{
  struct option_reply reply = option_reply (option, type, 0);

  return send_now (c, &reply, sizeof reply);
}

/* Every name is the name of our export. */
static bool
answer_go (struct connection *c, uint32_t option)
{
  struct {
    struct option_reply export_reply;
    struct info_export export;
    struct option_reply block_size_reply;
    struct info_block_size block_size;
    struct option_reply ack;
  } PACKED all = {
    .export_reply = option_reply (option, NBD_REP_INFO, sizeof all.export),
    .export = {
      .type = htobe16 (NBD_INFO_EXPORT),
      .size = htobe64 (c->export->size),
      .flags = htobe16 (TRANSMISSION_FLAGS),
    },
    .block_size_reply
      = option_reply (option, NBD_REP_INFO, sizeof all.block_size),
    .block_size = {
      .type = htobe16 (NBD_INFO_BLOCK_SIZE),
      .minimum = htobe32 (1),
      .preferred = htobe32 (4096),
      .maximum = htobe32 (MAX_PAYLOAD),
    },
    .ack = option_reply (option, NBD_REP_ACK, 0),
  };

  return send_now (c, &all, sizeof all);
}

static bool
answer_export_name (struct connection *c, bool no_zeroes)
{
  struct {
    uint64_t size;
    uint16_t flags;
    char zeroes[124];
  } PACKED all = {
    .size = htobe64 (c->export->size),
    .flags = htobe16 (TRANSMISSION_FLAGS),
  };

  return send_now (c, &all,
                   no_zeroes ? sizeof all - sizeof all.zeroes : sizeof all);
}

static bool
answer_structured_reply (struct connection *c)
{
  if (!c->export->structured)
    return answer (c, NBD_OPT_STRUCTURED_REPLY, NBD_REP_ERR_UNSUP);
  c->structured = true;
  return answer (c, NBD_OPT_STRUCTURED_REPLY, NBD_REP_ACK);
}

/* From here on everything is encrypted.  Earlier agreements are void. */
static bool
answer_starttls (struct connection *c)
{
  if (!tls_available () || c->tls != NULL)
    return answer (c, NBD_OPT_STARTTLS, NBD_REP_ERR_UNSUP);
  c->structured = false;
  return answer (c, NBD_OPT_STARTTLS, NBD_REP_ACK) && c->start == c->end
         && tls_accept (c);
}

/* Receive one option, and drop its data, which we do not need. */
static bool
receive_option (struct connection *c, uint32_t *number)
{
  struct option_header option;

  if (!receive (c, sizeof option))
    return false;
  memcpy (&option, c->in + c->start, sizeof option);
  c->start += sizeof option;
  uint32_t length = be32toh (option.length);
  if (be64toh (option.magic) != NBD_OPTION_MAGIC || length > MAX_OPTION
      || !receive (c, length))
    return false;
  c->start += length;
  *number = be32toh (option.option);
  return true;
}

/* Shake hands.  True if transmission follows. */
bool
negotiate (struct connection *c)
{
  const struct greeting greeting = {
    .magic = htobe64 (NBD_MAGIC),
    .option_magic = htobe64 (NBD_OPTION_MAGIC),
    .flags = htobe16 (NBD_FLAG_FIXED_NEWSTYLE | NBD_FLAG_NO_ZEROES),
  };
  uint32_t flags, option;

  if (!send_now (c, &greeting, sizeof greeting) || !receive (c, sizeof flags))
    return false;
  memcpy (&flags, c->in + c->start, sizeof flags);
  c->start += sizeof flags;

  for (;;) {
    if (!receive_option (c, &option))
      return false;
    bool ok;
    switch (option) {
    case NBD_OPT_EXPORT_NAME:
      return answer_export_name (c, be32toh (flags) & NBD_FLAG_NO_ZEROES);
    case NBD_OPT_GO: return answer_go (c, option);
    case NBD_OPT_INFO: ok = answer_go (c, option); break;
    case NBD_OPT_STRUCTURED_REPLY: ok = answer_structured_reply (c); break;
    case NBD_OPT_STARTTLS: ok = answer_starttls (c); break;
    case NBD_OPT_ABORT: answer (c, option, NBD_REP_ACK); return false;
    default: ok = answer (c, option, NBD_REP_ERR_UNSUP);
    }
    if (!ok)
      return false;
  }
}
