/* SPDX-License-Identifier: MIT */

/* See mutants.h.  All frames have checksums.  Without checksums (zstd
 * --no-check) a changed bit of the content cannot be noticed. */

#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "engine/scan.h"
#include "mutants.h"

#define MOST_FRAMES 4
#define SEEK_TABLE 0x184D2A5E
#define SEEK_TABLE_END 0x8F92EAB1
#define SKIPPABLE 0x184D2A50

/* A file, and where its frames, their blocks and its table begin. */
struct made {
  struct sample sample;
  size_t places[MOST_FRAMES * 3 + 2];
  size_t frames[MOST_FRAMES], nr_frames;
  struct bytes table; /* the entries of its seek table */
};

enum { SIZED = 1, NUMBERED = 2, IN_TABLE = 4 };

static size_t
compress (const struct bytes *data, bool sized, void *file, size_t room)
{
  ZSTD_CCtx *c = ZSTD_createCCtx ();

  ZSTD_CCtx_setParameter (c, ZSTD_c_checksumFlag, 1);
  ZSTD_CCtx_setParameter (c, ZSTD_c_contentSizeFlag, sized);
  size_t length = ZSTD_compress2 (c, file, room, data->p, data->length);
  if (ZSTD_isError (length))
    wrong ("zstd fails");
  ZSTD_freeCCtx (c);
  return length;
}

static void
add_frame (struct made *m, size_t size, unsigned how)
{
  struct sample *s = &m->sample;
  struct bytes data = bytes_by_lot (size);
  size_t room = ZSTD_compressBound (size);
  void *file = must_allocate (room);
  size_t length = compress (&data, how & SIZED, file, room);

  if (how & NUMBERED) {
    m->places[s->nr_places++] = s->file.length;
    bytes_append_number (&s->file, SKIPPABLE, 4);
    bytes_append_number (&s->file, 4, 4);
    bytes_append_number (&s->file, length, 4);
  }
  if (how & IN_TABLE) {
    bytes_append_number (&m->table, length, 4);
    bytes_append_number (&m->table, size, 4);
    bytes_append_number (&m->table, digest (data.p, size, 0), 4);
  }
  m->frames[m->nr_frames++] = s->file.length;
  m->places[s->nr_places++] = s->file.length;
  m->places[s->nr_places++] = s->file.length + 10; /* the first block */
  s->pieces[s->nr_pieces++] = (struct piece) { s->data.length, size };
  bytes_append (&s->file, file, length);
  bytes_append (&s->data, data.p, size);
  free (file);
  free (data.p);
}

static void
add_table (struct made *m)
{
  struct bytes *file = &m->sample.file;

  m->places[m->sample.nr_places++] = file->length;
  bytes_append_number (file, SEEK_TABLE, 4);
  bytes_append_number (file, m->table.length + 9, 4);
  bytes_append (file, m->table.p, m->table.length);
  bytes_append_number (file, m->table.length / 12, 4);
  bytes_append_number (file, 0x80, 1);
  bytes_append_number (file, SEEK_TABLE_END, 4);
  m->places[m->sample.nr_places++] = file->length - 9;
}

/* ---- lies ---- */

/* Give a frame another header: with another size of the content or of the
 * window, or with flags that nobody supports. */
static void
other_header (const struct made *m, struct bytes *file, char what[64])
{
  static const uint64_t sizes[] = { 0,
                                    1,
                                    LARGEST_PART,
                                    LARGEST_PART + 1,
                                    UINT64_C (1) << 40,
                                    UINT64_C (1) << 60,
                                    UINT64_MAX - 1,
                                    UINT64_MAX };
  size_t at = m->frames[lot (m->nr_frames)];
  struct bytes header = bytes_copy (file->p, at);
  unsigned char old = file->p[at + 4];
  size_t size = 1u << (old >> 6), length = 5 + !(old & 0x20);
  length += size > 1 || old & 0x20 ? size : 0;

  bytes_append_number (&header, ZSTD_MAGICNUMBER, 4);
  if (lot (2)) {
    uint64_t wanted = sizes[lot (sizeof sizes / sizeof sizes[0])];
    bytes_append_number (&header, 0xe4, 1);
    bytes_append_number (&header, wanted, 8);
    snprintf (what, 64, "the size is %#llx", (long long) wanted);
  }
  else {
    unsigned window = lot (256), flags = 4 | lot (4) * lot (2) | lot (2) << 3;
    bytes_append_number (&header, flags, 1);
    bytes_append_number (&header, window, 1);
    bytes_append_number (&header, lot (3),
                         flags & 3 ? 1 << ((flags & 3) - 1) : 0);
    snprintf (what, 64, "the window is %#x, flags %#x", window, flags);
  }
  bytes_append (&header, file->p + at + length, file->length - at - length);
  free (file->p);
  *file = header;
}

/* Change a number of the seek table or of a skippable frame. */
static void
other_number (const struct made *m, struct bytes *file, char what[64])
{
  static const uint32_t numbers[] = { 0,          1,          13,
                                      0x10000,    0x7fffffff, 0x80000000,
                                      0xfffffff0, 0xffffffff };
  size_t words = m->table.length / 4 + 2, n = lot (words);
  size_t at = m->table.length > 0
                ? file->length - 17 - m->table.length + 4 * (n + 1)
                : m->places[lot (m->nr_frames) * 3] + 4 + 4 * lot (2);
  uint32_t number = numbers[lot (sizeof numbers / sizeof numbers[0])];

  for (int i = 0; i < 4; i++)
    file->p[at + i] = (unsigned char) (number >> 8 * i);
  snprintf (what, 64, "the number at %zu is %#x", at, number);
}

static void
lie (const struct sample *sample, struct bytes *file, char what[64])
{
  const struct made *m = sample->more;
  bool numbered = sample->nr_places > 2 * m->nr_frames;

  if (numbered && lot (2))
    other_number (m, file, what);
  else
    other_header (m, file, what);
}

int
main (void)
{
  static const struct {
    const char *name;
    size_t frames, most;
    unsigned how;
  } kinds[] = {
    { "one frame", 1, 400000, SIZED },
    { "several frames", 4, 150000, SIZED },
    { "frames of unknown size", 4, 150000, 0 },
    { "frames of known length", 4, 150000, SIZED | NUMBERED },
    { "a seek table", 4, 150000, SIZED | IN_TABLE },
    { "a seek table of frames of unknown size", 4, 150000, IN_TABLE },
    { "nothing", 1, 1, SIZED },
  };
  enum { COUNT = sizeof kinds / sizeof kinds[0] };
  static struct made made[COUNT];
  struct sample samples[COUNT];

  for (int i = 0; i < COUNT; i++) {
    made[i].sample.name = kinds[i].name;
    made[i].sample.codec = &codec_zstd;
    made[i].sample.lie = lie;
    made[i].sample.places = made[i].places;
    for (size_t n = 0; n < kinds[i].frames; n++)
      add_frame (&made[i], lot (kinds[i].most), kinds[i].how);
    if (kinds[i].how & IN_TABLE)
      add_table (&made[i]);
    made[i].sample.more = &made[i];
    samples[i] = made[i].sample;
  }

  int status = mutants_main (samples, COUNT);

  for (int i = 0; i < COUNT; i++) {
    free (samples[i].file.p);
    free (samples[i].data.p);
    free (made[i].table.p);
  }
  return status;
}
