/* SPDX-License-Identifier: MIT */

/* Compressed files.
 *
 * The first byte says which codec, whether to decode by parts, too, and how
 * much at a time; then the file follows.  Wrong checksums would keep a fuzzer
 * from most code of xz, so those of xz are corrected if that byte says so. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/codecs.h"
#include "must.h"
#include "target.h"
#include "tool.h"

/* The most bytes to decode: more would take too long. */
#define MOST ((size_t) 1 << 22)
/* The memory that a decoder may use. */
#define MEMORY (UINT64_C (32) << 20)

enum how {
  HOW_CODEC = 3, /* XZ or one of those after it */
  HOW_PARTS = 4,
  HOW_REPAIR = 8,
  HOW_LITTLE = 16, /* a few bytes at a time */
  HOW_THREADS = 32,
};

struct memory {
  struct input input;
  const uint8_t *file;
};

struct result {
  uint8_t data[MOST];
  size_t size;
  bool whole;
};

/* ---- checksums of xz ---- */

static void
put_crc (uint8_t *p, size_t length)
{
  uint32_t crc = UINT32_MAX;

  for (size_t i = 0; i < length; i++) {
    crc ^= p[i];
    for (int bit = 0; bit < 8; bit++)
      crc = crc & 1 ? crc >> 1 ^ UINT32_C (0xedb88320) : crc >> 1;
  }
  for (size_t i = 0; i < 4; i++)
    p[length + i] = (uint8_t) (~crc >> 8 * i);
}

/* Correct the checksums of a file of one stream: of its header and footer, of
 * the first block's header, and of the index. */
static void
repair (uint8_t *p, size_t size)
{
  if (size < 32)
    return;
  put_crc (p + 6, 2);

  size_t header = p[12] * (size_t) 4;
  uint8_t *footer = p + size - 12;

  if (header > 0 && header < size - 28)
    put_crc (p + 12, header);

  size_t index = ((size_t) footer[4] | (size_t) footer[5] << 8) * 4 + 4;

  if (index >= 8 && index <= size - 24)
    put_crc (footer - index, index - 4);
  /* The checksum of the footer is before the bytes that it covers. */
  uint8_t covered[10];

  memcpy (covered, footer + 4, 6);
  put_crc (covered, 6);
  memcpy (footer, covered + 6, 4);
}

/* ---- decoding ---- */

static ssize_t
read_memory (struct input *in, void *buffer, size_t length, uint64_t offset,
             char **why)
{
  (void) why;
  MUST (offset <= in->size && length <= in->size - offset);
  if (length > 0)
    memcpy (buffer, ((struct memory *) in)->file + offset, length);
  return (ssize_t) length;
}

static void
append (struct result *r, const uint8_t *p, size_t length)
{
  if (length > MOST - r->size)
    length = MOST - r->size;
  memcpy (r->data + r->size, p, length);
  r->size += length;
}

static void
check_part (const struct parts *parts, uint64_t i, uint64_t size)
{
  const struct part *p = &parts->list[i];

  MUST (p->size > 0 && p->size <= LARGEST_PART && p->size <= parts->largest);
  MUST (p->stored > 0 && p->stored_at <= size
        && p->stored <= size - p->stored_at);
  MUST (p->at == (i == 0 ? 0 : p[-1].at + p[-1].size));
}

static void
decode_parts (const struct codec *codec, struct input *in, struct result *r)
{
  struct parts parts = { .count = 0 };
  char *why = NULL;
  enum found found = codec->find_parts (in, &parts, &why);

  MUST ((found == PARTS_BROKEN) == (why != NULL));
  r->whole = found == PARTS_FOUND && parts.size < MOST;
  for (uint64_t i = 0; found == PARTS_FOUND && i < parts.count; i++)
    check_part (&parts, i, in->size);
  for (uint64_t i = 0; r->whole && i < parts.count; i++) {
    /* Of exactly the size, so that ASan finds writes beyond it. */
    uint8_t *out = malloc (parts.list[i].size);

    MUST (out != NULL);
    r->whole = codec->decode_part (in, &parts.list[i], out, &why) == 0;
    MUST (r->whole == (why == NULL));
    if (r->whole)
      append (r, out, parts.list[i].size);
    free (out);
  }
  free (why);
  parts_free (&parts);
}

static void
decode_in_order (const struct codec *codec, const uint8_t *p, size_t size,
                 unsigned how, struct result *r)
{
  size_t most_in = how & HOW_LITTLE ? 3 : SIZE_MAX;
  size_t most_out = how & HOW_LITTLE ? 1000 : 65536;
  struct decoder *d = codec->begin (how & HOW_THREADS ? 2 : 1, MEMORY);
  struct decoding io = { .in = p };
  uint8_t *out = malloc (most_out);
  enum decoded decoded;
  char *why = NULL;

  MUST (d != NULL && out != NULL);
  do {
    if (io.in_left == 0) {
      io.in_left = size < most_in ? size : most_in;
      size -= io.in_left;
    }
    io.in_ends = size == 0;
    io.out = out;
    io.out_left = most_out;

    const uint8_t *end = io.in + io.in_left;

    decoded = codec->step (d, &io, &why);
    MUST (io.in + io.in_left == end
          && io.out + io.out_left == out + most_out);
    MUST ((decoded == DECODED_BROKEN) == (why != NULL));
    if (decoded == DECODED_SOME)
      MUST (io.out_left == 0 || (io.in_left == 0 && !io.in_ends));
    append (r, out, most_out - io.out_left);
  } while (decoded == DECODED_SOME && r->size < MOST);
  r->whole = decoded == DECODED_ALL && r->size < MOST;
  codec->end (d);
  free (out);
  free (why);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static struct result by_parts, in_order;

  if (size == 0)
    return -1;

  unsigned how = data[0];
  const struct codec *codec = codec_of (XZ + (how & HOW_CODEC));
  uint8_t *file = malloc (size);
  struct memory memory = {
    .input = { .ops = &(const struct input_ops) { .read = read_memory },
               .name = "input",
               .size = size - 1,
               .fd = how & HOW_LITTLE ? 0 : -1,
               .stop_fd = -1 },
    .file = file,
  };

  MUST (file != NULL);
  memcpy (file, data + 1, size - 1);
  if (how & HOW_REPAIR && (how & HOW_CODEC) == 0)
    repair (file, size - 1);
  codec_recognize (file, size - 1);
  by_parts.size = in_order.size = 0;
  by_parts.whole = false;
  if (codec != NULL && how & HOW_PARTS && codec->find_parts != NULL)
    decode_parts (codec, &memory.input, &by_parts);
  if (codec != NULL)
    decode_in_order (codec, file, size - 1, how, &in_order);
  if (by_parts.whole && in_order.whole)
    MUST (by_parts.size == in_order.size
          && memcmp (by_parts.data, in_order.data, in_order.size) == 0);
  free (file);
  return 0;
}
