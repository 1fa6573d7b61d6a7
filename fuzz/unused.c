/* SPDX-License-Identifier: MIT */

/* Disks with partitions, file systems and swap, in which nbdconvert looks for
 * what is unused.
 *
 * The input is a byte with the size of the disk in units of 64 KiB, and what
 * it begins with; the rest is zero. */

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "disk/gpt.h"
#include "target.h"
#include "unused/unused.h"

#define MUST assert
#define UNIT 65536

struct bytes {
  struct disk disk;
  const uint8_t *data;
  size_t length;
};

static int
read_bytes (struct disk *d, void *buffer, uint64_t length, uint64_t offset,
            char **why)
{
  const struct bytes *b = (const struct bytes *) d;
  uint64_t n = offset < b->length ? b->length - offset : 0;

  (void) why;
  MUST (offset <= d->size && length <= d->size - offset);
  if (n > length)
    n = length;
  if (n > 0)
    memcpy (buffer, b->data + offset, n);
  memset ((uint8_t *) buffer + n, 0, length - n);
  return 0;
}

/* What all areas together say. */
static void
check_area (void *opaque, const struct unused_area *a)
{
  uint64_t *bytes = opaque;

  MUST (a->unused <= a->length);
  MUST (a->unused == 0 || (a->what != NULL && a->why == NULL));
  MUST (a->why == NULL || *a->why != '\0');
  *bytes += a->unused;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  struct unused u;
  uint64_t bytes = 0, at = 0;
  char *why = NULL;

  if (size == 0)
    return -1;
  struct bytes b = { .disk = { .read = read_bytes,
                               .size = (data[0] + UINT64_C (1)) * UNIT },
                     .data = data + 1,
                     .length = size - 1 };
  MUST (unused_find (&b.disk, &u, check_area, &bytes, &why) == 0);
  for (size_t i = 0; i < u.count; i++) {
    const struct unused_range *r = &u.ranges[i];
    MUST (r->start < r->end && r->end <= b.disk.size);
    MUST (i == 0 || r->start >= at);
    MUST (unused_from (&u, r->start) == r);
    at = r->end;
  }
  MUST (u.bytes == bytes && bytes <= b.disk.size);
  unused_free (&u);
  free (why);
  return 0;
}
