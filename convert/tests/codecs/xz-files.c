/* SPDX-License-Identifier: MIT */

#include <config.h>

#include "xz-files.h"

#include <stdlib.h>
#include <string.h>

/* ---- samples ---- */

void
xz_must (lzma_ret r, lzma_ret expected)
{
  if (r != expected)
    wrong ("liblzma gives %d", (int) r);
}

static void
add_place (struct xz_made *m, size_t at)
{
  if (m->sample.nr_places < MOST_PLACES)
    m->places[m->sample.nr_places++] = at;
  m->sample.places = m->places;
}

/* Record where each block, the index and the footer begin. */
static void
add_places (struct xz_made *m, size_t at, size_t length)
{
  lzma_index *index;
  lzma_index_iter it;
  lzma_stream_flags footer;
  size_t pos = 0;
  uint64_t limit = UINT64_MAX;
  const unsigned char *end = m->sample.file.p + at + length;

  xz_must (lzma_stream_footer_decode (&footer, end - HEADER), LZMA_OK);

  size_t stored = footer.backward_size;

  xz_must (lzma_index_buffer_decode (&index, &limit, NULL,
                                     end - HEADER - stored, &pos, stored),
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

/* Run the encoder until it has finished this action. */
static void
finish (struct xz_made *m, lzma_stream *strm, lzma_action action)
{
  static unsigned char out[1 << 16];
  lzma_ret r;

  do {
    strm->next_out = out;
    strm->avail_out = sizeof out;
    r = lzma_code (strm, action);
    bytes_append (&m->sample.file, out, sizeof out - strm->avail_out);
  } while (r == LZMA_OK);
  xz_must (r, LZMA_STREAM_END);
}

void
xz_add_stream (struct xz_made *m, size_t length, size_t block,
               lzma_check check, bool sizes)
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
  xz_must (sizes ? lzma_stream_encoder_mt (&strm, &mt)
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

/* ---- tails ---- */

struct xz_tail
xz_take_tail (const struct bytes *file)
{
  struct xz_tail t;
  size_t pos = 0;
  uint64_t limit = UINT64_MAX;

  t.footer_at = file->length - HEADER;
  xz_must (lzma_stream_footer_decode (&t.footer, file->p + t.footer_at),
           LZMA_OK);
  t.index_at = t.footer_at - t.footer.backward_size;
  xz_must (lzma_index_buffer_decode (&t.index, &limit, NULL,
                                     file->p + t.index_at, &pos,
                                     t.footer.backward_size),
           LZMA_OK);
  t.stored = lzma_index_total_size (t.index);
  return t;
}

void
xz_put_tail (struct bytes *file, struct xz_tail *t,
             const unsigned char *index, size_t length)
{
  unsigned char footer[HEADER];

  file->length = t->index_at;
  bytes_append (file, index, length);
  t->footer.backward_size = length;
  xz_must (lzma_stream_footer_encode (&t->footer, footer), LZMA_OK);
  bytes_append (file, footer, sizeof footer);
}

size_t
xz_start_of (const struct xz_tail *t)
{
  return t->index_at - t->stored - HEADER;
}

void
xz_put_index (struct bytes *file, struct xz_tail *t, lzma_index *index)
{
  size_t length = lzma_index_size (index), pos = 0;
  unsigned char *p = must_allocate (length);

  xz_must (lzma_index_buffer_encode (index, p, &pos, length), LZMA_OK);
  xz_put_tail (file, t, p, length);
  free (p);
}

void
xz_put_count (struct bytes *file, struct xz_tail *t, lzma_vli count,
              const lzma_vli *records, size_t nr, size_t length)
{
  size_t room = length > 256 ? length : 256, pos = 1;
  unsigned char *p = must_allocate (room);

  memset (p, 0, room);
  xz_must (lzma_vli_encode (count, NULL, p, &pos, room), LZMA_OK);
  for (size_t i = 0; i < nr; i++)
    xz_must (lzma_vli_encode (records[i], NULL, p, &pos, room), LZMA_OK);
  if (length == 0)
    length = (pos + 3) / 4 * 4 + 4;

  uint32_t crc = lzma_crc32 (p, length - 4, 0);

  for (size_t i = 0; i < 4; i++)
    p[length - 4 + i] = (unsigned char) (crc >> 8 * i);
  xz_put_tail (file, t, p, length);
  free (p);
}
