/* SPDX-License-Identifier: MIT */

/* usage: decode FILE ORIGINAL|- [MEMORY]
 *
 * Decode FILE in all ways, compare with ORIGINAL, print the codec and the
 * number of parts.  With MEMORY decode it in order only, with so much of it.
 * With - that must fail, and the words are printed.  For the tests in
 * shell; the status is 77 if the codec is not in this build. */

#include <config.h>

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "trying.h"

static const struct codec *
codec_of_file (const struct bytes *file)
{
  enum codec_kind kind = codec_recognize (file->p, file->length);
  const struct codec *codec = codec_of (kind);

  if (kind == PLAIN)
    wrong ("no codec recognizes it");
  if (codec == NULL)
    exit (77);
  return codec;
}

/* Decode all parts of the file, the last one first. try_all decodes the file
 * from memory, which counts as far away, so there the search for parts may
 * give up earlier. */
static uint64_t
decode_parts (const struct codec *codec, const char *name,
              const struct bytes *file, const struct bytes *data)
{
  int fd = open (name, O_RDONLY | O_CLOEXEC);
  struct input *in = input_from_file (fd, name, file->length);
  struct parts parts = { .count = 0 };
  char *why = NULL;

  if (codec->find_parts
      && codec->find_parts (in, &parts, &why) == PARTS_BROKEN)
    wrong ("%s", why);
  uint64_t count = parts.count;
  for (uint64_t i = count; i-- > 0;) {
    const struct part *part = &parts.list[i];
    unsigned char *out = must_allocate (part->size);
    if (codec->decode_part (in, part, out, &why) == -1)
      wrong ("part %" PRIu64 ": %s", i, why);
    if (parts.size != data->length
        || memcmp (out, data->p + part->at, part->size) != 0)
      wrong ("part %" PRIu64 " is of other data", i);
    free (out);
  }
  parts_free (&parts);
  input_free (in);
  close (fd);
  return count;
}

/* Decode in order, with so much memory. *WHY is set if it fails. */
static struct bytes
decode_in_order (const struct codec *codec, const struct bytes *file,
                 uint64_t memory, char **why)
{
  static unsigned char out[1 << 20];
  struct decoder *d = codec->begin (1, memory);
  struct decoding io = { .in = file->p,
                         .in_left = file->length,
                         .in_ends = true };
  struct bytes data = { .length = 0 };
  enum decoded came = DECODED_SOME;

  while (came == DECODED_SOME) {
    io.out = out;
    io.out_left = sizeof out;
    came = codec->step (d, &io, why);
    bytes_append (&data, out, sizeof out - io.out_left);
  }
  codec->end (d);
  return data;
}

static void
fail_in_order (const struct codec *codec, const struct bytes *file,
               uint64_t memory)
{
  char *why = NULL;
  struct bytes data = decode_in_order (codec, file, memory, &why);

  if (!why)
    wrong ("it does not fail");
  puts (why);
  free (why);
  free (data.p);
}

static void
decode_with (const struct codec *codec, const struct bytes *file,
             const struct bytes *wanted, uint64_t memory)
{
  char *why = NULL;
  struct bytes data = decode_in_order (codec, file, memory, &why);

  if (why)
    wrong ("%s", why);
  if (data.length != wanted->length
      || (data.length > 0 && memcmp (data.p, wanted->p, data.length) != 0))
    wrong ("other data");
  free (data.p);
}

int
main (int argc, char **argv)
{
  if (argc < 3)
    wrong ("too few arguments");
  snprintf (wrong_with, sizeof wrong_with, "%s", argv[1]);

  struct bytes file = bytes_of_file (argv[1]);
  const struct codec *codec = codec_of_file (&file);
  uint64_t memory = argc > 3 ? strtoull (argv[3], NULL, 10) : 0;

  if (strcmp (argv[2], "-") == 0)
    fail_in_order (codec, &file, memory);
  else {
    struct bytes data = bytes_of_file (argv[2]);
    if (argc > 3)
      decode_with (codec, &file, &data, memory);
    else {
      try_all (codec, &file, &data);
      printf ("%s %" PRIu64 "\n", codec_name (codec->kind),
              decode_parts (codec, argv[1], &file, &data));
    }
    free (data.p);
  }
  free (file.p);
  return EXIT_SUCCESS;
}
