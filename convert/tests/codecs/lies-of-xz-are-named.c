/* SPDX-License-Identifier: MIT */

/* The message for a damaged xz file says what is wrong and where.  A file
 * that is only unusual is decoded in order. */

#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xz-files.h"

#define GiB (UINT64_C (1) << 30)

/* Files of several blocks and of one block. */
static struct xz_made blocks, block;

static struct bytes
copy_of (const struct xz_made *m)
{
  return bytes_copy (m->sample.file.p, m->sample.file.length);
}

/* Find and decode the parts of FILE, and free it.  Check the result, the
 * message, and the size. */
static void
check_parts (struct bytes file, enum found expected, const char *words,
             uint64_t size)
{
  struct tried tried;
  enum found found = try_parts (&codec_xz, &file, &tried);

  if (found != expected)
    wrong ("found %d: %s", (int) found, tried.why);
  if (words != NULL
      && (tried.why == NULL || strstr (tried.why, words) == NULL))
    wrong ("it says \"%s\", not \"%s\"", tried.why, words);
  if (words == NULL && tried.why != NULL)
    wrong ("%s", tried.why);
  if (words == NULL && tried.size != size)
    wrong ("the size is %" PRIu64, tried.size);
  tried_free (&tried);
  free (file.p);
}

static void
check_in_order (struct bytes file, const char *words)
{
  const struct pace pace = { .in = 5000, .out = 5000, .threads = 2 };
  struct tried tried;

  try_in_order (&codec_xz, &file, &pace, &tried);
  if (tried.why == NULL || strstr (tried.why, words) == NULL)
    wrong ("it says \"%s\", not \"%s\"", tried.why, words);
  tried_free (&tried);
  free (file.p);
}

/* ---- the end of the file ---- */

static void
check_ends (void)
{
  struct bytes file = copy_of (&blocks);
  struct xz_tail t = xz_take_tail (&file);
  char words[80];

  file.length -= 4;
  check_parts (file, PARTS_BROKEN, "the file is truncated", 0);
  file = copy_of (&blocks);
  file.length -= 4;
  check_in_order (file, "it is truncated");

  file = copy_of (&blocks);
  file.length = 16;
  check_parts (file, PARTS_BROKEN, "it is truncated: no stream", 0);

  file = copy_of (&blocks);
  bytes_append (&file, "behind", 6);
  check_parts (file, PARTS_BROKEN, "something else than xz follows", 0);

  file = copy_of (&blocks);
  file.p[t.index_at + 3] ^= 1;
  snprintf (words, sizeof words, "the index at byte %zu is damaged",
            t.index_at);
  check_parts (file, PARTS_BROKEN, words, 0);

  file = copy_of (&blocks);
  file.p[8] ^= 1; /* in the header's checksum */
  check_parts (file, PARTS_BROKEN, "the header at byte 0 is damaged", 0);
  lzma_index_end (t.index, NULL);
}

/* ---- wrong indexes ---- */

/* A copy of M with an index of these records, which are pairs of stored and
 * decoded sizes. */
static struct bytes
with_index (const struct xz_made *m, lzma_vli count, const lzma_vli *records,
            size_t nr, size_t length)
{
  struct bytes file = copy_of (m);
  struct xz_tail t = xz_take_tail (&file);

  xz_put_count (&file, &t, count, records, nr, length);
  lzma_index_end (t.index, NULL);
  return file;
}

static void
check_indexes (void)
{
  struct xz_tail t = xz_take_tail (&block.sample.file);
  const lzma_vli huge[] = { t.stored, UINT64_C (1) << 60 };
  const lzma_vli large[] = { t.stored, LARGEST_PART + 1 };
  const lzma_vli stored[] = { UINT64_C (1) << 60, 1000 };
  const lzma_vli more[] = { t.stored - 40, 1000, 40, 0 };
  size_t many = 2 * MOST_PARTS + 4096;
  struct bytes file;

  check_parts (with_index (&block, UINT64_C (1000000000), huge, 2, 0),
               PARTS_BROKEN, "claims more blocks than it has room for", 0);
  check_parts (with_index (&block, MOST_PARTS + 1000, NULL, 0, many),
               PARTS_NONE, NULL, 0);
  check_parts (with_index (&block, 1, huge, 2, 0), PARTS_BROKEN,
               "the block at byte 12 is larger in the index", 0);
  check_parts (with_index (&block, 1, stored, 2, 0), PARTS_BROKEN,
               "its blocks have more bytes than are before it", 0);
  /* These might be correct. */
  check_parts (with_index (&block, 1, large, 2, 0), PARTS_NONE, NULL,
               LARGEST_PART + 1);
  check_parts (with_index (&block, 2, more, 4, 0), PARTS_NONE, NULL, 1000);

  file = copy_of (&block);
  t.footer.backward_size = LZMA_BACKWARD_SIZE_MAX;
  xz_must (lzma_stream_footer_encode (&t.footer, file.p + t.footer_at),
           LZMA_OK);
  check_parts (file, PARTS_BROKEN, "the index is larger than all before", 0);
  lzma_index_end (t.index, NULL);
}

/* ---- blocks ---- */

static void
check_blocks (void)
{
  struct bytes file = copy_of (&blocks);
  struct xz_tail t = xz_take_tail (&file);
  char words[80];

  /* The last byte before the index belongs to a block's check. */
  file.p[t.index_at - 1] ^= 0x10;
  check_parts (file, PARTS_FOUND, "the check (CRC64) of the block at byte ",
               0);

  file = copy_of (&blocks);
  memset (file.p + 1000, 0xff, 1000);
  check_parts (file, PARTS_FOUND, "the block at byte 12 is damaged at", 0);
  file = copy_of (&blocks);
  memset (file.p + 1000, 0xff, 1000);
  check_in_order (file, "it is damaged");

  file = copy_of (&blocks);
  snprintf (words, sizeof words,
            "the block at byte %d is damaged: its header", HEADER);
  file.p[HEADER + 1] ^= 0x20;
  check_parts (file, PARTS_FOUND, words, 0);
  lzma_index_end (t.index, NULL);
}

/* A block may ask for any dictionary.  Decoded as a part, it gets no larger
 * dictionary than its content.  In order there is a limit. */
static void
check_dictionaries (void)
{
  lzma_filter filters[LZMA_FILTERS_MAX + 1];
  lzma_block b = { .version = 1, .check = LZMA_CHECK_CRC64 };
  struct bytes file = copy_of (&blocks);
  unsigned char *header = file.p + HEADER;

  b.filters = filters;
  b.header_size = lzma_block_header_size_decode (header[0]);
  xz_must (lzma_block_header_decode (&b, NULL, header), LZMA_OK);

  lzma_options_lzma *options = filters[0].options;

  options->dict_size = (uint32_t) GiB + GiB / 2;
  xz_must (lzma_block_header_encode (&b, header), LZMA_OK);
  free (options);
  check_parts (bytes_copy (file.p, file.length), PARTS_FOUND, NULL,
               blocks.sample.data.length);
  check_in_order (file,
                  "it needs 1537 MiB to be decoded, more than the limit "
                  "of 80 MiB");
}

/* More streams than the limit, each of them empty. */
static void
check_streams (void)
{
  static struct xz_made nothing;
  struct bytes file = { NULL, 0, 0 };

  xz_add_stream (&nothing, 0, 1, LZMA_CHECK_NONE, false);
  bytes_append (&file, blocks.sample.file.p, blocks.sample.file.length);
  for (int i = 0; i < 70000; i++)
    bytes_append (&file, nothing.sample.file.p, nothing.sample.file.length);
  check_parts (file, PARTS_NONE, NULL, 0);
  free (nothing.sample.file.p);
  free (nothing.sample.data.p);
}

int
main (void)
{
  static const struct {
    const char *name;
    void (*check) (void);
  } checks[] = {
    { "ends", check_ends },       { "indexes", check_indexes },
    { "blocks", check_blocks },   { "dictionaries", check_dictionaries },
    { "streams", check_streams },
  };

  lots_seed (1);
  xz_add_stream (&blocks, 300000, 100000, LZMA_CHECK_CRC64, true);
  xz_add_stream (&block, 50000, 50000, LZMA_CHECK_CRC32, false);
  for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
    snprintf (wrong_with, sizeof wrong_with, "%s", checks[i].name);
    checks[i].check ();
  }
  free (blocks.sample.file.p);
  free (blocks.sample.data.p);
  free (block.sample.file.p);
  free (block.sample.data.p);
  return EXIT_SUCCESS;
}
