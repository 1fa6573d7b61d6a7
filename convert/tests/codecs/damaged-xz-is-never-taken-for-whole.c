/* SPDX-License-Identifier: MIT */

/* See mutants.h.  The lies are in indexes, headers and footers whose checksums
 * are right. */

#include <config.h>

#include <inttypes.h>
#include <lzma.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mutants.h"

#define HEADER LZMA_STREAM_HEADER_SIZE
#define MOST_PLACES 64

/* Files, and where their parts begin. */
struct made {
  struct sample sample;
  size_t places[MOST_PLACES];
};

/* ---- samples ---- */

static void
must (lzma_ret r, lzma_ret expected)
{
  if (r != expected)
    wrong ("liblzma gives %d", (int) r);
}

static void
add_place (struct made *m, size_t at)
{
  if (m->sample.nr_places < MOST_PLACES)
    m->places[m->sample.nr_places++] = at;
  m->sample.places = m->places;
}

/* Where each block, the index and the footer begin. */
static void
add_places (struct made *m, size_t at, size_t length)
{
  lzma_index *index;
  lzma_index_iter it;
  lzma_stream_flags footer;
  size_t pos = 0;
  uint64_t limit = UINT64_MAX;
  const unsigned char *end = m->sample.file.p + at + length;

  must (lzma_stream_footer_decode (&footer, end - HEADER), LZMA_OK);

  size_t stored = footer.backward_size;

  must (lzma_index_buffer_decode (&index, &limit, NULL, end - HEADER - stored,
                                  &pos, stored),
        LZMA_OK);
  add_place (m, at);
  lzma_index_iter_init (&it, index);
  while (!lzma_index_iter_next (&it, LZMA_INDEX_ITER_BLOCK)) {
    add_place (m, at + it.block.compressed_file_offset);
    add_place (m, at + it.block.compressed_file_offset + it.block.total_size
                    - 8);
  }
  add_place (m, at + length - HEADER - stored);
  add_place (m, at + length - HEADER);
  lzma_index_end (index, NULL);
}

/* Let the encoder end something. */
static void
finish (struct made *m, lzma_stream *strm, lzma_action action)
{
  static unsigned char out[1 << 16];
  lzma_ret r;

  do {
    strm->next_out = out;
    strm->avail_out = sizeof out;
    r = lzma_code (strm, action);
    bytes_append (&m->sample.file, out, sizeof out - strm->avail_out);
  } while (r == LZMA_OK);
  must (r, LZMA_STREAM_END);
}

/* A stream of some blocks of about BLOCK bytes.  With SIZES their headers say
 * how large they are. */
static void
add_stream (struct made *m, size_t length, size_t block, lzma_check check,
            bool sizes)
{
  lzma_options_lzma options;
  lzma_filter filters[] = {
    { LZMA_FILTER_X86, NULL },
    { LZMA_FILTER_LZMA2, &options },
    { LZMA_VLI_UNKNOWN, NULL },
  };
  lzma_mt mt = {
    .threads = 1, .block_size = block, .check = check, .filters = filters + 1
  };
  lzma_stream strm = LZMA_STREAM_INIT;
  struct sample *s = &m->sample;
  struct bytes data = bytes_by_lot (length);
  size_t at = s->file.length;

  lzma_lzma_preset (&options, 1);
  must (sizes ? lzma_stream_encoder_mt (&strm, &mt)
              : lzma_stream_encoder (&strm, filters, check),
        LZMA_OK);
  for (size_t done = 0; done < length;) {
    size_t n = length - done < block ? length - done : block;

    strm.next_in = data.p + done;
    strm.avail_in = n;
    done += n;
    if (done < length)
      finish (m, &strm, LZMA_FULL_FLUSH);
  }
  finish (m, &strm, LZMA_FINISH);
  lzma_end (&strm);
  s->pieces[s->nr_pieces++] = (struct piece) { s->data.length, length };
  bytes_append (&s->data, data.p, data.length);
  free (data.p);
  add_places (m, at, s->file.length - at);
}

/* ---- lies, all in the last stream ---- */

struct tail {
  size_t index_at, footer_at;
  lzma_stream_flags footer;
  lzma_index *index;
  lzma_vli stored; /* all blocks */
};

static struct tail
take_tail (const struct bytes *file)
{
  struct tail t;
  size_t pos = 0;
  uint64_t limit = UINT64_MAX;

  t.footer_at = file->length - HEADER;
  must (lzma_stream_footer_decode (&t.footer, file->p + t.footer_at),
        LZMA_OK);
  t.index_at = t.footer_at - t.footer.backward_size;
  must (lzma_index_buffer_decode (&t.index, &limit, NULL,
                                  file->p + t.index_at, &pos,
                                  t.footer.backward_size),
        LZMA_OK);
  t.stored = lzma_index_total_size (t.index);
  return t;
}

/* End FILE with this index and a footer that fits. */
static void
put_tail (struct bytes *file, struct tail *t, const unsigned char *index,
          size_t length)
{
  unsigned char footer[HEADER];

  file->length = t->index_at;
  bytes_append (file, index, length);
  t->footer.backward_size = length;
  must (lzma_stream_footer_encode (&t->footer, footer), LZMA_OK);
  bytes_append (file, footer, sizeof footer);
}

/* Numbers near to what is true, and those far from it. */
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

/* The index, but for one or some of its records. */
static void
lie_records (struct bytes *file, struct tail *t)
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
    /* Some are such that liblzma would not make them. */
    if (lzma_index_append (index, NULL, stored, size) != LZMA_OK)
      must (lzma_index_append (index, NULL, 100, size & 0xfff), LZMA_OK);
  }
  if (which == lzma_index_block_count (t->index))
    must (lzma_index_append (index, NULL, 20 + lot (100), lot (100)),
          LZMA_OK);

  size_t length = lzma_index_size (index), pos = 0;
  unsigned char *p = must_allocate (length);

  must (lzma_index_buffer_encode (index, p, &pos, length), LZMA_OK);
  put_tail (file, t, p, length);
  lzma_index_end (index, NULL);
  free (p);
}

/* An index of any number of blocks, most of which are not there. */
static void
lie_count (struct bytes *file, struct tail *t)
{
  unsigned char p[64] = { 0 };
  size_t pos = 1;
  lzma_vli count = lot (2) ? UINT64_C (1000000000) : another (3);

  must (lzma_vli_encode (count, NULL, p, &pos, sizeof p), LZMA_OK);
  for (size_t i = lot (6); i > 0; i--) {
    must (lzma_vli_encode (t->stored, NULL, p, &pos, sizeof p), LZMA_OK);
    must (lzma_vli_encode (another (1000), NULL, p, &pos, sizeof p), LZMA_OK);
    if (pos > 40)
      break;
  }
  pos = (pos + 3) / 4 * 4;

  uint32_t crc = lzma_crc32 (p, pos, 0);

  for (size_t i = 0; i < 4; i++)
    p[pos++] = (unsigned char) (crc >> 8 * i);
  put_tail (file, t, p, pos);
}

/* Where the last stream begins. */
static size_t
start_of (const struct tail *t)
{
  return t->index_at - t->stored - HEADER;
}

static void
lie_footer (struct bytes *file, struct tail *t)
{
  static const lzma_vli some[] = { 4, LZMA_BACKWARD_SIZE_MAX };

  switch (lot (3)) {
  case 0: t->footer.backward_size = some[lot (2)]; break;
  case 1:
    t->footer.backward_size += lot (2) ? 4 : file->length / 4 * 4;
    break;
  default:
    /* Header and footer agree; 5 and 6 are as long as CRC64, but unknown. */
    t->footer.check = lot (LZMA_CHECK_ID_MAX + 1);
    must (lzma_stream_header_encode (&t->footer, file->p + start_of (t)),
          LZMA_OK);
  }
  must (lzma_stream_footer_encode (&t->footer, file->p + t->footer_at),
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
lie_block (struct bytes *file, struct tail *t)
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
  header = file->p + start_of (t) + it.block.compressed_file_offset;
  b.header_size = lzma_block_header_size_decode (header[0]);
  must (lzma_block_header_decode (&b, NULL, header), LZMA_OK);

  void *options[LZMA_FILTERS_MAX];
  size_t nr = 0;
  uint32_t room = b.header_size;

  for (; filters[nr].id != LZMA_VLI_UNKNOWN; nr++)
    options[nr] = filters[nr].options;
  lie_in_block (&b);
  if (lzma_block_header_size (&b) == LZMA_OK && b.header_size <= room) {
    b.header_size = room;
    must (lzma_block_header_encode (&b, header), LZMA_OK);
  }
  for (size_t i = 0; i < nr; i++)
    free (options[i]);
}

static void
lie (const struct sample *sample, struct bytes *file, char what[64])
{
  static const struct {
    const char *name;
    void (*make) (struct bytes *file, struct tail *t);
  } lies[] = {
    { "records of the index lie", lie_records },
    { "the index claims blocks", lie_count },
    { "the footer lies", lie_footer },
    { "a header of a block lies", lie_block },
  };
  size_t i = lot (sizeof lies / sizeof lies[0]);
  struct tail t;

  /* Padding is between and behind streams. */
  while (file->length > 0 && file->p[file->length - 1] == 0)
    file->length--;
  t = take_tail (file);
  snprintf (what, 64, "%s", lies[i].name);
  lies[i].make (file, &t);
  lzma_index_end (t.index, NULL);
  (void) sample;
}

int
main (void)
{
  static struct made made[] = {
    { .sample = { .name = "blocks" } },
    { .sample = { .name = "blocks that do not say how large they are" } },
    { .sample = { .name = "streams" } },
    { .sample = { .name = "one block" } },
    { .sample = { .name = "nothing" } },
  };
  enum { NR = sizeof made / sizeof made[0] };
  struct sample samples[NR];

  add_stream (&made[0], 300001, 50000, LZMA_CHECK_CRC64, true);
  add_stream (&made[1], 123456, 40000, LZMA_CHECK_SHA256, false);
  for (size_t i = 0; i < 5; i++) {
    add_stream (&made[2], 1 + lot (50000), 20000, LZMA_CHECK_CRC32, i % 2);
    bytes_append (&made[2].sample.file, (char[8]) { 0 }, lot (3) * 4);
  }
  add_stream (&made[3], 70000, 70000, LZMA_CHECK_CRC64, false);
  add_stream (&made[4], 0, 1, LZMA_CHECK_CRC64, false);
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
