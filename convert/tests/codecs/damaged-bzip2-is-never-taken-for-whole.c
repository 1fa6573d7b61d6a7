/* SPDX-License-Identifier: MIT */

/* See mutants.h. */

#include <config.h>

#include <bzlib.h>
#include <stdlib.h>

#include "mutants.h"

#define MOST_STREAMS 4

/* A file, and where its streams begin and end. */
struct made {
  struct sample sample;
  size_t places[MOST_STREAMS * 3];
};

static void
add_stream (struct made *m, size_t length, int level)
{
  struct sample *s = &m->sample;
  struct bytes data = bytes_by_lot (length);
  unsigned room = (unsigned) (length + length / 50 + 1000);
  char *file = must_allocate (room);

  if (BZ2_bzBuffToBuffCompress (file, &room, (char *) data.p,
                                (unsigned) length, level, 0, 0)
      != BZ_OK)
    wrong ("bzip2 fails");
  s->pieces[s->nr_pieces++] = (struct piece) { s->data.length, length };
  m->places[s->nr_places++] = s->file.length;
  m->places[s->nr_places++] = s->file.length + 10; /* the first block */
  bytes_append (&s->file, file, room);
  m->places[s->nr_places++] = s->file.length;
  bytes_append (&s->data, data.p, data.length);
  s->places = m->places;
  free (file);
  free (data.p);
}

int
main (void)
{
  static struct made made[] = {
    { .sample = { .name = "one stream" } },
    { .sample = { .name = "several streams" } },
    { .sample = { .name = "padding" } },
    { .sample = { .name = "nothing" } },
  };
  struct sample samples[4];

  add_stream (&made[0], 350000, 1);
  for (int i = 0; i < MOST_STREAMS; i++)
    add_stream (&made[1], 1 + lot (150000), 1 + (int) lot (9));
  add_stream (&made[2], 20000, 9);
  bytes_append (&made[2].sample.file, (char[1000]) { 0 }, 1000);
  add_stream (&made[3], 0, 9);
  for (int i = 0; i < 4; i++) {
    samples[i] = made[i].sample;
    samples[i].codec = &codec_bzip2;
  }

  int status = mutants_main (samples, 4);

  for (int i = 0; i < 4; i++) {
    free (samples[i].file.p);
    free (samples[i].data.p);
  }
  return status;
}
