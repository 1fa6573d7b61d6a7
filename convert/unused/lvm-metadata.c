/* SPDX-License-Identifier: MIT */
/* The metadata areas of a physical volume.  An area has a header of one
 * sector, and a ring, in which each text is written behind the previous one.
 * The header refers to the valid text. */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "disk/table.h"
#include "tool.h"
#include "unused/lvm.h"

#define HEADER 512u /* bytes before the ring */
#define RING_VERSION 1u
/* A limit: the text of a thousand volumes takes half a megabyte. */
#define LONGEST_TEXT (UINT64_C (16) << 20)

/* Offsets in the header. */
enum {
  SUM = 0,
  SUMMED = 4, /* SUM covers the bytes from here to the end of the header */
  MAGIC = 4,
  RING_NUMBER = 20,
  START = 24,
  SIZE = 32,
  VALID = 40,
  WRITTEN = 64, /* a text that is not valid yet */
};

/* Offsets in the description of a text. */
enum { AT = 0, LENGTH = 8, TEXT_SUM = 16, FLAGS = 20 };

#define IGNORED UINT32_C (1)

/* Returns NULL, or what is odd. */
static char *
read_ring_header (struct area *a, const struct lvm_part *ring,
                  unsigned char h[HEADER])
{
  static const unsigned char magic[] = { ' ', 'L', 'V', 'M', '2', ' ',
                                         'x', '[', '5', 'A', '%', 'r',
                                         '0', 'N', '*', '>' };

  if (ring->length <= HEADER || area_read (a, h, HEADER, ring->start) == -1
      || ring->length > a->length - ring->start)
    return tool_format ("its metadata area at %" PRIu64 " cannot be read",
                        ring->start);
  if (memcmp (h + MAGIC, magic, sizeof magic) != 0
      || get32 (h + SUM) != crc_more (LVM_CRC, h + SUMMED, HEADER - SUMMED))
    return tool_format ("the checksum of its metadata area at %" PRIu64
                        " is wrong",
                        ring->start);
  if (get32 (h + RING_NUMBER) != RING_VERSION)
    return tool_format ("its metadata area is of version %" PRIu32
                        ", which is not known",
                        get32 (h + RING_NUMBER));
  if (get64 (h + START) != ring->start || get64 (h + SIZE) != ring->length)
    return tool_format ("its metadata area at %" PRIu64
                        " is not where it says",
                        ring->start);
  if (get64 (h + WRITTEN + AT) != 0)
    return tool_format ("a change of its volume group was interrupted; "
                        "vgck there mends it");
  return NULL;
}

/* Read a text, which may wrap around to the beginning of the ring. */
static int
read_ring (struct area *a, const struct lvm_part *ring, uint64_t at,
           char *text, uint64_t length)
{
  uint64_t first = ring->length - at;

  if (first > length)
    first = length;
  if (area_read (a, text, first, ring->start + at) == -1)
    return -1;
  return area_read (a, text + first, length - first, ring->start + HEADER);
}

/* Read the valid text of an area.  TEXT is empty if there is none. */
static char *
read_one (struct area *a, const struct lvm_part *ring,
          const unsigned char h[HEADER], struct lvm_text *text)
{
  uint64_t at = get64 (h + VALID + AT), length = get64 (h + VALID + LENGTH);

  *text = (struct lvm_text) { NULL, NULL };
  if (at == 0)
    return NULL;
  if (at < HEADER || at >= ring->length || length > ring->length - HEADER)
    return tool_format ("its metadata are outside of their area");
  if (length == 0 || length > LONGEST_TEXT)
    return tool_format ("its metadata have %" PRIu64 " bytes, more than can "
                        "be looked at",
                        length);
  char *read = tool_alloc (length);
  if (read_ring (a, ring, at, read, length) == -1) {
    free (read);
    return tool_format ("its metadata cannot be read");
  }
  *text = (struct lvm_text) { read, read + length };
  if (crc_more (LVM_CRC, (unsigned char *) read, length)
      != get32 (h + VALID + TEXT_SUM))
    return tool_format ("the checksum of its metadata is wrong");
  while (text->end > text->at && text->end[-1] == '\0')
    text->end--;
  return NULL;
}

/* Areas that LVM ignores do not matter.  All others must have the same
 * text. */
char *
lvm_read_text (struct area *a, const struct lvm_header *h,
               struct lvm_text *text)
{
  unsigned char header[HEADER];
  char *odd = NULL;
  unsigned count = 0;

  *text = (struct lvm_text) { NULL, NULL };
  for (unsigned i = 0; i < h->metadata && odd == NULL; i++) {
    struct lvm_text one = { NULL, NULL };
    odd = read_ring_header (a, &h->own[i], header);
    if (odd != NULL || (get32 (header + VALID + FLAGS) & IGNORED))
      continue;
    odd = read_one (a, &h->own[i], header, &one);
    if (odd == NULL && count > 0 && !lvm_same (one, *text))
      odd = tool_format ("its metadata areas differ");
    if (count++ == 0)
      *text = one;
    else
      free ((char *) one.at);
  }
  if (odd == NULL && count == 0)
    odd = tool_format ("its metadata are on other physical volumes");
  if (odd == NULL && text->at == NULL)
    odd = tool_format ("it belongs to no volume group");
  return odd;
}
