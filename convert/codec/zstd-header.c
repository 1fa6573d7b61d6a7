/* SPDX-License-Identifier: MIT */
/* Headers of zstd frames: RFC 8878, section 3.1. */
#include <config.h>

#include <stdlib.h>
#include <zstd.h>

#include "codec/peek.h"
#include "codec/zstd-frames.h"

#define OLDEST UINT32_C (0xFD2FB51E) /* of zstd 0.1 */
#define OLD UINT32_C (0xFD2FB522)    /* of 0.2; up to 0.7 each adds 1 */
#define SKIPPABLE UINT32_C (0x184D2A50)
#define WINDOW_LEAST_LOG 10

/* Larger frames are not examined, and so do not count as empty. */
#define EMPTY_MOST (64u * 1024)

static enum zstd_kind
kind_of (uint32_t magic)
{
  if (magic == ZSTD_MAGICNUMBER)
    return ZSTD_FRAME;
  if ((magic & ~UINT32_C (15)) == SKIPPABLE)
    return ZSTD_SKIPPABLE;
  if (magic == OLDEST || (magic >= OLD && magic < ZSTD_MAGICNUMBER))
    return ZSTD_OLD;
  return ZSTD_ALIEN;
}

/* Read the fields behind the descriptor, which says their lengths. */
static void
read_fields (const unsigned char *p, size_t dictionary, size_t size,
             bool window, struct zstd_header *h)
{
  if (window) {
    uint64_t base = UINT64_C (1) << ((*p >> 3) + WINDOW_LEAST_LOG);
    h->window = base + base / 8 * (*p & 7);
    p++;
  }
  h->dictionary = read_number (p, dictionary);
  if (size > 0)
    h->size = read_number (p + dictionary, size) + (size == 2 ? 256 : 0);
  if (!window)
    h->window = h->size;
  h->block = h->window < ZSTD_LARGEST_BLOCK ? h->window : ZSTD_LARGEST_BLOCK;
}

size_t
zstd_read_header (const unsigned char *p, size_t length,
                  struct zstd_header *h)
{
  static const unsigned char dictionary_bytes[] = { 0, 1, 2, 4 };
  static const unsigned char size_bytes[] = { 0, 2, 4, 8 };

  if (length < 4)
    return 4;
  *h = (struct zstd_header) { .magic = read_number (p, 4), .size = UNKNOWN };
  h->kind = kind_of (h->magic);
  h->length = h->kind == ZSTD_SKIPPABLE ? 8 : h->kind == ZSTD_FRAME ? 5 : 4;
  if (length < h->length)
    return h->length;
  if (h->kind == ZSTD_SKIPPABLE)
    h->size = read_number (p + 4, 4);
  if (h->kind != ZSTD_FRAME)
    return h->length;

  unsigned descriptor = p[4];
  bool single = descriptor & 0x20;
  size_t dictionary = dictionary_bytes[descriptor & 3];
  size_t size = size_bytes[descriptor >> 6];
  if (single && size == 0)
    size = 1;
  h->length += !single + dictionary + size;
  h->checksum = descriptor & 4;
  h->reserved = descriptor & 8;
  if (length >= h->length)
    read_fields (p + 5, dictionary, size, !single, h);
  return h->length;
}

bool
zstd_is_empty (struct input *in, uint64_t at, uint64_t stored, char **why)
{
  if (stored == 0 || stored > EMPTY_MOST)
    return false;
  unsigned char *p = malloc (stored);
  char nothing[1];
  bool empty = p && read_all (in, p, stored, at, why) == 0
               && ZSTD_decompress (nothing, 0, p, stored) == 0;
  free (p);
  return empty;
}
