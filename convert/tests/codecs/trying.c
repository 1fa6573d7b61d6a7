/* SPDX-License-Identifier: MIT */

#include <config.h>

#include "trying.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct memory {
  struct input input;
  const struct bytes *file;
};

char wrong_with[256];

void
wrong (const char *format, ...)
{
  va_list args;

  fprintf (stderr, "%s: ", wrong_with);
  va_start (args, format);
  vfprintf (stderr, format, args);
  va_end (args);
  fputc ('\n', stderr);
  exit (EXIT_FAILURE);
}

static ssize_t
memory_read (struct input *in, void *buffer, size_t length, uint64_t offset,
             char **why)
{
  const struct bytes *file = ((struct memory *) in)->file;

  (void) why;
  if (offset >= file->length)
    return 0;
  if (length > file->length - offset)
    length = file->length - offset;
  memcpy (buffer, file->p + offset, length);
  return (ssize_t) length;
}

static const struct input_ops memory_ops = { .read = memory_read };

static struct memory
memory_of (const struct bytes *file)
{
  return (struct memory) {
    .input = { .ops = &memory_ops,
               .name = "memory",
               .size = file->length,
               .fd = -1,
               .stop_fd = -1 },
    .file = file,
  };
}

static void
tried_append (struct tried *tried, const void *p, size_t length)
{
  tried->size += length;
  if (length > MOST_TRIED - tried->data.length)
    length = MOST_TRIED - tried->data.length;
  bytes_append (&tried->data, p, length);
}

void
tried_free (struct tried *tried)
{
  free (tried->data.p);
  free (tried->why);
}

/* ---- parts ---- */

static void
check_parts (const struct parts *parts, size_t length)
{
  uint64_t at = 0, stored_at = 0, largest = 0;

  if (parts->count < 2 || parts->count > MOST_PARTS)
    wrong ("%" PRIu64 " parts", parts->count);
  for (uint64_t i = 0; i < parts->count; i++) {
    const struct part *p = &parts->list[i];

    if (p->at != at || p->size == 0 || p->size > LARGEST_PART)
      wrong ("part %" PRIu64 " is at %" PRIu64 "+%" PRIu64, i, p->at,
             p->size);
    if (p->stored_at < stored_at || p->stored_at > length || p->stored == 0
        || p->stored > length - p->stored_at)
      wrong ("part %" PRIu64 " is stored at %" PRIu64 "+%" PRIu64, i,
             p->stored_at, p->stored);
    at += p->size;
    stored_at = p->stored_at + p->stored;
    if (p->size > largest)
      largest = p->size;
  }
  if (parts->size != at || parts->largest != largest)
    wrong ("%" PRIu64 " bytes, the largest part of %" PRIu64, parts->size,
           parts->largest);
}

/* Decode one part.  Returns false if it is damaged. */
static bool
try_part (const struct codec *codec, struct memory *memory,
          const struct part *part, struct tried *tried)
{
  void *out = must_allocate (part->size);
  char *why = NULL;
  int r = codec->decode_part (&memory->input, part, out, &why);

  if ((r == 0) != (why == NULL))
    wrong ("decode_part gives %d and %s", r, why != NULL ? why : "no words");
  if (r == 0 && part->at + part->size <= tried->data.length)
    memcpy (tried->data.p + part->at, out, part->size);
  free (out);
  free (tried->why);
  tried->why = why;
  return r == 0;
}

enum found
try_parts (const struct codec *codec, const struct bytes *file,
           struct tried *tried)
{
  struct memory memory = memory_of (file);
  struct parts parts = { .count = 0 };

  *tried = (struct tried) { .size = 0 };
  if (codec->find_parts == NULL)
    return PARTS_NONE;

  enum found found = codec->find_parts (&memory.input, &parts, &tried->why);

  if ((found == PARTS_BROKEN) != (tried->why != NULL))
    wrong ("find_parts gives %d and %s", (int) found,
           tried->why != NULL ? tried->why : "no words");
  tried->size = parts.size;
  if (found != PARTS_FOUND) {
    parts_free (&parts);
    return found;
  }
  check_parts (&parts, file->length);
  tried->parts = parts.count;
  tried->data.length = parts.size < MOST_TRIED ? parts.size : MOST_TRIED;
  tried->data.p = must_allocate (tried->data.length);
  /* In an order that reaches each part: from a random one on, in steps. */
  uint64_t i = lot (parts.count);
  uint64_t step = parts.count % 7 != 0 ? 7 : parts.count % 5 != 0 ? 5 : 1;

  for (uint64_t n = 0; n < parts.count; n++, i = (i + step) % parts.count)
    if (!try_part (codec, &memory, &parts.list[i], tried))
      break;
  parts_free (&parts);
  return found;
}

/* ---- in order ---- */

static size_t
next_length (const struct pace *pace, size_t most, size_t left)
{
  size_t n = pace->by_lot ? 1 + lot (most) : most;

  return n < left ? n : left;
}

/* Check what a step did with its buffers. */
static void
check_step (enum decoded decoded, const struct decoding *io,
            const struct decoding *before, const char *why)
{
  if (io->in + io->in_left != before->in + before->in_left
      || io->out + io->out_left != before->out + before->out_left
      || io->in_left > before->in_left || io->out_left > before->out_left)
    wrong ("a step goes out of its buffers");
  if ((decoded == DECODED_BROKEN) != (why != NULL))
    wrong ("a step gives %d and %s", (int) decoded,
           why != NULL ? why : "no words");
  if (decoded == DECODED_SOME && io->in_left > 0 && io->out_left > 0)
    wrong ("a step stops before it needs to");
  if (decoded == DECODED_SOME && io->in_ends && io->out_left > 0)
    wrong ("a step waits for what will not come");
  if (decoded == DECODED_ALL && (!io->in_ends || io->in_left > 0))
    wrong ("a step ends before the file does");
}

void
try_in_order (const struct codec *codec, const struct bytes *file,
              const struct pace *pace, struct tried *tried)
{
  struct decoder *d = codec->begin (pace->threads, TRIED_MEMORY);
  unsigned char *out = must_allocate (pace->out);
  /* A copy that is no larger than the input, so that memory checkers notice
   * reading beyond it. */
  unsigned char *in = NULL;
  struct decoding io = { .in_left = 0 };
  enum decoded decoded;
  size_t at = 0;

  if (d == NULL)
    wrong ("begin fails");
  *tried = (struct tried) { .size = 0 };
  do {
    if (io.in_left == 0 && at < file->length) {
      free (in);
      io.in_left = next_length (pace, pace->in, file->length - at);
      in = must_allocate (io.in_left);
      memcpy (in, file->p + at, io.in_left);
      io.in = in;
      at += io.in_left;
    }
    /* A real stream may say that it has ended only after its last byte. */
    io.in_ends |= at == file->length && (!pace->by_lot || lot (3) > 0);
    io.out = out;
    io.out_left = next_length (pace, pace->out, pace->out);

    struct decoding before = io;

    decoded = codec->step (d, &io, &tried->why);
    check_step (decoded, &io, &before, tried->why);
    tried_append (tried, out, before.out_left - io.out_left);
  } while (decoded == DECODED_SOME);
  codec->end (d);
  free (in);
  free (out);
}

/* ---- both ---- */

static void
check_whole (const struct tried *tried, const struct bytes *data,
             const char *how)
{
  if (tried->why != NULL)
    wrong ("%s: %s", how, tried->why);
  if (tried->size != data->length
      || (data->length > 0
          && memcmp (tried->data.p, data->p, data->length) != 0))
    wrong ("%s: other data", how);
}

uint64_t
try_all (const struct codec *codec, const struct bytes *file,
         const struct bytes *data)
{
  static const struct pace paces[] = {
    { .in = 65536, .out = 65536, .threads = 1 },
    { .in = 1, .out = 4096, .threads = 1 },
    { .in = 7, .out = 1000003, .threads = 2 },
    { .in = 4096, .out = 333, .threads = 2 },
    { .in = (size_t) 64 << 20, .out = (size_t) 64 << 20, .threads = 3 },
    { .in = 100000, .out = 100000, .by_lot = true, .threads = 2 },
  };
  struct tried tried;
  uint64_t parts;

  if (try_parts (codec, file, &tried) != PARTS_NONE)
    check_whole (&tried, data, "parts");
  else if (tried.size != 0 && tried.size != data->length)
    wrong ("without parts the size is %" PRIu64, tried.size);
  parts = tried.parts;
  tried_free (&tried);
  for (size_t i = 0; i < sizeof paces / sizeof paces[0]; i++) {
    try_in_order (codec, file, &paces[i], &tried);
    check_whole (&tried, data, "in order");
    tried_free (&tried);
  }
  return parts;
}
