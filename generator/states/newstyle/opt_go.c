/* SPDX-License-Identifier: MIT */
#include "machine/machine.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

/* There are not more types of information than this, and none is needed twice:
 * a reply with more would never end. */
#define MAX_INFOS (1 << 16)

/* Keep a string that the server sent, if it is valid. */
static int
take_info_string (char **field, const uint8_t *p, uint32_t len)
{
  if (len > NBD_MAX_STRING || memchr (p, 0, len) != NULL)
    return 0; /* the item is not needed */
  char *s = strndup ((const char *) p, len);
  if (s == NULL) {
    nbdi_error (errno, "NBD_REP_INFO");
    return -1;
  }
  free (*field);
  *field = s;
  return 0;
}

/* NBD_INFO_EXPORT: size and transmission flags. */
static int
take_info_export (struct nbdi_link *l, const uint8_t *p, uint32_t len)
{
  const struct nbdi_export *export = l->told;

  if (len != NBD_INFO_EXPORT_SIZE) {
    nbdi_error (EPROTO, "NBD_INFO_EXPORT: length is %" PRIu32 ", must be %d",
                len, NBD_INFO_EXPORT_SIZE);
    return -1;
  }
  uint64_t size = nbdi_get64 (p + 2);
  if (export->known && export->size != size) {
    nbdi_error (EPROTO,
                "NBD_INFO_EXPORT: sent twice with sizes %" PRIu64
                " and %" PRIu64,
                export->size, size);
    return -1;
  }
  return nbdi_take_export (l, size, nbdi_get16 (p + 10));
}

/* NBD_INFO_BLOCK_SIZE: what requests must be multiples of. */
static int
take_info_block_size (struct nbdi_link *l, const uint8_t *p, uint32_t len)
{
  if (len != NBD_INFO_BLOCK_SIZE_SIZE) {
    nbdi_error (EPROTO,
                "NBD_INFO_BLOCK_SIZE: length is %" PRIu32 ", must be %d", len,
                NBD_INFO_BLOCK_SIZE_SIZE);
    return -1;
  }
  nbdi_set_block_sizes (l->session, l->told, nbdi_get32 (p + 2),
                        nbdi_get32 (p + 6), nbdi_get32 (p + 10));
  return 0;
}

/* One NBD_REP_INFO.  An unknown type is not an error. */
static int
take_info (struct nbdi_link *l, const uint8_t *p, uint32_t len)
{
  switch (nbdi_get16 (p)) {
  case NBD_INFO_EXPORT: return take_info_export (l, p, len);
  case NBD_INFO_NAME:
    return take_info_string (&l->told->name, p + 2, len - 2);
  case NBD_INFO_DESCRIPTION:
    return take_info_string (&l->told->description, p + 2, len - 2);
  case NBD_INFO_BLOCK_SIZE: return take_info_block_size (l, p, len);
  default: return 0;
  }
}

/* End option haggling by asking for an export.  NBD_OPT_INFO has the same
 * request and replies but stays in negotiation, so it is served here too. */
GROUP (NEWSTYLE.OPT_GO)
  OPTION (NBD_OPT_GO, NBD_OPT_INFO)
  REPLY (NBD_REP_INFO, 2, NBDI_MAX_OPTION_REPLY)
  COMPLETES_WITH (ANY, ENOTSUP)
  SPEC ("Option types")

/* Build the option: the name of the export, and which information is
 * wanted. */
STATE (START)
  GOES_TO (SEND)
{
  nbdi_forget_export (l->told);
  l->told->asked = true;
  l->opt.value = 0;
  if (nbdi_export_option_message (l, l->opt.option) == -1)
    return FAILED;
  return NEXT (SEND);
}

/* Receive the fixed part of a reply. */
STATE (RECV_HEADER)
  IO (RECV, NBD_OPTION_REPLY_SIZE)
  GOES_TO (RECV_PAYLOAD, SKIP)
{
  if (nbdi_expect_option_reply (l) == -1)
    return FAILED;
  if (l->opt.reply.type == NBD_REP_INFO && l->opt.value++ == MAX_INFOS)
    return FAIL (EPROTO, "%s: the server sent more than %d items",
                 nbdi_option_name (l->opt.option), MAX_INFOS);
  if (l->opt.reply.type == NBD_REP_INFO
      && l->opt.reply.length > 2 + NBD_MAX_STRING) {
    l->in.skip = l->opt.reply.length;
    return NEXT (SKIP);
  }
  return NEXT (RECV_PAYLOAD);
}

/* Discard an information item that is larger than all known ones. */
STATE (SKIP)
  IO (SKIP)
  GOES_TO (RECV_HEADER)
{
  return NEXT (RECV_HEADER);
}

/* Act on one complete reply. */
STATE (RECV_PAYLOAD)
  IO (RECV, l->opt.reply.length)
  GOES_TO (RECV_HEADER, ^OPTION_DONE)
{
  uint32_t len = l->opt.reply.length;
  const uint8_t *p = nbdi_take (l, len);

  switch (l->opt.reply.type) {
  case NBD_REP_INFO:
    if (take_info (l, p, len) == -1)
      return FAILED;
    return NEXT (RECV_HEADER);
  case NBD_REP_ACK:
    if (!l->told->known)
      return FAIL (EPROTO,
                   "%s: the server acknowledged it without telling "
                   "the export's size",
                   nbdi_option_name (l->opt.option));
    nbdi_settle_contexts (s, l->told);
    nbdi_option_result (l, 0, 0);
    return NEXT (^OPTION_DONE);
  default:
    nbdi_refused_export (s, l->told, l->opt.reply.type);
    if (nbdi_option_refused (l, p) == -1)
      return FAILED;
    return NEXT (^OPTION_DONE);
  }
}
