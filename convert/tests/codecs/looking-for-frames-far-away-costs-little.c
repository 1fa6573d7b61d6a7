/* SPDX-License-Identifier: MIT */

/* Count the reads that it takes to find the frames of a zstd file that is far
 * away, or to give up. */

#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "codec/peek.h"
#include "trying.h"

#define FRAMES 60
#define FRAME (1u << 20)
#define MIB (UINT64_C (1) << 20)

struct far {
  struct input input;
  const struct bytes *file;
  uint64_t reads, bytes;
};

static ssize_t
far_read (struct input *in, void *buffer, size_t length, uint64_t offset,
          char **why)
{
  struct far *far = (struct far *) in;

  (void) why;
  far->reads++;
  far->bytes += length;
  memcpy (buffer, far->file->p + offset, length);
  return (ssize_t) length;
}

static void
check (const char *name, const struct bytes *file, uint64_t parts_wanted,
       uint64_t most_reads, uint64_t most_bytes)
{
  static const struct input_ops ops = { .read = far_read };
  struct far far = {
    .input = { .ops = &ops, .size = file->length, .fd = -1, .stop_fd = -1 },
    .file = file,
  };
  struct parts parts = { .count = 0 };
  char *why = NULL;

  if (codec_zstd.find_parts (&far.input, &parts, &why) == PARTS_BROKEN)
    wrong ("%s: %s", name, why);
  if (parts.count != parts_wanted)
    wrong ("%s: %" PRIu64 " parts", name, parts.count);
  if (far.reads > most_reads || far.bytes > most_bytes)
    wrong ("%s: %" PRIu64 " reads of %" PRIu64 " bytes", name, far.reads,
           far.bytes);
  parts_free (&parts);
}

/* A frame of noise, so that each block has the largest size. */
static struct bytes
make_frame (void)
{
  struct bytes data = { must_allocate (FRAME), FRAME, 0 };
  struct bytes frame = { must_allocate (2 * FRAME), 0, 0 };

  for (size_t i = 0; i < FRAME; i++)
    data.p[i] = (unsigned char) lot (256);
  frame.length = ZSTD_compress (frame.p, 2 * FRAME, data.p, FRAME, 1);
  free (data.p);
  return frame;
}

static void
append_table (struct bytes *file, size_t stored)
{
  bytes_append_number (file, 0x184D2A5E, 4);
  bytes_append_number (file, FRAMES * 8 + 9, 4);
  for (int i = 0; i < FRAMES; i++) {
    bytes_append_number (file, stored, 4);
    bytes_append_number (file, FRAME, 4);
  }
  bytes_append_number (file, FRAMES, 4);
  bytes_append_number (file, 0, 1);
  bytes_append_number (file, 0x8F92EAB1, 4);
}

int
main (void)
{
  struct bytes frame = make_frame (), frames = { .length = 0 };
  struct bytes numbered = { .length = 0 }, large = { .length = 0 };

  for (int i = 0; i < FRAMES; i++) {
    bytes_append (&frames, frame.p, frame.length);
    bytes_append_number (&numbered, 0x184D2A50, 4);
    bytes_append_number (&numbered, 4, 4);
    bytes_append_number (&numbered, frame.length, 4);
    bytes_append (&numbered, frame.p, frame.length);
  }
  /* One frame whose header declares 2 GiB. */
  bytes_append_number (&large, 0xFD2FB528, 4);
  bytes_append_number (&large, 0x5880, 2);
  bytes_append_number (&large, UINT64_C (1) << 31, 4);
  bytes_append (&large, frames.p, frames.length);

  check ("a large frame", &large, 0, 3, 2 * PEEK_PIECE);
  check ("many blocks", &frames, 0, 64 + FRAMES / 4, 5 * MIB);
  check ("known lengths", &numbered, FRAMES, 3 * FRAMES, 8 * MIB);
  append_table (&frames, frame.length);
  check ("a seek table", &frames, FRAMES, 3, 1024);

  free (frame.p);
  free (frames.p);
  free (numbered.p);
  free (large.p);
  return EXIT_SUCCESS;
}
