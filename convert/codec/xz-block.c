/* SPDX-License-Identifier: MIT */
/* Decode one block of xz.
 *
 * The block must have the stored and the decoded size that the index says.
 * Besides the output, this needs memory for a piece of the input and a
 * dictionary.  A dictionary never needs to be larger than the output, so it is
 * limited to that size, whatever the file asks for. */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <sys/param.h>

#include "tool.h"

#include "codec/peek.h"
#include "codec/xz.h"

/* How much is read at a time.  Even from a server far away, reading so much
 * takes longer than the round trip of the request. */
#define PIECE (UINT64_C (4) << 20)

struct reading {
  struct input *in;
  const struct part *part;
  lzma_stream strm;
  lzma_block block;
  lzma_filter filters[LZMA_FILTERS_MAX + 1];
  unsigned char *piece;
  uint64_t at, left; /* what follows the piece */
};

static const char *
check_name (uint32_t kind)
{
  switch (XZ_CHECK (kind)) {
  case LZMA_CHECK_CRC32: return "CRC32";
  case LZMA_CHECK_CRC64: return "CRC64";
  case LZMA_CHECK_SHA256: return "SHA-256";
  default: return "unknown to liblzma";
  }
}

/* Set *WHY to "the block at byte 12 ..." and return -1. */
static int
bad (const struct part *part, char **why, const char *what)
{
  *why = tool_format ("the block at byte %" PRIu64 " %s", part->stored_at,
                      what);
  return -1;
}

static int
next_piece (struct reading *r, char **why)
{
  size_t n = MIN (r->left, PIECE);

  if (read_all (r->in, r->piece, n, r->at, why) == -1)
    return -1;
  r->at += n;
  r->left -= n;
  r->strm.next_in = r->piece;
  r->strm.avail_in = n;
  return 0;
}

/* No match in the block can be farther away than the block is long. */
static void
limit_dictionary (struct reading *r)
{
  for (lzma_filter *f = r->filters; f->id != LZMA_VLI_UNKNOWN; f++)
    if (f->id == LZMA_FILTER_LZMA2) {
      lzma_options_lzma *options = f->options;

      options->dict_size = MIN (options->dict_size, r->part->size);
    }
}

static void
free_filters (lzma_filter *filters)
{
  for (lzma_filter *f = filters; f->id != LZMA_VLI_UNKNOWN; f++)
    free (f->options);
}

uint64_t
xz_memory (const unsigned char *header, size_t length)
{
  lzma_filter filters[LZMA_FILTERS_MAX + 1];
  lzma_block b = { .version = 1, .filters = filters };

  if (length == 0 || header[0] == 0)
    return 0;
  b.header_size = lzma_block_header_size_decode (header[0]);
  if (b.header_size > length
      || lzma_block_header_decode (&b, NULL, header) != LZMA_OK)
    return 0;

  uint64_t memory = lzma_raw_decoder_memusage (filters);

  free_filters (filters);
  return memory != UINT64_MAX ? memory : 0;
}

/* Decode the block's header, at the beginning of the piece. */
static int
take_header (struct reading *r, char **why)
{
  const struct part *part = r->part;
  lzma_block *b = &r->block;

  b->version = 1;
  b->check = XZ_CHECK (part->kind);
  b->filters = r->filters;
  b->header_size = lzma_block_header_size_decode (r->piece[0]);
  if (r->piece[0] == 0 || b->header_size > part->stored)
    return bad (part, why, "is damaged: there is no header");

  lzma_ret ret = lzma_block_header_decode (b, NULL, r->piece);

  if (ret == LZMA_OPTIONS_ERROR)
    return bad (part, why, "uses filters that this liblzma does not know");
  if (ret != LZMA_OK)
    return bad (part, why, "is damaged: its header is wrong");
  if (b->uncompressed_size != LZMA_VLI_UNKNOWN
      && b->uncompressed_size != part->size)
    return bad (part, why, "has another size than the index says");
  b->uncompressed_size = part->size;
  if (lzma_block_compressed_size (b, part->stored - XZ_PADDING (part->kind))
      != LZMA_OK)
    return bad (part, why, "is stored in another size than the index says");
  if (!lzma_check_is_supported (b->check))
    return bad (part, why, "has a check that this liblzma does not know");
  limit_dictionary (r);
  r->strm.next_in += b->header_size;
  r->strm.avail_in -= b->header_size;
  return 0;
}

static int
failed (const struct reading *r, lzma_ret error, char **why)
{
  const struct part *part = r->part;

  if (error == LZMA_MEM_ERROR)
    *why = tool_format ("there is not enough memory to decode the block at "
                        "byte %" PRIu64,
                        part->stored_at);
  else if (error == LZMA_OPTIONS_ERROR)
    bad (part, why, "uses what this liblzma does not know");
  else if (r->strm.total_out == part->size
           && r->strm.total_in == part->stored - r->block.header_size)
    *why = tool_format ("the check (%s) of the block at byte %" PRIu64
                        " is wrong",
                        check_name (part->kind), part->stored_at);
  else
    *why = tool_format (
      "the block at byte %" PRIu64 " is damaged at about "
      "byte %" PRIu64 ", which is %" PRIu64 " of what it decodes to",
      part->stored_at,
      part->stored_at + r->block.header_size + r->strm.total_in,
      part->at + r->strm.total_out);
  return -1;
}

static int
decode (struct reading *r, void *out, char **why)
{
  if (next_piece (r, why) == -1 || take_header (r, why) == -1)
    return -1;
  r->strm.next_out = out;
  r->strm.avail_out = r->part->size;

  lzma_ret ret = lzma_block_decoder (&r->strm, &r->block);

  while (ret == LZMA_OK) {
    if (r->strm.avail_in == 0 && r->left > 0 && next_piece (r, why) == -1)
      return -1;
    /* If no input is left, this returns LZMA_BUF_ERROR soon. */
    ret = lzma_code (&r->strm, LZMA_RUN);
  }
  /* The decoder has checked sizes and padding. */
  return ret == LZMA_STREAM_END ? 0 : failed (r, ret, why);
}

int
xz_decode_part (struct input *in, const struct part *part, void *out,
                char **why)
{
  struct reading r = {
    .in = in,
    .part = part,
    .strm = LZMA_STREAM_INIT,
    .filters = { { .id = LZMA_VLI_UNKNOWN } },
    .piece = malloc (MIN (part->stored, PIECE)),
    .at = part->stored_at,
    .left = part->stored,
  };
  int result = -1;

  if (r.piece != NULL)
    result = decode (&r, out, why);
  else
    failed (&r, LZMA_MEM_ERROR, why);
  lzma_end (&r.strm);
  free_filters (r.filters);
  free (r.piece);
  return result;
}
