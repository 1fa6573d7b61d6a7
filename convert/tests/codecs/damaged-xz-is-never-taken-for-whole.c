/* SPDX-License-Identifier: MIT */

/* See mutants.h.  The lies are in indexes, headers and footers, whose
 * checksums are correct. */

#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xz-files.h"

/* Another number: near N, or far from it. */
static lzma_vli
another (lzma_vli n)
{
  static const lzma_vli some[] = {
    0,
    1,
    4,
    LARGEST_PART,
    LARGEST_PART + 1,
    UINT64_C (1) << 40,
    UINT64_C (1) << 60,
    LZMA_VLI_MAX - 4096,
  };

  switch (lot (4)) {
  case 0: return some[lot (sizeof some / sizeof some[0])];
  case 1: return n + 1 + lot (8);
  case 2: return n > 8 ? n - 1 - lot (8) : n + 1;
  default: return n * (2 + lot (1000));
  }
}

/* Change one or more records of the index. */
static void
lie_records (struct bytes *file, struct xz_tail *t)
{
  lzma_index *index = lzma_index_init (NULL);
  lzma_index_iter it;
  size_t which = lot (lzma_index_block_count (t->index) + 1), how = lot (5);

  lzma_index_iter_init (&it, t->index);
  for (size_t i = 0; !lzma_index_iter_next (&it, LZMA_INDEX_ITER_BLOCK);
       i++) {
    lzma_vli stored = it.block.unpadded_size,
             size = it.block.uncompressed_size;
    bool lies = i == which;

    if (lies && how == 0)
      continue;
    if (lies && how == 1)
      size = another (size);
    if (lies && how == 2)
      stored = another (stored);
    if ((lies && how == 3) || (!lies && i + 1 == which && how == 4))
      size++;
    if (lies && how == 4)
      size--;
    /* liblzma does not make some of these records. */
    if (lzma_index_append (index, NULL, stored, size) != LZMA_OK)
      xz_must (lzma_index_append (index, NULL, 100, size & 0xfff), LZMA_OK);
  }
  if (which == lzma_index_block_count (t->index))
    xz_must (lzma_index_append (index, NULL, 20 + lot (100), lot (100)),
             LZMA_OK);

  xz_put_index (file, t, index);
  lzma_index_end (index, NULL);
}

/* An index with any number of blocks, most of which do not exist. */
static void
lie_count (struct bytes *file, struct xz_tail *t)
{
  lzma_vli records[6];
  size_t nr = lot (4) * 2;

  for (size_t i = 0; i < nr; i++)
    records[i] = i % 2 == 0 ? t->stored : another (1000);
  xz_put_count (file, t, lot (2) ? UINT64_C (1000000000) : another (3),
                records, nr, lot (2) ? 80 : 0);
}

static void
lie_footer (struct bytes *file, struct xz_tail *t)
{
  static const lzma_vli some[] = { 4, LZMA_BACKWARD_SIZE_MAX };

  switch (lot (3)) {
  case 0: t->footer.backward_size = some[lot (2)]; break;
  case 1:
    t->footer.backward_size += lot (2) ? 4 : file->length / 4 * 4;
    break;
  default:
    /* Header and footer agree.  The checks 5 and 6 are as long as CRC64, but
     * unknown. */
    t->footer.check = lot (LZMA_CHECK_ID_MAX + 1);
    xz_must (lzma_stream_header_encode (&t->footer,
                                        file->p + xz_start_of (t)),
             LZMA_OK);
  }
  xz_must (lzma_stream_footer_encode (&t->footer, file->p + t->footer_at),
           LZMA_OK);
}

static void
lie_in_block (lzma_block *b)
{
  lzma_options_lzma *options = NULL;

  for (lzma_filter *f = b->filters; f->id != LZMA_VLI_UNKNOWN; f++)
    if (f->id == LZMA_FILTER_LZMA2)
      options = f->options;
  switch (lot (4)) {
  case 0: b->uncompressed_size = another (b->uncompressed_size); break;
  case 1: b->compressed_size = another (b->compressed_size); break;
  case 2:
    if (options != NULL)
      options->dict_size = lot (2) ? UINT32_MAX : UINT32_C (1) << 30;
    break;
  default:
    if (b->filters[0].id == LZMA_FILTER_X86)
      b->filters[0].id = LZMA_FILTER_ARM;
    else if (options != NULL)
      options->dict_size = 4096;
  }
}

static void
lie_block (struct bytes *file, struct xz_tail *t)
{
  lzma_filter filters[LZMA_FILTERS_MAX + 1];
  lzma_block b = { .version = 1,
                   .check = t->footer.check,
                   .filters = filters };
  lzma_index_iter it;
  unsigned char *header;

  lzma_index_iter_init (&it, t->index);
  if (lzma_index_iter_locate (
        &it, lot (lzma_index_uncompressed_size (t->index) + 1)))
    return;
  header = file->p + xz_start_of (t) + it.block.compressed_file_offset;
  b.header_size = lzma_block_header_size_decode (header[0]);
  xz_must (lzma_block_header_decode (&b, NULL, header), LZMA_OK);

  void *options[LZMA_FILTERS_MAX];
  size_t nr = 0;
  uint32_t room = b.header_size;

  for (; filters[nr].id != LZMA_VLI_UNKNOWN; nr++)
    options[nr] = filters[nr].options;
  lie_in_block (&b);
  if (lzma_block_header_size (&b) == LZMA_OK && b.header_size <= room) {
    b.header_size = room;
    xz_must (lzma_block_header_encode (&b, header), LZMA_OK);
  }
  for (size_t i = 0; i < nr; i++)
    free (options[i]);
}

static void
lie (const struct sample *sample, struct bytes *file, char what[64])
{
  static const struct {
    const char *name;
    void (*make) (struct bytes *file, struct xz_tail *t);
  } lies[] = {
    { "records of the index lie", lie_records },
    { "the index claims blocks", lie_count },
    { "the footer lies", lie_footer },
    { "a header of a block lies", lie_block },
  };
  size_t i = lot (sizeof lies / sizeof lies[0]);
  struct xz_tail t;

  /* Remove the padding at the end. */
  while (file->length > 0 && file->p[file->length - 1] == 0)
    file->length--;
  t = xz_take_tail (file);
  snprintf (what, 64, "%s", lies[i].name);
  lies[i].make (file, &t);
  lzma_index_end (t.index, NULL);
  (void) sample;
}

int
main (void)
{
  static struct xz_made made[] = {
    { .sample = { .name = "blocks" } },
    { .sample = { .name = "blocks that do not say how large they are" } },
    { .sample = { .name = "streams" } },
    { .sample = { .name = "one block" } },
    { .sample = { .name = "nothing" } },
  };
  enum { NR = sizeof made / sizeof made[0] };
  struct sample samples[NR];

  xz_add_stream (&made[0], 300001, 50000, LZMA_CHECK_CRC64, true);
  xz_add_stream (&made[1], 123456, 40000, LZMA_CHECK_SHA256, false);
  for (size_t i = 0; i < 5; i++) {
    xz_add_stream (&made[2], 1 + lot (50000), 20000, LZMA_CHECK_CRC32, i % 2);
    bytes_append (&made[2].sample.file, (char[8]) { 0 }, lot (3) * 4);
  }
  xz_add_stream (&made[3], 70000, 70000, LZMA_CHECK_CRC64, false);
  xz_add_stream (&made[4], 0, 1, LZMA_CHECK_CRC64, false);
  for (size_t i = 0; i < NR; i++) {
    samples[i] = made[i].sample;
    samples[i].codec = &codec_xz;
    samples[i].lie = lie;
  }

  int status = mutants_main (samples, NR);

  for (size_t i = 0; i < NR; i++) {
    free (samples[i].file.p);
    free (samples[i].data.p);
  }
  return status;
}
