/* SPDX-License-Identifier: MIT */

/* Disks with partitions, file systems, swap and LVM, in which nbdconvert looks
 * for unused blocks.
 *
 * The input is a byte with the size of the disk in units of 64 KiB, less one;
 * a byte with the number of the read that fails, or 0; and the beginning of
 * the disk, whose rest is zero.  The checksums of GPT and LVM are corrected,
 * unless the highest bit of the size is set: with wrong checksums, few inputs
 * would get further. */

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "disk/gpt.h"
#include "disk/table.h"
#include "target.h"
#include "unused/lvm.h"
#include "unused/unused.h"

#define MUST assert
#define UNIT 65536
#define SECTOR 512
#define LEAVE_SUMS 0x80

struct bytes {
  struct disk disk;
  uint8_t *data;
  size_t length;
  unsigned reads, fails; /* the read that fails, or 0 */
};

static int
read_bytes (struct disk *d, void *buffer, uint64_t length, uint64_t offset,
            char **why)
{
  struct bytes *b = (struct bytes *) d;
  uint64_t n = offset < b->length ? b->length - offset : 0;

  MUST (offset <= d->size && length <= d->size - offset);
  MUST (b->fails == 0 || b->reads < b->fails); /* no read after a failure */
  if (++b->reads == b->fails) {
    *why = strdup ("as the input says");
    return -1;
  }
  if (n > length)
    n = length;
  if (n > 0)
    memcpy (buffer, b->data + offset, n);
  memset ((uint8_t *) buffer + n, 0, length - n);
  return 0;
}

/* ---- checksums ---- */

/* Continue a checksum with LENGTH bytes from AT on, or as many as there are. */
static uint32_t
sum_from (const struct bytes *b, uint32_t sum, uint64_t at, uint64_t length)
{
  if (at >= b->length)
    return sum;
  if (length > b->length - at)
    length = b->length - at;
  return crc_more (sum, b->data + at, length);
}

/* Correct the checksums of a metadata area: of the text, and of the header. */
static void
mend_metadata (struct bytes *b, uint64_t at)
{
  uint8_t *h = b->data + at;
  uint64_t size = get64 (h + 32), text = get64 (h + 40);
  uint64_t length = get64 (h + 48);

  if (text < size && size < UNIT && length < UNIT) {
    uint64_t first = size - text < length ? size - text : length;
    uint32_t sum = sum_from (b, LVM_CRC, at + text, first);
    put32 (h + 56, sum_from (b, sum, at + SECTOR, length - first));
  }
  put32 (h, crc_more (LVM_CRC, h + 4, SECTOR - 4));
}

static void
mend_gpt (struct bytes *b, uint64_t at)
{
  uint8_t *h = b->data + at;
  uint64_t array = get64 (h + 72), count = get32 (h + 80);
  uint64_t length = get32 (h + 12);

  if (array < UNIT && count < UNIT)
    put32 (h + 88,
           ~sum_from (b, UINT32_MAX, array * SECTOR, count * get32 (h + 84)));
  put32 (h + 16, 0);
  if (length <= SECTOR)
    put32 (h + 16, ~crc_more (UINT32_MAX, h, length));
}

static void
mend_sums (struct bytes *b)
{
  for (uint64_t at = 0; at + SECTOR <= b->length; at += SECTOR) {
    uint8_t *s = b->data + at;
    if (memcmp (s, "LABELONE", 8) == 0)
      put32 (s + 16, crc_more (LVM_CRC, s + 20, SECTOR - 20));
    else if (memcmp (s + 4, " LVM2 x[", 8) == 0)
      mend_metadata (b, at);
    else if (memcmp (s, "EFI PART", 8) == 0)
      mend_gpt (b, at);
  }
}

/* ---- one disk ---- */

/* Check an area, and add its unused bytes to the sum of all areas. */
static void
check_area (void *opaque, const struct unused_area *a)
{
  uint64_t *bytes = opaque;

  MUST (a->unused <= a->length);
  MUST (a->unused == 0 || (a->what != NULL && a->why == NULL));
  MUST (a->why == NULL || *a->why != '\0');
  MUST (a->volume == NULL || *a->volume != '\0');
  *bytes += a->unused;
}

static void
check_ranges (const struct unused *u, uint64_t size)
{
  uint64_t bytes = 0, at = 0;

  for (size_t i = 0; i < u->count; i++) {
    const struct unused_range *r = &u->ranges[i];
    MUST (r->start < r->end && r->end <= size);
    MUST (i == 0 || r->start > at);
    MUST (unused_from (u, r->start) == r);
    at = r->end;
    bytes += r->end - r->start;
  }
  MUST (u->bytes == bytes);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  struct unused u;
  uint64_t bytes = 0;
  char *why = NULL;

  if (size < 2)
    return -1;
  struct bytes b = {
    .disk = { .read = read_bytes,
              .size = ((data[0] & ~LEAVE_SUMS) + UINT64_C (1)) * UNIT },
    .data = malloc (size),
    .length = size - 2,
    .fails = data[1]
  };
  MUST (b.data != NULL);
  memcpy (b.data, data + 2, size - 2);
  if (!(data[0] & LEAVE_SUMS))
    mend_sums (&b);
  int r = unused_find (&b.disk, &u, check_area, &bytes, &why);
  bool failed = b.fails > 0 && b.reads >= b.fails;
  MUST (r == (failed ? -1 : 0) && (why != NULL) == failed);
  check_ranges (&u, b.disk.size);
  MUST (failed || u.bytes == bytes);
  unused_free (&u);
  free (why);
  free (b.data);
  return 0;
}
