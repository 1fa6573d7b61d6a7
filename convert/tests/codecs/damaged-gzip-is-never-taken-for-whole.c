/* SPDX-License-Identifier: MIT */

/* See mutants.h.  If whole members are missing, this cannot be noticed,
 * except in files of bgzip, which writes an empty member at the end. */

#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "mutants.h"

#define MOST_MEMBERS 120
#define PIECES 4
#define MEMBER 50000
#define LENGTH_AT 16 /* in the header of a member of bgzip */

/* A file, and where its members begin and end. */
struct made {
  struct sample sample;
  size_t places[MOST_MEMBERS * 2];
  size_t members[MOST_MEMBERS], nr_members;
};

static void
put_number (unsigned char *p, uint32_t n, size_t bytes)
{
  for (size_t i = 0; i < bytes; i++)
    p[i] = (unsigned char) (n >> 8 * i);
}

/* Compress a member, with this header or with the default one. */
static struct bytes
compress_member (const unsigned char *data, size_t size, gz_header *header)
{
  z_stream z = { .next_in = (Bytef *) data, .avail_in = (uInt) size };

  if (deflateInit2 (&z, 1 + (int) lot (9), Z_DEFLATED, 15 + 16, 8,
                    Z_DEFAULT_STRATEGY)
      != Z_OK)
    wrong ("zlib fails");
  if (header)
    deflateSetHeader (&z, header);

  struct bytes b = { must_allocate (size + 65536), 0, 0 };

  z.next_out = b.p;
  z.avail_out = (uInt) size + 65536;
  if (deflate (&z, Z_FINISH) != Z_STREAM_END)
    wrong ("zlib fails");
  b.length = z.total_out;
  deflateEnd (&z);
  return b;
}

static void
append_member (struct made *m, const struct bytes *member)
{
  struct sample *s = &m->sample;

  m->members[m->nr_members++] = s->file.length;
  m->places[s->nr_places++] = s->file.length;
  bytes_append (&s->file, member->p, member->length);
  m->places[s->nr_places++] = s->file.length - 4;
}

/* Append a member, whose data is a piece. */
static void
add_member (struct made *m, size_t size, gz_header *header)
{
  struct sample *s = &m->sample;
  struct bytes data = bytes_by_lot (size);
  struct bytes member = compress_member (data.p, size, header);

  s->pieces[s->nr_pieces++] = (struct piece) { s->data.length, size };
  bytes_append (&s->data, data.p, size);
  append_member (m, &member);
  free (member.p);
  free (data.p);
}

static void
append_bgzip (struct made *m, const unsigned char *data, size_t size)
{
  unsigned char extra[6] = { 'B', 'C', 2, 0 };
  gz_header header = { .extra = extra, .extra_len = sizeof extra, .os = 255 };
  struct bytes member = compress_member (data, size, &header);

  put_number (member.p + LENGTH_AT, (uint32_t) member.length - 1, 2);
  append_member (m, &member);
  free (member.p);
}

/* Append enough members of bgzip to make several parts.  Their content
 * repeats a few pieces. */
static void
add_bgzip (struct made *m)
{
  struct sample *s = &m->sample;
  struct bytes data = bytes_by_lot (PIECES * MEMBER);

  for (size_t i = 0; i < MOST_MEMBERS - 1; i++) {
    const unsigned char *p = data.p + i % PIECES * MEMBER;
    size_t size = MEMBER - i % PIECES * 1000;
    if (i < PIECES)
      s->pieces[s->nr_pieces++] = (struct piece) { s->data.length, size };
    bytes_append (&s->data, p, size);
    append_bgzip (m, p, size);
  }
  append_bgzip (m, data.p, 0);
  free (data.p);
}

/* Change the length or the size that a member says. */
static void
lie (const struct sample *sample, struct bytes *file, char what[64])
{
  static const uint32_t numbers[] = { 0,      1,       26,      0x7fff,
                                      0xffff, 0x10000, 0x10001, 0xffffffff };
  const struct made *m = sample->more;
  uint32_t number = numbers[lot (sizeof numbers / sizeof numbers[0])];
  size_t n = lot (m->nr_members);
  size_t end = n + 1 < m->nr_members ? m->members[n + 1] : file->length;

  if (lot (2)) {
    put_number (file->p + end - 4, number, 4);
    snprintf (what, 64, "member %zu has the size %#x", n, number);
  }
  else {
    put_number (file->p + m->members[n] + LENGTH_AT, number, 2);
    snprintf (what, 64, "member %zu has the length %#x", n, number);
  }
}

static void
make (struct made made[], size_t nr)
{
  static Bytef name[] = "disk.img", comment[] = "a disk", extra[300];
  gz_header header = { .name = name,
                       .comment = comment,
                       .extra = extra,
                       .extra_len = sizeof extra,
                       .hcrc = 1 };

  for (size_t i = 0; i < nr; i++) {
    made[i].sample.codec = &codec_gzip;
    made[i].sample.places = made[i].places;
    made[i].sample.more = &made[i];
  }
  add_member (&made[0], 300000, NULL);
  for (int i = 0; i < PIECES; i++)
    add_member (&made[1], 1 + lot (100000), i % 2 ? NULL : &header);
  add_member (&made[2], 100000, &header);
  bytes_append (&made[2].sample.file, (char[1000]) { 0 }, 1000);
  add_member (&made[3], 0, NULL);
  add_bgzip (&made[4]);
  made[4].sample.lie = lie;
}

int
main (void)
{
  static struct made made[] = {
    { .sample = { .name = "one member" } },
    { .sample = { .name = "several members" } },
    { .sample = { .name = "a long header, and padding" } },
    { .sample = { .name = "nothing" } },
    { .sample = { .name = "bgzip" } },
  };
  enum { COUNT = sizeof made / sizeof made[0] };
  struct sample samples[COUNT];

  make (made, COUNT);
  for (int i = 0; i < COUNT; i++)
    samples[i] = made[i].sample;

  int status = mutants_main (samples, COUNT);

  for (int i = 0; i < COUNT; i++) {
    free (samples[i].file.p);
    free (samples[i].data.p);
  }
  return status;
}
