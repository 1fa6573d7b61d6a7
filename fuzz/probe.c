/* SPDX-License-Identifier: MIT */

/* Images of any format, as nbdconvert looks at them.
 *
 * The input is a byte of settings, a byte with a format, a byte with the place
 * of the second part of the image in units of 64 KiB, two bytes with the
 * length of the first part, and the two parts.  Between them are zeroes. */

#include "probe.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/input.h"
#include "target.h"
#include "tool.h"

#define MUST assert
#define PREFIX 5
#define PLACE 65536

enum how {
  HOW_IN_ORDER = 1,
  HOW_NO_SIZE = 2,
  HOW_ALLOWED = 4, /* the image may refer to other files */
  HOW_NAMED = 8,   /* the user names the format */
};

struct bytes {
  const uint8_t *first, *second;
  size_t length, second_length;
  uint64_t place, size;
};

/* ---- the image ---- */

static uint8_t
byte_at (const struct bytes *b, uint64_t offset)
{
  if (offset < b->length)
    return b->first[offset];
  if (offset >= b->place && offset - b->place < b->second_length)
    return b->second[offset - b->place];
  return 0;
}

static ssize_t
read_bytes (struct probe_reader *r, void *buffer, size_t length,
            uint64_t offset, char **why)
{
  const struct bytes *b = r->opaque;

  (void) why;
  MUST (!r->in_order || offset + length <= INPUT_HEAD);
  MUST (length > 0 && length <= (UINT64_C (1) << 26));
  if (offset >= b->size)
    return 0;
  if (length > b->size - offset)
    length = b->size - offset;
  for (size_t i = 0; i < length; i++)
    ((uint8_t *) buffer)[i] = byte_at (b, offset + i);
  return length;
}

static void
check_text (const char *text)
{
  MUST (text != NULL && *text != '\0');
  for (; *text != '\0'; text++)
    MUST ((unsigned char) *text >= ' ' && *text != 0x7f);
}

static void
check_probe (const struct probe *p, const struct probe_settings *s,
             const struct probe_reader *r)
{
  bool trusted = s->from != NULL || s->allow_backing;

  MUST (p->format < FORMATS && p->format != LUKS);
  MUST (s->from == NULL || p->format == *s->from);
  MUST (!p->refers || trusted);
  MUST (p->size == UNKNOWN || p->size <= INT64_MAX);
  MUST (p->data == UNKNOWN || p->data <= p->size);
  if (p->format == RAW)
    MUST (p->size == r->size && !p->compressed);
  if (p->warning != NULL)
    check_text (p->warning);
}

static bool
take_input (struct bytes *b, const uint8_t *data, size_t size)
{
  if (size < PREFIX)
    return false;
  b->length = data[3] << 8 | data[4];
  if (b->length > size - PREFIX)
    b->length = size - PREFIX;
  b->first = data + PREFIX;
  b->second = b->first + b->length;
  b->second_length = size - PREFIX - b->length;
  b->place = (uint64_t) data[2] * PLACE;
  if (b->place < b->length)
    b->place = b->length;
  b->size = b->place + b->second_length;
  return true;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  struct bytes b;

  if (!take_input (&b, data, size))
    return -1;
  enum format from = data[1] % ISO;
  struct probe_reader r = {
    .read = read_bytes,
    .size = data[0] & HOW_NO_SIZE ? UNKNOWN : b.size,
    .in_order = data[0] & HOW_IN_ORDER,
    .opaque = &b,
  };
  const struct probe_settings settings = {
    .name = "image",
    .from = data[0] & HOW_NAMED ? &from : NULL,
    .allow_backing = data[0] & HOW_ALLOWED,
  };
  struct probe p;
  char *why = NULL;

  if (probe_image (&r, &settings, &p, &why) == 0) {
    check_probe (&p, &settings, &r);
    free (p.warning);
  }
  else
    check_text (why);
  free (why);
  return 0;
}
